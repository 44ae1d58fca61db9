# SPDX-License-Identifier: Apache-2.0
"""Section 2: how calm clips are, beside how much they move."""

from __future__ import annotations

import torch

from pretraining.evaluate import pictures, statistics
from pretraining.evaluate.adherence import Clips
from pretraining.evaluate.readers import network
from pretraining.evaluate.report import Line, Section

ABOUT = (
    "The clips of the plain prompts. Real renders and the ceiling are what the generated clips"
    " should be like, not a limit: a frozen frame flickers least and does not move. A clip is good"
    " when both of its numbers are near those of its truth."
)


def measure(clips: Clips, reader: network.Reader) -> Section:
    """The section, from clips however they were made."""
    frozen = clips.generated[:, :, :1].expand_as(clips.generated)
    versions = {
        "generated": clips.generated,
        "ceiling": clips.passed,
        "real": clips.real,
        "floor": frozen,
    }
    covers = {name: network.read(reader, some)[0] for name, some in versions.items()}
    flickers = {name: pictures.flicker(some) for name, some in versions.items()}
    calm = {n: pictures.background_flicker(some, covers[n]) for n, some in versions.items()}
    moves = {name: pictures.motion(some) for name, some in versions.items()}

    def line(name: str, how: str, values: dict[str, torch.Tensor], unit: str) -> Line:
        return Line(
            name,
            how,
            **{part: statistics.mean(found.tolist()) for part, found in values.items()},
            gain=statistics.gain(values["generated"].tolist(), values["real"].tolist()),
            unit=unit,
        )

    lines = [
        line(
            "temporal flickering, whole picture",
            "(255 - the mean absolute difference of neighbouring frames) / 255, the formula of"
            " VBench's dimension of that name, on clips that move; gain is generated less real.",
            flickers,
            "flicker",
        ),
        line(
            "temporal flickering, background",
            "the same where the reader finds no subject in either frame.",
            calm,
            "flicker",
        ),
        line(
            "motion",
            "the speed of the fastest twentieth of 8 × 8 blocks, matched between neighbouring"
            " frames, in picture heights a second.",
            moves,
            "heights/s",
        ),
    ]
    return Section(
        "Flicker and motion",
        ABOUT,
        lines,
        ("real renders through the autoencoder", "real renders", "first frame, frozen"),
    )
