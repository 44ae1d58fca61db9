# SPDX-License-Identifier: Apache-2.0
"""python -m pretraining.evaluate --rushes .build/release/rushes --to models/starter/SCOREBOARD.md

Measures a model folder by what the engine makes with it and writes a scoreboard, Markdown and
JSON. With --check it measures its own readers instead: real renders as if they had been generated
must score high, and frozen, shuffled and blank ones low.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

from pretraining.evaluate import (
    adherence,
    anchors,
    check,
    masks,
    report,
    statistics,
    structure,
    temporal,
)
from pretraining.evaluate.engine import Engine
from pretraining.evaluate.prompts import STYLES, Prompts
from pretraining.evaluate.readers import training
from pretraining.evaluate.truth import Autoencoder, squared_error

SECTIONS = ("adherence", "temporal", "structure", "masks", "first", "anchors", "autoencoder")


@dataclass(frozen=True)
class Sizes:
    """How many clips each section takes; `compared`: how many also go through diffusers."""

    plain: int
    structure: int
    masks: int
    first: int
    anchors: int
    compared: int

    @staticmethod
    def of(count: int) -> Sizes:
        """In proportion to the clips of the plain prompts."""
        return Sizes(
            count,
            max(3, count // 8),
            max(4, count // 6),
            max(4, count // 3),
            max(3, count // 6),
            max(1, count // 24),
        )


def _autoencoder(sets: dict[str, adherence.Clips]) -> report.Section:
    """The one line about the autoencoder."""
    errors = torch.cat([squared_error(c.passed, c.real) for c in sets.values()])
    line = report.Line(
        "PSNR",
        "of real renders of held-out combinations and what the autoencoder makes of them, the mean"
        " over clips, rounded to 8 bits.",
        generated=statistics.mean([statistics.decibels(error) for error in errors.tolist()]),
        unit="dB",
    )
    about = "The real renders of section 1 through the autoencoder: what no generated clip exceeds."
    return report.Section("Autoencoder", about, [line])


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _measure(given: argparse.Namespace) -> Iterator[report.Section]:
    """All sections that are asked for, each as soon as it is there."""
    sizes, prompts = Sizes.of(given.count), Prompts(given.seed, given.captions)
    engine = Engine(given.rushes, given.model, given.jobs)
    autoencoder = Autoencoder(given.model)
    wanted = given.sections
    sets: dict[str, adherence.Clips] = {}
    if needs := {"adherence", "temporal", "autoencoder"} & set(wanted):
        names = adherence.sizes(sizes.plain)
        names = names if needs != {"temporal"} else {"plain": sizes.plain}
        for name, count in names.items():
            _say(f"{name}: {count} clips")
            sets[name] = adherence.gather(name, prompts, count, engine, autoencoder)
    if {"adherence", "temporal"} & set(wanted):
        reader = training.trained(given.state, autoencoder, _say)
    if "adherence" in wanted:
        yield adherence.measure(sets, reader)
    if "temporal" in wanted:
        yield temporal.measure(sets["plain"], reader)
    if "structure" in wanted:
        _say(f"structure: {sizes.structure} clips at {len(structure.AMOUNTS)} values")
        yield structure.measure(structure.gather(prompts, sizes.structure, engine, autoencoder))
    if "masks" in wanted:
        _say(f"masks: {sizes.masks} clips")
        edited = masks.gather(prompts, sizes.masks, sizes.compared, engine, given.model)
        yield masks.measure(edited)
    if "first" in wanted:
        _say(f"first frames: {sizes.first} clips")
        moved = anchors.gather_first(prompts, sizes.first, 2 * sizes.compared, engine, autoencoder)
        yield anchors.measure_first(moved)
    if "anchors" in wanted:
        _say(f"anchors: {sizes.anchors} clips")
        joined = anchors.gather_anchors(prompts, sizes.anchors, sizes.compared, engine, autoencoder)
        yield anchors.measure_anchors(joined)
    if "autoencoder" in wanted:
        yield _autoencoder(sets)


def _command(given: argparse.Namespace) -> str:
    words = ["python", "-m", "pretraining.evaluate", "--rushes", "rushes", "--model", given.model]
    words += ["--count", given.count, "--seed", given.seed, "--captions", given.captions]
    if tuple(given.sections) != SECTIONS:
        words += ["--sections", *given.sections]
    return shlex.join(map(str, [*words, "--to", given.to]))


def main() -> None:
    """Writes a scoreboard, or checks the readers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rushes", type=Path, default=Path(".build/release/rushes"))
    parser.add_argument("--model", type=Path, default=Path("models/starter"))
    parser.add_argument("--state", type=Path, default=Path("pretraining/state"))
    parser.add_argument("--to", type=Path, default=Path("models/starter/SCOREBOARD.md"))
    parser.add_argument("--count", type=int, help="plain prompts; the rest goes with it (96)")
    parser.add_argument("--quick", action="store_true", help="a sixth of it")
    parser.add_argument("--sections", nargs="+", choices=SECTIONS, default=list(SECTIONS))
    parser.add_argument("--captions", choices=STYLES, default="plain")
    parser.add_argument("--seed", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=1, help="clips made at the same time")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--check", action="store_true", help="measure the readers themselves")
    given = parser.parse_args()
    given.count = given.count or (16 if given.quick else 96)
    given.sections = [name for name in SECTIONS if name in given.sections]
    torch.set_num_threads(given.threads)
    if given.check:
        raise SystemExit(0 if check.run(given, _say) else 1)
    start, weights, sections = time.monotonic(), report.weights(given.model), []
    for section in _measure(given):
        # Written again after each one, so that nothing is lost by what comes later.
        sections.append(section)
        seconds = time.monotonic() - start
        facts = report.Facts(
            _command(given), given.model.name, weights, given.seed, seconds, training.ABOUT
        )
        report.write(given.to, facts, sections)
    print(given.to)


if __name__ == "__main__":
    main()
