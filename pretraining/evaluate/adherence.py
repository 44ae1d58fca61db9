# SPDX-License-Identifier: Apache-2.0
"""Section 1: how often a clip shows what its prompt asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from pretraining.evaluate import statistics
from pretraining.evaluate.engine import Engine, Request
from pretraining.evaluate.prompts import Prompt, Prompts
from pretraining.evaluate.readers import network, reading
from pretraining.evaluate.readers.reading import Reading
from pretraining.evaluate.report import Line, Section
from pretraining.evaluate.truth import Autoencoder, rendered
from pretraining.studio.scene import Scene

# The attributes that each set of prompts asks for, and the share of `--count` that it has.
SETS = {
    "plain": (("colour", "kind", "motion", "place", "time"), 1.0),
    "looks": (("look",), 7 / 16),
    "weathers": (("weather",), 1 / 4),
    "cameras": (("camera",), 5 / 16),
}
ABOUT = (
    "The share of clips in which an attribute is read as asked, on held-out combinations of kind,"
    " colour, place and time. Real renders: the reading of the truth, which is the reader's own"
    " accuracy on scenes it has not seen. Ceiling: the truth through the autoencoder. Floor: the"
    " generated clips read against every other prompt of the set. Gain: generated less floor."
)
_BY_NETWORK = "read by a small network that has seen real renders only"
HOW = {
    "colour": "the named colour that most pixels of the subject are nearest to in L*a*b*, at one of"
    " three lights; where the subject is, the network says.",
    "kind": f"{_BY_NETWORK}, frame by frame, where it finds the subject.",
    "motion": "by the shape of the track of the subject's centre: its ends, its range, how far it"
    " goes round, how often it turns back; a clip without a subject counts as wrong.",
    "place": f"{_BY_NETWORK}.",
    "time": f"{_BY_NETWORK}; not counted in space, where no time is asked for.",
    "look": f"{_BY_NETWORK}; prompts over all seven looks in turn.",
    "weather": "clear, fog or a covered sky by the same network; under a covered sky rain or snow"
    " by how what falls agrees with itself along a streak and a frame later, clear if nothing"
    " does; prompts over all four weathers in turn.",
    "camera": "the pan or zoom that carries the background of a frame best to a later one, by"
    " search over moves and strengths; prompts over all five moves in turn, the subject still.",
    "all five": "clips in which colour, kind, motion, place and time are all read as asked.",
}


def _asked(scene: Scene, name: str) -> str | None:
    """What a prompt says of an attribute; None where it says nothing."""
    return None if name == "time" and scene.place == "space" else getattr(scene, name)


@dataclass(frozen=True)
class Scores:
    """Per clip that was asked: whether it was read as asked, and how often as others asked."""

    matched: np.ndarray
    shuffled: np.ndarray


def score(prompts: Sequence[Prompt], read: Reading, names: Sequence[str]) -> Scores:
    """Whether all of some attributes are read as asked, per clip.

    Only clips count whose prompt asks for one of them; an attribute that is not asked for is right.
    """
    asked = [[_asked(p.scene, name) for name in names] for p in prompts]
    told = [[read.values[name][at] for name in names] for at in range(len(prompts))]

    def fits(wanted: list[str | None], seen: list[str | None]) -> bool:
        return all(w is None or w == s for w, s in zip(wanted, seen))

    rows = [at for at, wanted in enumerate(asked) if any(wanted)]
    table = np.array([[fits(asked[other], told[at]) for other in rows] for at in rows], float)
    matched = np.diag(table)
    return Scores(matched, (table.sum(1) - matched) / max(1, len(rows) - 1))


def _confusion(
    prompts: Sequence[Prompt], read: Reading, names: Sequence[str]
) -> dict[str, dict[str, int]]:
    """As what each value that was asked for was read, and how often; of one attribute only."""
    found: dict[str, dict[str, int]] = {}
    if len(names) == 1:
        for prompt, seen in zip(prompts, read.values[names[0]]):
            if wanted := _asked(prompt.scene, names[0]):
                row = found.setdefault(wanted, {})
                row[str(seen)] = row.get(str(seen), 0) + 1
    return found


def line(name: str, prompts, names, generated: Reading, passed: Reading, real: Reading) -> Line:
    """One line of the section."""
    made = score(prompts, generated, names)
    return Line(
        name,
        HOW[name],
        generated=statistics.mean(made.matched),
        ceiling=statistics.mean(score(prompts, passed, names).matched),
        real=statistics.mean(score(prompts, real, names).matched),
        floor=statistics.mean(made.shuffled),
        gain=statistics.gain(made.matched, made.shuffled),
        details={
            "generated read as": _confusion(prompts, generated, names),
            "real renders read as": _confusion(prompts, real, names),
        },
    )


@dataclass(frozen=True)
class Clips:
    """A set of prompts with three clips each, uint8 (B, 3, T, H, W)."""

    prompts: Sequence[Prompt]
    generated: Tensor
    real: Tensor
    passed: Tensor


def sizes(count: int) -> dict[str, int]:
    """How many prompts each set has; at least one for each value."""
    least = {"plain": 2, "looks": 7, "weathers": 4, "cameras": 5}
    return {
        name: max(least[name], round(count * share / least[name]) * least[name])
        for name, (_, share) in SETS.items()
    }


def gather(
    name: str, prompts: Prompts, count: int, engine: Engine, autoencoder: Autoencoder
) -> Clips:
    """Generates one set and renders its truth."""
    asked = getattr(prompts, name)(count)
    requests = [
        Request(f"{name}-{at:03d}", {"mode": "text-to-video", "prompt": p.text, "seed": p.seed})
        for at, p in enumerate(asked)
    ]
    real = rendered(asked).clips
    return Clips(asked, engine.make(requests), real, autoencoder.through(real))


def measure(sets: dict[str, Clips], reader: network.Reader) -> Section:
    """The section, from clips however they were made."""
    lines = []
    for name, clips in sets.items():
        attributes = SETS[name][0]
        with_camera = "camera" in attributes
        versions = (clips.generated, clips.passed, clips.real)
        made, passed, real = (reading.read(reader, v, with_camera) for v in versions)
        for attribute in attributes:
            lines.append(line(attribute, clips.prompts, (attribute,), made, passed, real))
        if name == "plain":
            lines.append(line("all five", clips.prompts, attributes, made, passed, real))
    return Section("Prompt adherence", ABOUT, lines)
