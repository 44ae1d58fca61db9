# SPDX-License-Identifier: Apache-2.0
"""Section 3: how closely stylization keeps a source's layout, and whether `structure` rules it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from pretraining.evaluate import pictures, statistics
from pretraining.evaluate.engine import Engine, Request
from pretraining.evaluate.prompts import Prompt, Prompts
from pretraining.evaluate.report import Line, Section
from pretraining.evaluate.truth import Autoencoder, rendered, restyled
from pretraining.studio.scene import HEIGHT, LOOKS, TIMES, Scene

AMOUNTS = (0.0, 0.25, 0.5, 0.75, 1.0)
_SIGMAS = ", ".join(f"{HEIGHT / 480 * (2 ** (7 * (1 - s)) - 1) / 2:.1f}" for s in AMOUNTS)
ABOUT = (
    "Real clips of plain scenes, restyled by words to another look, and to another time of day in"
    " every second one, at five values of `structure`. Ceiling: the source itself through the"
    " autoencoder. True restyling: the same geometry rendered as the prompt asks. Floor: the output"
    " against another clip's source. Verdict: whether the value is above that of the next lower"
    " `structure`, by the interval of the paired differences; within"
    f" {statistics.LEVEL:g} is level. On pictures of {HEIGHT} rows the five values blur the control"
    f" by Gaussians of {_SIGMAS} pixels, so that the last steps differ little."
)
MEASURES = {
    "luma": (
        pictures.correlation,
        "normalised cross-correlation of luma between source and output, both blurred by a Gaussian"
        " of 2 pixels, the mean over frames.",
    ),
    "edges": (
        pictures.edge_agreement,
        "F1 of the strongest tenth of Sobel gradients of source and output, two pixels allowed, the"
        " mean over frames.",
    ),
}


@dataclass(frozen=True)
class Clips:
    """Sources, true restylings, sources through the autoencoder; outputs per value of AMOUNTS."""

    source: Tensor
    wanted: Tensor
    passed: Tensor
    outputs: Sequence[Tensor]


def targets(sources: Sequence[Prompt]) -> list[Scene]:
    """The scenes to become: every look but flat in turn."""
    scenes = []
    for number, prompt in enumerate(sources):
        scene = prompt.scene.but(look=LOOKS[1 + number % (len(LOOKS) - 1)])
        if number % 2 and scene.place != "space":
            scene = scene.but(time=TIMES[(TIMES.index(scene.time) + 1) % len(TIMES)])
        scenes.append(scene)
    return scenes


def gather(prompts: Prompts, count: int, engine: Engine, autoencoder: Autoencoder) -> Clips:
    """Restyles real clips."""
    sources = prompts.draw("structure", count)
    wished = targets(sources)
    lot = random.Random(f"structure {prompts.seed}")
    texts = [prompts.caption(scene, lot) for scene in wished]
    source = rendered(sources).clips
    requests = [
        Request(
            f"structure-{level}-{at:03d}",
            {
                "mode": "stylization",
                "prompt": texts[at],
                "video": source[at],
                "structure": amount,
                "seed": prompt.seed,
            },
        )
        for level, amount in enumerate(AMOUNTS)
        for at, prompt in enumerate(sources)
    ]
    made = engine.make(requests)
    wanted = restyled(sources, wished).clips
    return Clips(source, wanted, autoencoder.through(source), made.split(count))


def measure(clips: Clips) -> Section:
    """The section, from clips however they were made."""
    lines = []
    for name, (compare, how) in MEASURES.items():
        values = np.stack([compare(clips.source, some).numpy() for some in clips.outputs], 1)
        floors = [compare(clips.source.roll(1, 0), some).numpy() for some in clips.outputs]
        ceiling = statistics.mean(compare(clips.source, clips.passed).tolist())
        true = statistics.mean(compare(clips.source, clips.wanted).tolist())
        rise = statistics.rise(values)
        verdicts = ["", *rise.verdicts()]
        for at, amount in enumerate(AMOUNTS):
            step = rise.steps[at - 1] if at else None
            verdict = verdicts[at]
            if step is not None:
                verdict += f" by {step.value:.3f} [{step.low:.3f}, {step.high:.3f}]"
            lines.append(
                Line(
                    f"{name}, structure {amount:g}",
                    how,
                    generated=statistics.mean(values[:, at]),
                    ceiling=ceiling,
                    real=true,
                    floor=statistics.mean(floors[at]),
                    gain=statistics.gain(values[:, at], floors[at]),
                    unit="NCC" if name == "luma" else "F1",
                    verdict=verdict,
                )
            )
        said = "monotone" if rise.monotone else "not monotone"
        lines.append(
            Line(
                f"{name}, from structure 0 to 1",
                "the paired difference of the two ends; monotone if it is above 0 by its interval"
                f" and no mean step falls by more than {statistics.LEVEL:g}; the share of bootstrap"
                " resamples in which no step does.",
                generated=rise.whole,
                unit="NCC" if name == "luma" else "F1",
                verdict=f"{said}; no step falls in {rise.share:.0%} of resamples",
                details={"monotone": rise.monotone, "share": rise.share},
            )
        )
    return Section(
        "Structure fidelity (stylization)",
        ABOUT,
        lines,
        ("ceiling", "true restyling", "floor"),
    )
