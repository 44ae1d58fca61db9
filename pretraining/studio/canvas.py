# SPDX-License-Identifier: Apache-2.0
"""What every part of the studio draws with: pixels in world coordinates, lots, soft edges.

Axes: B clips, C = 3 colours (values around 0 to 1), T frames, H rows, W columns. Numbers that
belong to a clip are (B, 1, 1, 1, 1), so that everything broadcasts to (B, C, T, H, W).
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pretraining.studio.scene import FRAMES, HEIGHT, WIDTH, Scene

ASPECT = WIDTH / HEIGHT

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Size:
    """A clip's pixels and frames."""

    height: int = HEIGHT
    width: int = WIDTH
    frames: int = FRAMES


@dataclass(frozen=True)
class View:
    """Where the pixels of clips lie, in picture heights, and when their frames are, 0 to 1.

    Attributes:
        x: (B or 1, 1, T or 1, 1, W).
        y: (B or 1, 1, T or 1, H, 1).
        t: (1, 1, T, 1, 1).
        edge: the width over which an edge goes from inside to outside, a pixel and a bit.
    """

    x: Tensor
    y: Tensor
    t: Tensor
    edge: float

    @staticmethod
    def still(size: Size, device: torch.device | str) -> View:
        """The picture as it is: y from 0 to 1, x likewise in picture heights."""
        x = (torch.arange(size.width, device=device) + 0.5) / size.height
        y = (torch.arange(size.height, device=device) + 0.5) / size.height
        t = torch.arange(size.frames, device=device) / max(1, size.frames - 1)
        axes = x.view(1, 1, 1, 1, -1), y.view(1, 1, 1, -1, 1), t.view(1, 1, -1, 1, 1)
        return View(*axes, 1.3 / size.height)

    def inside(self, distance: Tensor, edge: float | None = None) -> Tensor:
        """Turns a signed distance (negative inside) into coverage 0 to 1 with a soft edge."""
        return (0.5 - distance / (edge or self.edge)).clamp(0, 1)


class Lots:
    """One random generator per clip for one part of the picture.

    Each part draws by lots of its own, so that two scenes rendered from equal seeds share what
    they can: a sea by day and by night have the same waves.
    """

    def __init__(self, seeds: Sequence[int], part: str, device: torch.device | str) -> None:
        self.lots = [random.Random(f"{seed} {part}") for seed in seeds]
        self.device = device

    def uniform(self, low: float, high: float) -> Tensor:
        """A number per clip, (B, 1, 1, 1, 1)."""
        return column([lot.uniform(low, high) for lot in self.lots], self.device)

    def choice(self, values: Sequence[float]) -> Tensor:
        """One of the values per clip, (B, 1, 1, 1, 1)."""
        return column([lot.choice(values) for lot in self.lots], self.device)

    def noise(self, rows: int, columns: int) -> Tensor:
        """Numbers 0 to 1 per clip on a coarse raster, (B, 1, 1, rows, columns)."""
        drawn = [[lot.random() for _ in range(rows * columns)] for lot in self.lots]
        return torch.tensor(drawn, device=self.device).view(-1, 1, 1, rows, columns)


def column(values: Sequence[float], device: torch.device | str) -> Tensor:
    """One number per clip as (B, 1, 1, 1, 1)."""
    return torch.tensor(values, dtype=torch.float32, device=device).view(-1, 1, 1, 1, 1)


def colours(values: Sequence[Colour], device: torch.device | str) -> Tensor:
    """One colour per clip as (B, 3, 1, 1, 1)."""
    return torch.tensor(values, dtype=torch.float32, device=device).view(-1, 3, 1, 1, 1)


def by_time(scenes: Sequence[Scene], table: Mapping[str, Colour], device) -> Tensor:
    """The colour that the table has for each scene's time of day, (B, 3, 1, 1, 1)."""
    return colours([table[scene.time] for scene in scenes], device)


def blend(picture: Tensor, colour: Tensor, cover: Tensor) -> Tensor:
    """The picture with a colour laid over it where cover is 1; all broadcast to (B, C, T, H, W)."""
    return torch.lerp(picture, colour, cover)
