# SPDX-License-Identifier: Apache-2.0
"""Sections 5 and 6: pictures that a clip must show, as its first frame or at their times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from pretraining.evaluate import pictures, statistics
from pretraining.evaluate.engine import Engine, Request
from pretraining.evaluate.model_frames import unpasted
from pretraining.evaluate.prompts import Prompts
from pretraining.evaluate.report import Line, Section
from pretraining.evaluate.statistics import Interval
from pretraining.evaluate.truth import Autoencoder, rendered, squared_error
from pretraining.studio.scene import FRAMES

GOOD = 28.0
PANELS = (0, 8, 16)
ABOUT_FIRST = (
    "Image to video, without words, from the first frames of real clips of plain scenes. Ceiling:"
    " the picture alone through the autoencoder. Floor: the first frame of another output. The"
    " engine puts the picture itself in its place and leads over from it; so beside that stand the"
    " model's own first frame (by diffusers, same requests and seeds) and the jump that is left."
)
ABOUT_ANCHORS = (
    "Storyboards of three panels, the first, middle and last frame of real clips of plain scenes,"
    " with words. Panels are pasted back and led over to; so beside how exactly they are shown"
    " stand the model's own frames (by diffusers, same requests and seeds) and how much the clip"
    " jumps there. Ceiling: the truth through the autoencoder. Floor: outputs with the panels of"
    " another clip put in hard."
)


@dataclass(frozen=True)
class Clips:
    """Truth, the truth's frames through the autoencoder, and outputs; uint8 (B, 3, T, H, W).

    For first frames `passed` holds one frame. `before` is the first clips as the model made them,
    before the given pictures were put back; fewer, or None.
    """

    real: Tensor
    passed: Tensor
    output: Tensor
    before: Tensor | None = None


def _before(
    model: Path, texts: Sequence[str], seeds: Sequence[int], real: Tensor, kept: Sequence[int]
) -> Tensor | None:
    """The model's own frames for the first clips, some frames of which are given."""
    if not texts:
        return None
    masks = torch.ones_like(real[:, 0], dtype=torch.float32)
    masks[:, list(kept)] = 0
    return unpasted(model, texts, seeds, real, masks)


def gather_first(
    prompts: Prompts, count: int, compared: int, engine: Engine, autoencoder: Autoencoder
) -> Clips:
    """Moves pictures."""
    sources = prompts.draw("first frames", count)
    real = rendered(sources).clips
    requests = [
        Request(
            f"first-{at:03d}",
            {"mode": "image-to-video", "image": real[at, :, 0], "seed": prompt.seed},
        )
        for at, prompt in enumerate(sources)
    ]
    passed = autoencoder.through_alone(real[:, :, 0])[:, :, None]
    seeds = [prompt.seed for prompt in sources[:compared]]
    before = _before(engine.model, [""] * compared, seeds, real, (0,))
    return Clips(real, passed, engine.make(requests), before)


def gather_anchors(
    prompts: Prompts, count: int, compared: int, engine: Engine, autoencoder: Autoencoder
) -> Clips:
    """Joins panels."""
    sources = prompts.draw("anchors", count)
    real = rendered(sources).clips
    requests = [
        Request(
            f"panels-{at:03d}",
            {
                "mode": "storyboard",
                "prompt": prompt.text,
                "panels": [{"image": real[at, :, frame]} for frame in PANELS],
                "seed": prompt.seed,
            },
        )
        for at, prompt in enumerate(sources)
    ]
    texts, seeds = ([getattr(p, key) for p in sources[:compared]] for key in ("text", "seed"))
    before = _before(engine.model, texts, seeds, real, PANELS)
    return Clips(real, autoencoder.through(real), engine.make(requests), before)


def _psnr(a: Tensor, b: Tensor) -> list[float]:
    return [statistics.decibels(error) for error in squared_error(a, b).tolist()]


def measure_first(clips: Clips) -> Section:
    """Section 5, from clips however they were made."""
    picture = clips.real[:, :, 0]
    found = {
        "generated": _psnr(clips.output[:, :, 0], picture),
        "ceiling": _psnr(clips.passed[:, :, 0], picture),
        "floor": _psnr(clips.output[:, :, 0].roll(1, 0), picture),
    }
    moved = {
        "generated": pictures.motion(clips.output).tolist(),
        "real": pictures.motion(clips.real).tolist(),
        "floor": pictures.motion(clips.output[:, :, :1].expand_as(clips.output)).tolist(),
    }
    foreign = clips.output.clone()
    foreign[:, :, 0] = clips.output.roll(1, 0)[:, :, 0]
    jumps = {"generated": clips.output, "real": clips.real, "floor": foreign}
    own = []
    if clips.before is not None:
        known = picture[: len(clips.before)]
        own.append(
            Line(
                "first frame, the model's own",
                "the same before the engine puts the picture back.",
                generated=statistics.mean(_psnr(clips.before[:, :, 0], known)),
                unit="dB",
            )
        )
    lines = [
        Line(
            "first frame, mean",
            "PSNR of the first frame and the picture that was given.",
            **{part: statistics.mean(values) for part, values in found.items()},
            unit="dB",
        ),
        Line(
            "first frame, worst",
            "the least of these.",
            **{part: Interval(min(values), count=len(values)) for part, values in found.items()},
            unit="dB",
        ),
        Line(
            f"first frame, at least {GOOD:g} dB",
            "the share of clips.",
            **{
                part: statistics.mean([float(value >= GOOD) for value in values])
                for part, values in found.items()
            },
        ),
        *own,
        Line(
            "jump after it",
            "the change from the first frame to the second over the median change between later"
            " ones; 1 is no jump; floor: another output's first frame put in hard.",
            **{part: statistics.mean(_jumps(some, [0])) for part, some in jumps.items()},
            unit="ratio",
        ),
        Line(
            "motion after it",
            "as under flicker and motion; a clip that only repeats its picture has 0.",
            **{part: statistics.mean(values) for part, values in moved.items()},
            unit="heights/s",
        ),
    ]
    return Section("First frame (image to video)", ABOUT_FIRST, lines)


def _jumps(clips: Tensor, panels: Sequence[int]) -> list[float]:
    """How much more frames change beside a panel than elsewhere, per clip."""
    changes = pictures.changes(clips)
    beside = sorted({at for panel in panels for at in (panel - 1, panel) if 0 <= at < FRAMES - 1})
    others = [at for at in range(FRAMES - 1) if at not in beside]
    usual = changes[:, others].median(1).values.clamp_min(0.1)
    return (changes[:, beside].mean(1) / usual).tolist()


def measure_anchors(clips: Clips) -> Section:
    """Section 6, from clips however they were made."""
    at = list(PANELS)
    beside = sorted({n for panel in PANELS for n in (panel - 1, panel + 1) if 0 <= n < FRAMES})
    between = [n for n in range(FRAMES) if n not in at]

    def near(frames: Sequence[int], made: Tensor) -> list[float]:
        return _psnr(made[:, :, frames], clips.real[:, :, frames])

    hard = clips.output.clone()
    hard[:, :, at] = clips.output.roll(1, 0)[:, :, at]
    versions = {"generated": clips.output, "ceiling": clips.passed, "floor": hard}

    def means(measured) -> dict[str, Interval]:
        return {part: statistics.mean(measured(some)) for part, some in versions.items()}

    jumps = means(lambda some: _jumps(some, at))
    jumps["real"] = statistics.mean(_jumps(clips.real, at))
    other = {"floor": statistics.mean(near(between, clips.output.roll(1, 0)))}
    worst = np.min([near([n], clips.output) for n in at], axis=0)
    own = []
    if clips.before is not None:
        some = len(clips.before)
        shown = _psnr(clips.before[:, :, at], clips.real[:some, :, at])
        own.append(
            Line(
                "panels, the model's own",
                "the same before the engine puts the panels back.",
                generated=statistics.mean(shown),
                unit="dB",
            )
        )
    lines = [
        Line(
            "panels, mean",
            "PSNR of the frames at the panels' times and the panels; identical is exact.",
            **means(lambda some: near(at, some)),
            unit="dB",
        ),
        Line(
            "panels, worst",
            "the least of any panel.",
            generated=Interval(float(torch.tensor(worst).min()), count=len(worst)),
            unit="dB",
        ),
        *own,
        Line(
            "frames beside the panels",
            "PSNR of the frames just before and after the panels and the truth's; floor: another"
            " clip's frames between the panels.",
            **(means(lambda some: near(beside, some)) | other),
            unit="dB",
        ),
        Line(
            "frames between the panels",
            "PSNR of all frames that are no panels and the truth's; floor: another clip's.",
            **(means(lambda some: near(between, some)) | other),
            unit="dB",
        ),
        Line(
            "jump at the panels",
            "the mean change from a panel to its neighbours over the median change between other"
            " neighbouring frames; 1 is no jump.",
            **jumps,
            unit="ratio",
        ),
    ]
    return Section("Storyboard panels", ABOUT_ANCHORS, lines)
