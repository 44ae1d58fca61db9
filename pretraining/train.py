# SPDX-License-Identifier: Apache-2.0
"""python -m pretraining.train vae|latents|text_to_video|contexts|control --minutes N"""

from __future__ import annotations

import argparse
import importlib

from pretraining import leg

_WORK = {
    "vae": "vae_training",
    "latents": "latents",
    "text_to_video": "text_to_video",
    "contexts": "contexts",
    "control": "control",
}


def main() -> None:
    """Runs one leg; legs of the same state folder continue one another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=_WORK)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--state", default="pretraining/state")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--warm-up", type=int, default=60, help="steps")
    parser.add_argument("--cool-down", type=float, default=0.5, help="share of the time")
    parser.add_argument("--option", default="", help="vae: long or decoder; control: kept")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    given = parser.parse_args()
    asked = leg.Leg(
        given.state,
        given.minutes,
        1 if given.device != "cpu" else given.processes,
        given.seed,
        given.warm_up,
        given.cool_down,
        given.option,
        given.device,
    )
    leg.start(importlib.import_module(f"pretraining.{_WORK[given.what]}").work, asked)


if __name__ == "__main__":
    main()
