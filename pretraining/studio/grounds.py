# SPDX-License-Identifier: Apache-2.0
"""The places: what lies in front of the sky. All scenes of one call are at the same place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pretraining.studio.canvas import Colour, Lots, View, blend, by_time, colours
from pretraining.studio.scene import Scene


@dataclass(frozen=True)
class Ground:
    """What all parts of a place share."""

    scenes: Sequence[Scene]
    view: View
    horizon: Tensor  # (B, 1, 1, 1, 1)
    light: Tensor  # (B, 1, 1, 1, 1)
    lots: Lots
    untextured: bool

    def tone(self, colour: Colour) -> Tensor:
        """A surface's colour for all clips, or the untextured grey; (B, 3, 1, 1, 1)."""
        return colours(
            [(0.56,) * 3 if self.untextured else colour] * len(self.scenes), self.lots.device
        )

    def rolling(self, base: Tensor, height: float, pace: float) -> Tensor:
        """The crest of a row of hills, (B, 1, T or 1, 1, W)."""
        first, second = self.lots.uniform(0, 6.28), self.lots.uniform(0, 6.28)
        x = self.view.x
        wave = torch.sin(x * pace + first) + 0.5 * torch.sin(x * pace * 1.9 + second)
        return base + height * wave

    def layer(
        self, picture: Tensor, crest: Tensor, colour: Colour, relief: float, gain=1.0
    ) -> Tensor:
        """Lays ground below a crest, darker towards the viewer."""
        below = self.view.y - crest
        shade = self.light * gain * (1 - relief * (below * 2.4).clamp(0, 1))
        return blend(picture, self.tone(colour) * shade, self.view.inside(-below))


def sea(ground: Ground, picture: Tensor) -> Tensor:
    near = {"day": (0.03, 0.22, 0.52), "sunset": (0.16, 0.12, 0.36), "night": (0.01, 0.05, 0.16)}
    far = {"day": (0.12, 0.46, 0.75), "sunset": (0.72, 0.42, 0.38), "night": (0.05, 0.14, 0.32)}
    view, horizon = ground.view, ground.horizon
    depth = ((view.y - horizon) / (1 - horizon)).clamp(0, 1)
    if ground.untextured:
        colour = ground.tone((0, 0, 0)) + 0 * depth
    else:
        device = ground.lots.device
        colour = torch.lerp(
            by_time(ground.scenes, far, device), by_time(ground.scenes, near, device), depth
        )
    return blend(picture, colour, view.inside(horizon - view.y))


def waves(ground: Ground) -> Tensor:
    """Slow bands of light to add to a sea, (B, 1, T, H, W)."""
    view, horizon = ground.view, ground.horizon
    depth = ((view.y - horizon) / (1 - horizon)).clamp(0, 1)
    phase, bend = ground.lots.uniform(0, 6.28), ground.lots.uniform(0, 6.28)
    bands = torch.sin(depth * 17 + 0.8 * torch.sin(view.x * 4 + bend) + phase - view.t * 4.5)
    strength = 0.08 if ground.untextured else 0.20 * ground.light
    return strength * bands.clamp(0, 1) * view.inside(horizon + 0.02 - view.y, 0.05)


def hills(ground: Ground, picture: Tensor) -> Tensor:
    far = ground.rolling(ground.horizon - 0.02, 0.045, 3.2)
    near = ground.rolling(ground.horizon + 0.15, 0.035, 3.2)
    picture = ground.layer(picture, far, (0.34, 0.68, 0.26), 0.35)
    return ground.layer(picture, near, (0.20, 0.54, 0.14), 0.35)


def desert(ground: Ground, picture: Tensor) -> Tensor:
    far = ground.rolling(ground.horizon + 0.01, 0.030, 2.6)
    near = ground.rolling(ground.horizon + 0.17, 0.040, 2.2)
    picture = ground.layer(picture, far, (0.94, 0.78, 0.46), 0.25)
    return ground.layer(picture, near, (0.86, 0.64, 0.32), 0.30)


def _trees(
    ground: Ground, picture: Tensor, colour: Colour, foot: Tensor, spacing: float, heights
) -> Tensor:
    view, lots = ground.view, ground.lots
    for slot in range(round(2.4 / spacing)):
        x = -0.4 + slot * spacing + lots.uniform(-0.15, 0.15) * spacing
        half = (view.y - foot + lots.uniform(*heights)) * 0.42
        tree = torch.maximum((view.x - x).abs() - half, view.y - foot)
        picture = blend(picture, ground.tone(colour) * ground.light, view.inside(tree))
    return picture


def snow(ground: Ground, picture: Tensor) -> Tensor:
    far = ground.rolling(ground.horizon + 0.01, 0.025, 2.8)
    near = ground.rolling(ground.horizon + 0.17, 0.025, 2.4)
    picture = ground.layer(picture, far, (0.86, 0.91, 0.99), 0.12, 0.92)
    picture = _trees(ground, picture, (0.08, 0.30, 0.20), ground.horizon + 0.07, 0.55, (0.20, 0.26))
    return ground.layer(picture, near, (0.97, 0.98, 1.00), 0.15, 0.95)


def forest(ground: Ground, picture: Tensor) -> Tensor:
    back = ground.rolling(ground.horizon - 0.16, 0.030, 9.0)
    floor = ground.rolling(ground.horizon + 0.17, 0.015, 2.4)
    picture = ground.layer(picture, back, (0.12, 0.36, 0.16), 0.10, 0.9)
    picture = _trees(ground, picture, (0.05, 0.24, 0.10), ground.horizon + 0.20, 0.30, (0.46, 0.62))
    return ground.layer(picture, floor, (0.30, 0.26, 0.12), 0.25)


def mountains(ground: Ground, picture: Tensor) -> Tensor:
    view, lots, light = ground.view, ground.lots, ground.light
    offset = lots.uniform(-0.12, 0.12)
    tint = colours(
        [(1.0,) * 3 if ground.untextured else (1.0, 1.0, 1.12)] * len(ground.scenes), lots.device
    )
    for x, peak, slope in (
        (-0.40, 0.28, 1.05),
        (1.92, 0.26, 1.05),
        (0.30, 0.26, 1.05),
        (1.22, 0.30, 1.05),
        (0.78, 0.20, 1.0),
    ):
        middle = x + offset + lots.uniform(-0.05, 0.05)
        top = peak + lots.uniform(-0.03, 0.03)
        rock = top + (view.x - middle).abs() * slope
        side = torch.where(view.x < middle, 0.48, 0.36) * (1.45 if ground.untextured else 1.0)
        body = view.inside(rock - view.y)
        picture = blend(picture, side * light * tint, body)
        if not ground.untextured:
            cap = view.inside(view.y - top - 0.13, 0.05) * body
            picture = blend(picture, ground.tone((0.95, 0.96, 1.0)) * light, cap)
    meadow = ground.rolling(ground.horizon + 0.17, 0.02, 3.2)
    return ground.layer(picture, meadow, (0.24, 0.42, 0.26), 0.3)


def city(ground: Ground, picture: Tensor) -> Tensor:
    view, lots, light, scenes = ground.view, ground.lots, ground.light, ground.scenes
    dim = 0.35 + 0.65 * light
    lit, dull = (1.0, 0.86, 0.42), (0.62, 0.78, 0.90)
    glow = colours([dull if scene.time == "day" else lit for scene in scenes], lots.device)
    left = lots.uniform(-0.62, -0.50)
    for _ in range(12):
        width = lots.choice((0.1875, 0.25))
        roof = ground.horizon + lots.uniform(-0.34, -0.08)
        tone = lots.uniform(0.26, 0.46) * dim
        block = torch.maximum((view.x - left - width / 2).abs() - width / 2 + 0.008, roof - view.y)
        body = view.inside(block)
        wall = ground.tone((1.0, 1.0, 1.2)) * tone if not ground.untextured else tone + 0.25
        picture = blend(picture, wall, body)
        if not ground.untextured:
            # Windows: squares of four pixels on a raster of eight, counted from the roof.
            across = (((view.x - left) * 8 + 0.25) % 1.0 - 0.75).abs()
            down = (((view.y - roof) * 8) % 1.0 - 0.6).abs()
            window = view.inside((torch.maximum(across, down) - 0.25) / 8)
            picture = blend(picture, glow, 0.85 * window * view.inside(block + 0.03))
        left = left + width
    road = ground.tone((0.27, 0.27, 0.29)) * (1.0 if ground.untextured else dim)
    return blend(picture, road, view.inside(ground.horizon + 0.18 - view.y))


GROUNDS: dict[str, Callable[[Ground, Tensor], Tensor]] = {
    "sea": sea,
    "hills": hills,
    "desert": desert,
    "mountains": mountains,
    "city": city,
    "snow": snow,
    "forest": forest,
}
