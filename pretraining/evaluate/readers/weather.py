# SPDX-License-Identifier: Apache-2.0
"""Rain or snow, by how what falls hangs together from pixel to pixel and frame to frame.

Axes: T frames; h, w the cover's rows and columns; H, W the clip's.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from pretraining.evaluate.pictures import luma

# Six pixels further down a streak of rain stands two pixels further left.
_DOWN, _ACROSS = 6, 2
# Rows that a flake falls from frame to frame.
_FALL = 3
_FALLS, _SLANTS = 0.15, 0.03


def falling(clip: Tensor, cover: Tensor) -> str | None:
    """ "snowfall", "rain", or None for neither, of a clip uint8 (3, T, H, W).

    Counted is what is brighter than the median over time, where no subject is by its cover 0...1
    (T, h, w). Flakes agree with themselves one frame later and a little lower, and not along a
    streak; streaks of rain agree along their own slant more than along the opposite one.
    """
    plane = luma(clip[None])[0]
    hidden = F.max_pool2d(cover[:, None], 5, 1, 2)
    free = F.interpolate(hidden, plane.shape[-2:], mode="bilinear", align_corners=False) < 0.2
    drops = (plane - plane.median(0, keepdim=True).values).clamp_min(0) * free[:, 0]
    total = float(drops.square().mean()) + 1e-6
    above, below = drops[:, :-_DOWN], drops[:, _DOWN:]
    streak = float((above[..., _ACROSS:] * below[..., :-_ACROSS]).mean()) / total
    opposite = float((above[..., :-_ACROSS] * below[..., _ACROSS:]).mean()) / total
    fallen = float((drops[:-1, :-_FALL] * drops[1:, _FALL:]).mean()) / total
    if fallen - streak > _FALLS:
        return "snowfall"
    return "rain" if streak - opposite > _SLANTS else None
