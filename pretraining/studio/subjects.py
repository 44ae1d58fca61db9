# SPDX-License-Identifier: Apache-2.0
"""The subjects' silhouettes, drawn from signed distances in the subject's own coordinates.

In these, u runs to the subject's front and v down, and 1 is the subject's radius. All clips of
one call show the same kind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from pretraining.studio.canvas import Colour, View, blend


@dataclass(frozen=True)
class Pose:
    """Where subjects are: x, y, radius in picture heights, (B, 1, T or 1, 1, 1).

    Attributes:
        facing: 1 to the right, -1 to the left, (B, 1, 1, 1, 1).
        phase: where a beat or a wag begins, (B, 1, 1, 1, 1).
        time: 0 to 1, (1, 1, T, 1, 1).
    """

    x: Tensor
    y: Tensor
    radius: Tensor
    facing: Tensor
    phase: Tensor
    time: Tensor


class Brush:
    """Paints shapes onto clips (B, 3, T, H, W) and remembers what they cover, (B, 1, T, H, W)."""

    def __init__(self, clip: Tensor, light: Tensor, edge: Tensor, untextured: bool) -> None:
        self.clip, self.light, self.edge, self.untextured = clip, light, edge, untextured
        self.cover = torch.zeros_like(clip[:, :1])

    def paint(self, colour: Tensor | Colour, distance: Tensor, shade: Tensor | float = 1.0) -> None:
        """Fills where distance is negative; the colour is dimmed by the scene's light."""
        if not isinstance(colour, Tensor):
            colour = torch.tensor(colour, device=self.clip.device).view(1, 3, 1, 1, 1)
        if self.untextured:
            # One grey, a little darker where the true thing is dark, so that parts are told apart.
            colour = 0.45 + 0.5 * colour.amax(1, keepdim=True)
        cover = (0.5 - distance / self.edge).clamp(0, 1)
        self.clip = blend(self.clip, (colour * self.light * shade).expand_as(self.clip), cover)
        self.cover = torch.maximum(self.cover, cover)


Silhouette = Callable[[Brush, Tensor, Tensor, Tensor, Pose], None]
_DARK = (0.10, 0.10, 0.12)
_WOOD = (0.42, 0.24, 0.10)
_PALE = (0.95, 0.95, 0.92)
_FLAME = (1.0, 0.70, 0.15)


def draw(
    clip: Tensor,
    kind: str,
    colour: Tensor,
    light: Tensor,
    pose: Pose,
    screen: View,
    untextured: bool,
) -> tuple[Tensor, Tensor]:
    """Draws subjects of one kind onto clips, at their pose on the screen.

    Returns the clips (B, 3, T, H, W) and what the subjects cover, 0 to 1 (B, 1, T, H, W).
    """
    u = (screen.x - pose.x) / pose.radius * pose.facing
    v = (screen.y - pose.y) / pose.radius
    brush = Brush(clip, light, screen.edge / pose.radius, untextured)
    SILHOUETTES[kind](brush, colour, u, v, pose)
    return brush.clip, brush.cover


def _box(u: Tensor, v: Tensor, half_width: float, half_height: float) -> Tensor:
    return torch.maximum(u.abs() - half_width, v.abs() - half_height)


def _reach(u: Tensor, v: Tensor) -> Tensor:
    return (u * u + v * v).sqrt()


def _ball(brush: Brush, colour: Tensor, u: Tensor, v: Tensor, pose: Pose) -> None:
    disc = _reach(u, v) - 0.95
    brush.paint(colour, disc, 1 - 0.25 * v.clamp(0, 1))
    brush.paint(colour * 0.45, torch.maximum(disc, (v - 0.1).abs() - 0.16))


def _balloon(brush: Brush, colour: Tensor, u: Tensor, v: Tensor, pose: Pose) -> None:
    brush.paint(_WOOD, _box(u, v - 1.14, 0.28, 0.18))
    brush.paint(_DARK, torch.maximum((u.abs() - 0.22).abs() - 0.05, (v - 0.85).abs() - 0.22))
    body = _reach(u, v + 0.1) - 0.98 + 0.28 * v.clamp(0, 1)
    brush.paint(colour, body, 1 - 0.28 * (u.abs() > 0.36).float())


def _star(brush: Brush, colour: Tensor, u: Tensor, v: Tensor, pose: Pose) -> None:
    turn = 2 * torch.pi / 5
    angle = torch.atan2(u, -v)
    fold = ((angle + turn / 2) % turn - turn / 2).abs()
    brush.paint(colour, _reach(u, v) * (torch.cos(fold) + 1.15 * torch.sin(fold)) - 1.12)


def _heart(brush: Brush, colour: Tensor, u: Tensor, v: Tensor, pose: Pose) -> None:
    lobes = _reach(u.abs() - 0.46, v + 0.32) - 0.52
    # The lines from the tip that touch the lobes.
    point = torch.maximum(0.748 * u.abs() + 0.664 * v - 0.651, -v - 0.32)
    brush.paint(colour, torch.minimum(lobes, torch.maximum(point, u.abs() - 0.849)))


def _butterfly(brush: Brush, colour: Tensor, u: Tensor, v: Tensor, pose: Pose) -> None:
    beat = 0.80 + 0.20 * torch.sin(pose.time * 14 + pose.phase)
    across = u.abs() / beat
    upper = _reach(across - 0.60, (v + 0.38) * 1.05) - 0.56
    lower = _reach(across - 0.50, (v - 0.50) * 1.1) - 0.42
    brush.paint(colour, torch.minimum(upper, lower))
    brush.paint(_DARK, _reach(u * 5.5, v) - 0.85)


def _fish(brush: Brush, colour: Tensor, u: Tensor, v: Tensor, pose: Pose) -> None:
    wag = v + 0.10 * torch.sin(pose.time * 12 + pose.phase) * (-u).clamp(0, 2)
    tail = torch.maximum(u + 0.55, (wag.abs() - 0.10) + (u + 0.60) * 0.85)
    brush.paint(colour * 0.70, torch.maximum(tail, -u - 1.25))
    brush.paint(colour, _reach((u - 0.20) * 0.95, v * 1.55) - 0.95)
    brush.paint(_PALE, _reach(u - 0.66, v + 0.16) - 0.20)
    brush.paint(_DARK, _reach(u - 0.70, v + 0.16) - 0.11)


def _rocket(brush: Brush, colour: Tensor, u: Tensor, v: Tensor, pose: Pose) -> None:
    flicker = 1.35 + 0.12 * torch.sin(pose.time * 30 + pose.phase)
    flame = torch.maximum(
        u.abs() - 0.26 * (flicker - v) / 0.55, torch.maximum(0.70 - v, v - flicker)
    )
    brush.paint(_FLAME, flame, 1 / brush.light)
    fins = torch.maximum(u.abs() - 0.20 - (v - 0.05) * 0.65, torch.maximum(0.05 - v, v - 0.80))
    brush.paint(colour * 0.55, fins)
    hull = torch.maximum(u.abs() - 0.40 * (1 - ((-v - 0.15).clamp_min(0) / 1.05) ** 2), v - 0.72)
    brush.paint(colour, torch.maximum(hull, -v - 1.2))
    brush.paint(_PALE, _reach(u, v + 0.25) - 0.20)


def _boat(brush: Brush, colour: Tensor, u: Tensor, v: Tensor, pose: Pose) -> None:
    brush.paint(_WOOD, torch.maximum((v - 0.42).abs() - 0.22, u.abs() - 1.0 + (v - 0.2) * 0.9))
    brush.paint(_DARK, _box(u, v + 0.45, 0.06, 0.70))
    front = torch.maximum(torch.maximum(0.10 - u, v - 0.10), u - 0.10 - (v + 1.15) * 0.72)
    back = torch.maximum(torch.maximum(u + 0.10, v - 0.10), -u - 0.10 - (v + 1.0) * 0.72)
    brush.paint(colour, torch.minimum(front, back))


def _car(brush: Brush, colour: Tensor, u: Tensor, v: Tensor, pose: Pose) -> None:
    brush.paint(colour, _box(u, v - 0.12, 1.25, 0.32))
    cabin = torch.maximum((u + 0.1).abs() - 0.66 - (v + 0.35) * 0.5, (v + 0.40).abs() - 0.36)
    brush.paint(colour, cabin)
    brush.paint((0.75, 0.90, 1.0), _box((u + 0.1).abs() - 0.30, v + 0.36, 0.20, 0.19))
    for wheel in (-0.68, 0.68):
        brush.paint(_DARK, _reach(u - wheel, v - 0.46) - 0.32)


def _cat(brush: Brush, colour: Tensor, u: Tensor, v: Tensor, pose: Pose) -> None:
    wag = 0.12 * torch.sin(pose.time * 9 + pose.phase)
    tail = (_reach(u + 1.02 - wag * (0.6 - v), (v + 0.28) * 0.55) - 0.32).abs() - 0.10
    brush.paint(colour * 0.75, torch.maximum(tail, torch.maximum(u + 0.85 - wag, v - 0.25)))
    step = 0.10 * torch.sin(pose.time * 16 + pose.phase)
    for leg, sign in ((-0.62, 1.0), (-0.30, -1.0), (0.22, 1.0), (0.50, -1.0)):
        brush.paint(
            colour * 0.75,
            _box(u - leg - sign * step * (v - 0.2).clamp_min(0), v - 0.52, 0.11, 0.34),
        )
    brush.paint(colour, _reach((u + 0.06) * 0.72, (v - 0.12) * 1.5) - 0.62)
    head_u, head_v = u - 0.72, v + 0.38
    ears = torch.maximum(
        (head_u.abs() - 0.27).abs() - 0.16 - (head_v + 0.62) * 0.42, -head_v - 0.70
    )
    brush.paint(colour, torch.maximum(ears, head_v))
    brush.paint(colour, _reach(head_u, head_v) - 0.43)
    brush.paint(_DARK, _reach(head_u.abs() - 0.17, head_v + 0.05) - 0.09)


SILHOUETTES: dict[str, Silhouette] = {
    "ball": _ball,
    "balloon": _balloon,
    "star": _star,
    "heart": _heart,
    "butterfly": _butterfly,
    "fish": _fish,
    "rocket": _rocket,
    "boat": _boat,
    "car": _car,
    "cat": _cat,
}
