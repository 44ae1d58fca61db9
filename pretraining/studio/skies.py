# SPDX-License-Identifier: Apache-2.0
"""The sky at each time of day, what stands in it, and the weather in front of everything."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from pretraining.studio.canvas import ASPECT, Lots, View, blend, by_time, colours, column
from pretraining.studio.scene import Scene

_TOP = {"day": (0.30, 0.60, 0.98), "sunset": (0.38, 0.15, 0.45), "night": (0.01, 0.02, 0.11)}
_LOW = {"day": (0.80, 0.92, 1.00), "sunset": (1.00, 0.58, 0.20), "night": (0.07, 0.10, 0.30)}
_DISC = {"day": (1.0, 0.95, 0.5), "sunset": (1.0, 0.86, 0.35), "night": (0.95, 0.95, 0.85)}
_LIGHT = {"day": 1.0, "sunset": 0.72, "night": 0.40}


def light(scenes: Sequence[Scene], untextured: bool, device) -> Tensor:
    """How bright surfaces are, 0 to 1, (B, 1, 1, 1, 1)."""
    return column([1.0 if untextured else _LIGHT[scene.time] for scene in scenes], device)


def sky(
    scenes: Sequence[Scene], view: View, horizon: Tensor, lots: Lots, untextured: bool
) -> Tensor:
    """Pictures (B, 3, T or 1, H, W) of nothing but sky."""
    device = lots.device
    depth = (view.y / horizon).clamp(0, 1) + 0 * view.x
    if untextured:
        return (0.66 + 0.08 * depth).repeat(1, 3, 1, 1, 1)
    picture = torch.lerp(by_time(scenes, _TOP, device), by_time(scenes, _LOW, device), depth)
    places = {
        "day": (lots.uniform(0.10, 0.30), lots.uniform(0.10, 0.15), 0.075),
        "sunset": (lots.uniform(0.35, 1.15), horizon - 0.03, 0.14),
        "night": (lots.uniform(1.20, 1.40), lots.uniform(0.11, 0.16), 0.07),
    }
    x, y = (
        torch.stack([places[scene.time][part][row] for row, scene in enumerate(scenes)])
        for part in (0, 1)
    )
    radius = column([places[scene.time][2] for scene in scenes], device)
    distance = ((view.x - x) ** 2 + (view.y - y) ** 2).sqrt() - radius
    disc = by_time(scenes, _DISC, device)
    picture = blend(picture, disc, view.inside(distance))
    glow = column([0.0 if scene.time == "night" else 0.22 for scene in scenes], device)
    picture = blend(picture, disc, glow * torch.exp(-distance.clamp_min(0) * 8))
    dark = column([0.75 if scene.time == "night" else 0.0 for scene in scenes], device)
    return picture + dark * _stars(view, horizon - 0.15, lots, 12)


def _stars(view: View, lowest: Tensor | float, lots: Lots, count: int) -> Tensor:
    """Points of light, (B, 1, T or 1, H, W)."""
    total: Tensor | float = 0.0
    for _ in range(count):
        x, y = lots.uniform(-0.3, ASPECT + 0.3), lots.uniform(0, 1) * lowest
        squared = (view.x - x) ** 2 + (view.y - y) ** 2
        total = total + torch.exp(-squared / 0.00018)
    return total


def space(scenes: Sequence[Scene], view: View, lots: Lots, untextured: bool) -> Tensor:
    """Black sky full of stars, a nebula, and a planet with a ring; (B, 3, T or 1, H, W)."""
    device = lots.device
    count = len(scenes)
    picture = colours([(0.02, 0.01, 0.07)] * count, device) + 0 * view.x + 0 * view.y
    if untextured:
        picture = picture * 0 + 0.30
    else:
        band = (
            view.y
            - 0.5
            - lots.uniform(-0.25, 0.25)
            - 0.25 * torch.sin(view.x * 2 + lots.uniform(0, 6.28))
        )
        haze = 0.5 * torch.exp(-((band / 0.22) ** 2))
        tints = ((0.38, 0.10, 0.50), (0.08, 0.26, 0.50), (0.45, 0.12, 0.30))
        picture = blend(picture, colours([lot.choice(tints) for lot in lots.lots], device), haze)
        picture = picture + 0.85 * _stars(view, 1.0, lots, 22)
    x, y = lots.choice((0.22, 1.28)) + lots.uniform(-0.05, 0.05), lots.uniform(0.22, 0.34)
    radius = lots.uniform(0.14, 0.18)
    u, v = (view.x - x) / radius, (view.y - y) / radius
    tilted_u, tilted_v = u + 0.35 * v, v - 0.35 * u
    shade = (1 - 0.55 * (0.6 * u + 0.6 * v).clamp(0, 1)) if not untextured else 1.0
    rocks = ((0.85, 0.55, 0.35), (0.35, 0.65, 0.75), (0.80, 0.70, 0.50))
    ground = [(0.62,) * 3 if untextured else lot.choice(rocks) for lot in lots.lots]
    picture = blend(
        picture, colours(ground, device) * shade, view.inside(((u**2 + v**2).sqrt() - 1) * radius)
    )
    reach = (tilted_u**2 + (tilted_v * 4.2) ** 2).sqrt()
    ring = torch.maximum((reach - 1.65).abs() - 0.20, -tilted_v - 0.02) * radius
    edge = [(0.70,) * 3 if untextured else (0.92, 0.86, 0.70)] * count
    return blend(picture, colours(edge, device), view.inside(ring))


def cloud(view: View, lots: Lots) -> Tensor:
    """Where one flat cloud drifts, (B, 1, T, H, W)."""
    x = lots.uniform(0.60, 1.30) + view.t * lots.uniform(-0.10, 0.10)
    squared = ((view.x - x) / 2.6) ** 2 + (view.y - lots.uniform(0.10, 0.18)) ** 2
    return 0.85 * (1.5 * (1 - squared / 0.065**2)).clamp(0, 1)


def overcast(scenes: Sequence[Scene], picture: Tensor) -> Tensor:
    """The backdrop under a covered sky, greyer and a little darker, for all but clear weather."""
    grey = picture.mean(1, keepdim=True) * 0.92 + 0.02
    amount = column([0.0 if scene.weather == "clear" else 0.45 for scene in scenes], picture.device)
    return torch.lerp(picture, grey.expand_as(picture), amount)


def weather(scenes: Sequence[Scene], clip: Tensor, view: View, lots: Lots) -> Tensor:
    """The clip (B, 3, T, H, W) with fog, rain or falling snow in front of it."""
    result = clip.clone()
    dim = column([_LIGHT[scene.time] for scene in scenes], lots.device)
    grey = 0.30 + 0.55 * dim
    thick = lots.uniform(0.50, 0.60)
    drift = 0.10 * torch.sin(view.x * 4 + view.t * 2.5 + lots.uniform(0, 6.28))
    low = ((view.y - 0.05 + drift) * 1.6).clamp(0, 1)
    fog = [scene.weather == "fog" for scene in scenes]
    if any(fog):
        result[fog] = blend(clip, grey, thick * low)[fog]
    slant, speed, phase = 0.35, 3.0, lots.uniform(0, 6.28)
    raster = lots.noise(1, 12)[:, 0, 0, 0]
    for name, half, length in (("rain", 0.011, 0.11), ("snowfall", 0.026, 0.026)):
        falls = [scene.weather == name for scene in scenes]
        if not any(falls):
            continue
        pace = speed if name == "rain" else 0.75
        tone = 0.55 + 0.45 * dim if name == "rain" else 0.70 + 0.30 * dim
        total = torch.zeros_like(clip[:, :1])
        for drop in range(12):
            offset = raster[:, drop].view(-1, 1, 1, 1, 1)
            y = (offset * 7.3 + view.t * pace) % 1.3 - 0.15
            x = (drop + 0.5) * (ASPECT / 12) + 0.08 * torch.sin(offset * 40 + phase)
            if name == "snowfall":
                x = x + 0.03 * torch.sin(view.t * 6 + offset * 20)
            across = (view.x - x + (slant * (view.y - y) if name == "rain" else 0)).abs()
            total = torch.maximum(
                total, view.inside(torch.maximum(across - half, (view.y - y).abs() - length))
            )
        strength = 0.55 if name == "rain" else 0.9
        result[falls] = blend(clip, tone, strength * total)[falls]
    return result
