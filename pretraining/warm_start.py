# SPDX-License-Identifier: Apache-2.0
"""python -m pretraining.warm_start base|control --from OLD_STATE [--state pretraining/state]

Starts a state folder's text_to_video.pt from a model of another vocabulary: pieces that both have
keep their embeddings, the others and the training-only reader get start values. Or starts its
control.pt, when the base is trained, from the branch of an older base: its hints are halved, since
they were meant for another one.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch import Tensor

from pretraining import control, leg as legs, text_to_video, tokeniser


def carried_over(
    old: dict[str, Tensor], new: dict[str, Tensor], rows: list[tuple[int, int]]
) -> int:
    """Copies what fits from the old weights into the new ones, embeddings by rows (old, new).

    Returns how many weights were copied whole.
    """
    whole = 0
    for name, value in new.items():
        if name == "text_encoder.shared.weight":
            for before, after in rows:
                value[after] = old[name][before]
        elif name in old and old[name].shape == value.shape and not name.startswith("reader."):
            value.copy_(old[name])
            whole += 1
    return whole


def base(old: Path, state: Path) -> None:
    """Writes text_to_video.pt."""
    words, *parts = text_to_video.models(state, 0)
    before = tokeniser.Tokeniser(old / "spiece.model")
    known = {before.pieces.id_to_piece(at): at for at in range(len(before))}
    pieces = [words.pieces.id_to_piece(at) for at in range(len(words))]
    rows = [(known[piece], at) for at, piece in enumerate(pieces) if piece in known]
    optimiser = text_to_video.optimiser_for(text_to_video.parameters(*parts))
    saved = torch.load(old / "text_to_video.pt", map_location="cpu")["average"]
    whole = carried_over(saved, optimiser.masters, rows)
    for name, value in optimiser.masters.items():
        optimiser.average[name].copy_(value)
    legs.save(state / "text_to_video.pt", optimiser.state())
    print(f"{whole} weights and the embeddings of {len(rows)} of {len(pieces)} pieces carried over")


def branch(old: Path, state: Path) -> None:
    """Writes control.pt."""
    _, transformer, _ = control.base(state)
    optimiser = control.optimiser_for(control.control_parameters(control.build(transformer)))
    saved = torch.load(old / "control.pt", map_location="cpu")["average"]
    for name, value in optimiser.masters.items():
        value.copy_(saved[name] * (0.5 if ".proj_out." in name else 1.0))
        optimiser.average[name].copy_(value)
    legs.save(state / "control.pt", optimiser.state())
    print(f"{len(saved)} weights of the branch carried over")


def main() -> None:
    """Starts one part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("base", "control"))
    parser.add_argument("--from", dest="old", type=Path, required=True)
    parser.add_argument("--state", type=Path, default=Path("pretraining/state"))
    given = parser.parse_args()
    (base if given.what == "base" else branch)(given.old, given.state)


if __name__ == "__main__":
    main()
