# SPDX-License-Identifier: Apache-2.0
"""The subjects' silhouettes, drawn from signed distances in the subject's own coordinates.

In these, u runs to the subject's front and v down, and 1 is the subject's radius.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Pose:
    """A subject's way through a clip: x and y (T, 1, 1), radius, all in picture heights."""

    x: np.ndarray
    y: np.ndarray
    radius: float
    facing: int
    phase: float
    time: np.ndarray


class Brush:
    """Paints shapes onto a clip (3, T, H, W) and remembers what they cover."""

    def __init__(self, clip: np.ndarray, light: float, edge: float, clay: bool) -> None:
        self.clip, self.light, self.edge, self.clay = clip, light, edge, clay
        self.covered = np.zeros(clip.shape[1:], np.float32)

    def paint(self, colour, distance: np.ndarray, shade: np.ndarray | float = 1.0) -> None:
        """Fills where distance is negative; the colour is dimmed by the scene's light."""
        cover = np.clip(0.5 - distance / self.edge, 0, 1)
        if self.clay:
            # One grey, a little darker where the true thing is dark, so that parts are told apart.
            colour = [0.45 + 0.5 * max(colour)] * 3
        for channel in range(3):
            target = colour[channel] * self.light * shade
            self.clip[channel] += (target - self.clip[channel]) * cover
        np.maximum(self.covered, cover, out=self.covered)


Silhouette = Callable[[Brush, tuple[float, float, float], np.ndarray, np.ndarray, Pose], None]
_DARK = (0.10, 0.10, 0.12)
_WOOD = (0.42, 0.24, 0.10)


def draw(
    clip, kind: str, colour, light: float, pose: Pose, x, y, edge: float, clay: bool = False
) -> np.ndarray:
    """Draws a subject onto the clip in place and returns its coverage (T, H, W), 0 to 1."""
    u = (x - pose.x) / pose.radius * pose.facing
    v = (y - pose.y) / pose.radius
    brush = Brush(clip, light, edge / pose.radius, clay)
    _SILHOUETTES[kind](brush, colour, u, v, pose)
    return brush.covered


def _box(u, v, half_width, half_height):
    return np.maximum(np.abs(u) - half_width, np.abs(v) - half_height)


def _ball(brush: Brush, colour, u, v, pose: Pose) -> None:
    shade = 1 - 0.25 * np.clip(v, 0, 1)
    disc = np.sqrt(u * u + v * v) - 0.95
    brush.paint(colour, disc, shade)
    brush.paint([c * 0.45 for c in colour], np.maximum(disc, np.abs(v - 0.1) - 0.14))


def _balloon(brush: Brush, colour, u, v, pose: Pose) -> None:
    brush.paint(_WOOD, _box(u, v - 1.12, 0.26, 0.16))
    brush.paint(_DARK, np.maximum(np.abs(np.abs(u) - 0.22) - 0.05, np.abs(v - 0.85) - 0.22))
    body = np.sqrt(u * u + (v + 0.1) ** 2) - 0.98 + 0.28 * np.clip(v, 0, 1)
    stripe = 1 - 0.28 * (np.abs(u) > 0.36)
    brush.paint(colour, body, stripe)


def _star(brush: Brush, colour, u, v, pose: Pose) -> None:
    turn = 2 * np.pi / 5
    angle = np.arctan2(u, -v)
    fold = np.abs((angle + turn / 2) % turn - turn / 2)
    reach = np.sqrt(u * u + v * v)
    brush.paint(colour, reach * (np.cos(fold) + 1.15 * np.sin(fold)) - 1.12)


def _butterfly(brush: Brush, colour, u, v, pose: Pose) -> None:
    beat = 0.80 + 0.20 * np.sin(pose.time * 14 + pose.phase)
    across = np.abs(u) / beat
    upper = np.sqrt((across - 0.60) ** 2 + ((v + 0.38) * 1.05) ** 2) - 0.56
    lower = np.sqrt((across - 0.50) ** 2 + ((v - 0.50) * 1.1) ** 2) - 0.42
    brush.paint(colour, np.minimum(upper, lower))
    brush.paint(_DARK, np.sqrt((u * 5.5) ** 2 + v * v) - 0.85)


def _boat(brush: Brush, colour, u, v, pose: Pose) -> None:
    brush.paint(_WOOD, np.maximum(np.abs(v - 0.42) - 0.22, np.abs(u) - 1.0 + (v - 0.2) * 0.9))
    brush.paint(_DARK, _box(u, v + 0.45, 0.06, 0.70))
    brush.paint(colour, np.maximum(np.maximum(0.10 - u, v - 0.10), u - 0.10 - (v + 1.15) * 0.72))
    brush.paint(colour, np.maximum(np.maximum(u + 0.10, v - 0.10), -u - 0.10 - (v + 1.0) * 0.72))


def _car(brush: Brush, colour, u, v, pose: Pose) -> None:
    brush.paint(colour, _box(u, v - 0.12, 1.25, 0.32))
    cabin = np.maximum(np.abs(u + 0.1) - 0.66 - (v + 0.35) * 0.5, np.abs(v + 0.40) - 0.36)
    brush.paint(colour, cabin)
    brush.paint((0.75, 0.90, 1.0), _box(np.abs(u + 0.1) - 0.30, v + 0.36, 0.20, 0.19))
    for wheel in (-0.68, 0.68):
        brush.paint(_DARK, np.sqrt((u - wheel) ** 2 + (v - 0.46) ** 2) - 0.32)


_SILHOUETTES: dict[str, Silhouette] = {
    "ball": _ball,
    "balloon": _balloon,
    "star": _star,
    "butterfly": _butterfly,
    "boat": _boat,
    "car": _car,
}
