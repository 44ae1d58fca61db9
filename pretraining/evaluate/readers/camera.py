# SPDX-License-Identifier: Apache-2.0
"""The camera's move, by trying which one carries the background of a frame to a later frame.

Axes: P pairs of frames of one clip, H, W.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from pretraining.studio.canvas import ASPECT

# Pans of the whole clip in picture heights (right is positive), zooms as factors.
_PANS = [side * step * 0.06 for side in (-1, 1) for step in range(2, 12)]
_ZOOMS = [factor**sign for sign in (-1, 1) for factor in (1.10, 1.18, 1.26, 1.34, 1.45, 1.60, 1.80)]
_APART = 6
# How much smaller than a still camera's the error of a move must be.
_BETTER = 0.90


def camera(clip: Tensor, cover: Tensor) -> str:
    """The move of a clip uint8 (3, T, H, W), the subject's cover 0...1 (T, h, w) left out.

    Each move is tried in many strengths on pairs of frames that are six apart; the error is the
    mean absolute difference where no subject is in either frame, and where both pictures reach.
    """
    frames = clip.shape[1]
    early = torch.arange(0, frames - _APART, 2)
    movie = clip.transpose(0, 1).float() / 255
    size = movie.shape[-2:]
    hidden = F.max_pool2d(cover[:, None], 5, 1, 2)
    hidden = F.interpolate(hidden, size, mode="bilinear", align_corners=False)
    stack = torch.cat([movie, (hidden < 0.3).float()], 1)
    before, after = stack[early], stack[early + _APART]
    share = _APART / (frames - 1)
    still = _error(before, after, 0.0, 1.0)
    moves = [
        ("pan right" if p > 0 else "pan left", _error(before, after, p * share, 1.0)) for p in _PANS
    ]
    moves += [
        ("zoom in" if z > 1 else "zoom out", _error(before, after, 0.0, z**share)) for z in _ZOOMS
    ]
    name, error = min(moves, key=lambda move: move[1])
    return name if error < _BETTER * still else "still"


def _error(before: Tensor, after: Tensor, pan: float, zoom: float) -> float:
    """The difference of the later frames (P, 4, H, W) and the earlier ones under a moved camera."""
    pairs, _, height, width = before.shape
    # What a pixel of the later frame shows stood here in the earlier one.
    shift = pan * 2 / ASPECT
    middle = 0.55 * 2 - 1
    theta = torch.tensor([[1 / zoom, 0, shift], [0, 1 / zoom, middle * (1 - 1 / zoom)]])
    grid = F.affine_grid(theta.expand(pairs, 2, 3), list(before.shape), align_corners=False)
    moved = F.grid_sample(before, grid, align_corners=False)
    known = moved[:, 3:] * after[:, 3:]
    difference = (moved[:, :3] - after[:, :3]).abs().mean(1, keepdim=True)
    return float((difference * known).sum() / known.sum().clamp_min(1.0))
