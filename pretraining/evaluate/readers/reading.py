# SPDX-License-Identifier: Apache-2.0
"""Reads every attribute of clips."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from pretraining.evaluate.readers import camera, network, track, weather
from pretraining.studio.scene import ATTRIBUTES


@dataclass(frozen=True)
class Reading:
    """What clips show.

    Attributes:
        values: per attribute of the studio B names; None where nothing could be read.
        covers: where the subject is, 0 to 1, (B, T, 32, 48).
    """

    values: dict[str, list[str | None]]
    covers: Tensor


def read(reader: network.Reader, clips: Tensor, with_camera: bool = False) -> Reading:
    """Reads clips uint8 (B, 3, T, 64, 96); the camera's move only if asked for."""
    covers, told = network.read(reader, clips)
    values: dict[str, list[str | None]] = {
        name: [ATTRIBUTES[name][at] for at in found.tolist()] for name, found in told.items()
    }
    values["motion"] = [track.motion(track.track(cover)) for cover in covers]
    values["colour"] = [track.colour(clip, cover) for clip, cover in zip(clips, covers)]
    # Whether it is foggy or clear is seen in the whole picture, rain and snow only in what falls.
    values["weather"] = [
        weather.falling(clip, cover) or "clear" if seen in ("rain", "snowfall") else seen
        for clip, cover, seen in zip(clips, covers, values["weather"])
    ]
    # A kind needs a subject.
    values["kind"] = [
        kind if track.track(cover).share >= 0.3 else None
        for kind, cover in zip(values["kind"], covers)
    ]
    if with_camera:
        values["camera"] = [camera.camera(clip, cover) for clip, cover in zip(clips, covers)]
    return Reading(values, covers)
