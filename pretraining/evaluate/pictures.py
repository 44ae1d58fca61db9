# SPDX-License-Identifier: Apache-2.0
"""Measurements on pictures and clips that need no training.

Axes: B clips, T frames, H rows, W columns; clips are uint8 (B, 3, T, H, W) unless said otherwise.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from pretraining.studio.scene import FRAMES_PER_SECOND

_BLOCK, _SEARCH = 8, 5
_EDGES, _REACH = 0.10, 2


def luma(clips: Tensor) -> Tensor:
    """Brightness 0...1, (B, T, H, W)."""
    red, green, blue = (clips.float() / 255).unbind(1)
    return 0.299 * red + 0.587 * green + 0.114 * blue


def blurred(planes: Tensor, sigma: float) -> Tensor:
    """Planes (B, T, H, W) under a Gaussian of so many pixels, edges going on."""
    radius = int(3 * sigma + 0.5)
    offsets = torch.arange(-radius, radius + 1)
    kernel = torch.exp(-0.5 * (offsets / sigma) ** 2)
    kernel = (kernel / kernel.sum()).view(1, 1, 1, -1)
    flat = planes.flatten(0, 1)[:, None]
    flat = F.conv2d(F.pad(flat, (radius, radius, 0, 0), mode="replicate"), kernel)
    flat = F.conv2d(F.pad(flat, (0, 0, radius, radius), mode="replicate"), kernel.mT)
    return flat[:, 0].view_as(planes)


def correlation(a: Tensor, b: Tensor, sigma: float = 2.0) -> Tensor:
    """Normalised cross-correlation of blurred luma, the mean over frames, (B,)."""
    x, y = (blurred(luma(clips), sigma).flatten(2) for clips in (a, b))
    x, y = x - x.mean(2, keepdim=True), y - y.mean(2, keepdim=True)
    return ((x * y).sum(2) / (x.norm(dim=2) * y.norm(dim=2)).clamp_min(1e-6)).mean(1)


def gradient(planes: Tensor) -> Tensor:
    """Strength of the Sobel gradient of planes (B, T, H, W), the same shape."""
    flat = F.pad(planes.flatten(0, 1)[:, None], (1, 1, 1, 1), mode="replicate")
    across = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]).view(1, 1, 3, 3) / 8
    strength = (F.conv2d(flat, across) ** 2 + F.conv2d(flat, across.mT) ** 2).sqrt()
    return strength[:, 0].view_as(planes)


def edges(clips: Tensor) -> Tensor:
    """The strongest tenth of each frame's gradients, 0 or 1, (B, T, H, W)."""
    strength = gradient(blurred(luma(clips), 0.7))
    least = strength.flatten(2).quantile(1 - _EDGES, dim=2)[..., None, None]
    return (strength > least.clamp_min(0.004)).float()


def edge_agreement(a: Tensor, b: Tensor) -> Tensor:
    """F1 of the edges of two sets of clips, two pixels allowed, the mean over frames, (B,)."""
    x, y = edges(a), edges(b)

    def found(these: Tensor, among: Tensor) -> Tensor:
        size = 2 * _REACH + 1
        near = F.max_pool2d(among, size, 1, _REACH)
        return (these * near).sum((2, 3)) / these.sum((2, 3)).clamp_min(1)

    precision, recall = found(y, x), found(x, y)
    return (2 * precision * recall / (precision + recall).clamp_min(1e-6)).mean(1)


def changes(clips: Tensor) -> Tensor:
    """Mean absolute difference of neighbouring frames in levels of 255, (B, T - 1)."""
    return clips.float().diff(dim=2).abs().mean((1, 3, 4))


def flicker(clips: Tensor) -> Tensor:
    """VBench's temporal flickering: (255 - mean difference of neighbouring frames) / 255, (B,)."""
    return (255 - changes(clips).mean(1)) / 255


def background_flicker(clips: Tensor, covers: Tensor) -> Tensor:
    """The same where no subject is in either frame, by covers 0...1 (B, T, h, w), (B,)."""
    wide = F.interpolate(F.max_pool2d(covers, 5, 1, 2), clips.shape[-2:], mode="bilinear")
    free = (wide < 0.3).float()
    free = (free[:, 1:] * free[:, :-1])[:, None]
    difference = clips.float().diff(dim=2).abs() * free
    weight = 3 * free.sum((1, 2, 3, 4)).clamp_min(1)
    return 1 - difference.sum((1, 2, 3, 4)) / weight / 255


def motion(clips: Tensor) -> Tensor:
    """How fast the fastest twentieth of a picture moves, in picture heights a second, (B,).

    The flow is that of 8 × 8 blocks between neighbouring frames, searched within five pixels; a
    block moves only if that halves its difference.
    """
    result = []
    for plane in luma(clips):
        before, after = plane[:-1, None], plane[1:, None]
        padded = F.pad(before, (_SEARCH,) * 4, mode="replicate")
        height, width = plane.shape[-2:]
        best, speed = None, None
        still = F.avg_pool2d((after - before).abs(), _BLOCK)
        best, speed = 0.5 * still, torch.zeros_like(still)
        # Blocks that hardly change stand still.
        best = torch.where(still > 0.01, best, torch.zeros_like(best))
        for down in range(-_SEARCH, _SEARCH + 1):
            for across in range(-_SEARCH, _SEARCH + 1):
                top, left = _SEARCH + down, _SEARCH + across
                moved = padded[..., top : top + height, left : left + width]
                error = F.avg_pool2d((after - moved).abs(), _BLOCK)
                better = error < best
                best = torch.where(better, error, best)
                speed = torch.where(better, (down**2 + across**2) ** 0.5 / height, speed)
        ordered = speed.flatten(1).sort(1, descending=True).values
        top = max(1, round(0.05 * ordered.shape[1]))
        result.append(ordered[:, :top].mean() * FRAMES_PER_SECOND)
    return torch.stack(result)
