# SPDX-License-Identifier: Apache-2.0
"""Where subjects and cameras go in the course of a clip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from pretraining.studio.canvas import ASPECT, Lots, View, column
from pretraining.studio.scene import Scene
from pretraining.studio.subjects import Pose

_PAN, _ZOOM = 0.45, 1.45


def subject(scenes: Sequence[Scene], horizon: Tensor, t: Tensor, lots: Lots) -> Pose:
    """The subjects' way in the world, before any camera."""
    device = lots.device
    radius = lots.uniform(0.205, 0.245)
    x = ASPECT / 2 + lots.uniform(-0.22, 0.22) + 0 * t
    y = lots.uniform(0.38, 0.50) + 0 * t
    travel, drift = lots.uniform(0.70, 0.84), lots.uniform(-0.08, 0.08)
    facing = lots.choice((-1.0, 1.0))
    lift, phase = lots.uniform(-0.03, 0.03), lots.uniform(0, 6.28)
    hops, swing = torch.pi * 2.5 * t + phase, 6.28 * t * facing + phase
    is_ = {
        m: column([float(s.motion == m) for s in scenes], device)
        for m in ("left", "right", "up", "down", "bounce", "orbit")
    }
    sideways = is_["left"] + is_["right"]
    facing = torch.where(sideways > 0, is_["right"] - is_["left"], facing)
    x = torch.where(sideways > 0, ASPECT / 2 + drift + facing * travel * (t - 0.5), x)
    vertical = is_["up"] + is_["down"]
    y = torch.where(vertical > 0, 0.48 + lift + (is_["down"] - is_["up"]) * 0.60 * (t - 0.5), y)
    y = torch.where(is_["bounce"] > 0, 0.66 + lift - 0.36 * torch.sin(hops).abs(), y)
    x = torch.where(is_["orbit"] > 0, ASPECT / 2 + drift + 0.34 * torch.cos(swing), x)
    y = torch.where(is_["orbit"] > 0, 0.46 + 0.20 * torch.sin(swing), y)
    boat, grounded = (
        column([float(scene.kind in kinds) for scene in scenes], device)
        for kinds in (("boat",), ("car", "cat"))
    )
    y = torch.where(boat > 0, horizon + 0.02 + 0.012 * torch.sin(t * 9 + phase), y)
    y = torch.where(grounded > 0, 0.78 + lift, y)
    return Pose(x, y, radius, facing, phase, t)


def filmed(scenes: Sequence[Scene], view: View, pose: Pose, lots: Lots) -> tuple[View, Pose]:
    """The world's coordinates under the camera's pixels, and the subject as the camera sees it.

    A pan to the left moves all of the picture to the right; a zoom goes about the middle.
    """
    device = lots.device
    amount = lots.uniform(0.85, 1.10)
    centred = view.t - 0.5
    pan = column(
        [{"pan left": -_PAN, "pan right": _PAN}.get(s.camera, 0.0) for s in scenes], device
    )
    zoom = column([{"zoom in": 1.0, "zoom out": -1.0}.get(s.camera, 0.0) for s in scenes], device)
    moved = pan * amount * centred
    # From 1 to _ZOOM times, or back.
    scale = _ZOOM ** (zoom * centred + 0.5 * zoom.abs())
    middle_x, middle_y = ASPECT / 2, 0.55
    seen = replace(
        view,
        x=(view.x - middle_x) / scale + middle_x + moved,
        y=(view.y - middle_y) / scale + middle_y + 0 * moved,
    )
    screen = replace(
        pose,
        x=(pose.x - moved - middle_x) * scale + middle_x,
        y=(pose.y - middle_y) * scale + middle_y,
        radius=pose.radius * scale,
    )
    return seen, screen
