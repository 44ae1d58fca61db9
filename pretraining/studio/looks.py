# SPDX-License-Identifier: Apache-2.0
"""The looks: the same clip as if painted, glowing, in blocks, drawn, without colour, kneaded; and a
blueprint, which pretraining never shows."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from pretraining.studio.canvas import Lots, colours

_LUMA = (0.299, 0.587, 0.114)
# A blueprint's colours, and the distance of its grid's lines in pixels.
PAPER, INK = (0.05, 0.19, 0.50), (0.93, 0.96, 1.00)
_GRID = 8


def luma(clip: Tensor) -> Tensor:
    """Brightness (B, 1, T, H, W) of clips (B, 3, T, H, W)."""
    red, green, blue = clip.split(1, 1)
    return _LUMA[0] * red + _LUMA[1] * green + _LUMA[2] * blue


def _by_frame(clip: Tensor, work: Callable[[Tensor], Tensor]) -> Tensor:
    batch, channels, frames, height, width = clip.shape
    flat = work(clip.transpose(1, 2).reshape(batch * frames, channels, height, width))
    return flat.view(batch, frames, -1, height, width).transpose(1, 2)


def _box_blur(clip: Tensor, radius: int) -> Tensor:
    """A mean over squares, twice, which is near a Gaussian."""
    size = 2 * radius + 1

    def work(x: Tensor) -> Tensor:
        for _ in range(2):
            x = F.avg_pool2d(F.pad(x, (radius,) * 4, mode="replicate"), size, 1)
        return x

    return _by_frame(clip, work)


def _outline(clip: Tensor, cover: Tensor) -> Tensor:
    """How much of an edge each pixel is, 0 to 1, (B, 1, T, H, W); the subject's counts more."""

    def gradient(x: Tensor) -> Tensor:
        padded = F.pad(x, (1, 1, 1, 1), mode="replicate")
        across = padded[..., 1:-1, 2:] - padded[..., 1:-1, :-2]
        down = padded[..., 2:, 1:-1] - padded[..., :-2, 1:-1]
        return (across**2 + down**2).sqrt()

    strength = _by_frame(clip, gradient).amax(1, keepdim=True)
    return (2.2 * strength + 0.9 * _by_frame(cover, gradient) - 0.25).clamp(0, 1)


def _coarse(lots: Lots, rows: int, columns: int, like: Tensor) -> Tensor:
    """Smooth noise 0 to 1 that stands still, (B, 1, 1, H, W)."""
    noise = lots.noise(rows, columns)[:, :, 0]
    return F.interpolate(noise, like.shape[-2:], mode="bicubic").clamp(0, 1)[:, :, None]


def watercolour(clip: Tensor, cover: Tensor, lots: Lots) -> Tensor:
    """Pale, running into one another, on paper that stays white at its edges."""
    wash = _box_blur(clip, 1)
    blotches = 0.80 + 0.40 * _coarse(lots, 5, 7, clip)
    pale = 1 - (1 - wash) * 0.68 * blotches
    rows = torch.linspace(-1, 1, clip.shape[-2], device=clip.device).view(-1, 1).abs()
    columns = torch.linspace(-1, 1, clip.shape[-1], device=clip.device).abs()
    ragged = 0.10 * _coarse(lots, 9, 13, clip)
    paper = ((torch.maximum(rows, columns) + ragged - 0.93) * 12).clamp(0, 1)
    return torch.lerp(pale, torch.full_like(pale, 0.97), paper)


def neon(clip: Tensor, cover: Tensor, lots: Lots) -> Tensor:
    """Everything dark, and edges glowing in the colours of what they bound."""
    strength = _outline(clip, cover)
    near = _by_frame(cover, lambda x: F.max_pool2d(x, 5, 1, 2))
    own = clip * cover + (1 - near) * clip
    peak = _by_frame(own, lambda x: F.max_pool2d(x, 5, 1, 2))
    vivid = peak / peak.amax(1, keepdim=True).clamp_min(0.05)
    vivid = (vivid + 0.6 * (vivid - vivid.mean(1, keepdim=True))).clamp(0, 1)
    lines = strength * vivid
    tint = torch.tensor([0.55, 0.35, 0.95], device=clip.device).view(1, 3, 1, 1, 1)
    dark = 0.16 * luma(clip) * tint + 0.10 * clip * cover
    return dark + lines + 0.9 * _box_blur(lines, 2)


def pixel(clip: Tensor, cover: Tensor, lots: Lots) -> Tensor:
    """Blocks of four by four pixels in few tones."""

    def blocks(x: Tensor) -> Tensor:
        return F.avg_pool2d(x, 4).repeat_interleave(4, -1).repeat_interleave(4, -2)

    return (_by_frame(clip, blocks) * 5).round() / 5


def sketch(clip: Tensor, cover: Tensor, lots: Lots) -> Tensor:
    """Pencil lines on paper, faintly coloured."""
    lines = _outline(clip, cover)
    paper = 0.93 + 0.05 * _coarse(lots, 8, 12, clip)
    tint = 0.16 + 0.34 * cover
    return torch.lerp(paper.expand_as(clip), clip, tint) * (1 - 0.80 * lines)


def monochrome(clip: Tensor, cover: Tensor, lots: Lots) -> Tensor:
    """Black and white, with a little more contrast."""
    grey = luma(clip)
    return (0.5 + 1.15 * (grey - 0.48)).expand_as(clip)


def clay(clip: Tensor, cover: Tensor, lots: Lots) -> Tensor:
    """Kneaded: lumps and rims lit from the top left, colours warm and dull."""
    lumps = 0.9 * _coarse(lots, 12, 18, clip)
    height = _box_blur(luma(clip) + 0.9 * cover, 1) + 0.22 * lumps

    def slope(x: Tensor) -> Tensor:
        padded = F.pad(x, (1, 1, 1, 1), mode="replicate")
        return (padded[..., 2:, 2:] - padded[..., :-2, :-2]) / 2

    warm = torch.tensor([0.10, 0.05, 0.0], device=clip.device).view(1, 3, 1, 1, 1)
    shade = 1 + (2.6 * _by_frame(height, slope)).clamp(-0.45, 0.60)
    return (0.14 + 0.74 * clip + warm) * shade


def blueprint(clip: Tensor, cover: Tensor, lots: Lots) -> Tensor:
    """White outlines on deep blue paper with a faint grid, the subject faintly filled."""
    paper, ink = colours([PAPER], clip.device), colours([INK], clip.device)
    rows = torch.arange(clip.shape[-2], device=clip.device).view(1, 1, 1, -1, 1)
    columns = torch.arange(clip.shape[-1], device=clip.device).view(1, 1, 1, 1, -1)
    left, top = lots.choice(range(_GRID)), lots.choice(range(_GRID))
    grid = ((columns - left) % _GRID == 0) | ((rows - top) % _GRID == 0)
    strength = torch.maximum(0.13 * grid.float(), 0.16 * cover)
    return torch.lerp(paper, ink, torch.maximum(strength, _outline(clip, cover)))


LOOKS: dict[str, Callable[[Tensor, Tensor, Lots], Tensor]] = {
    "watercolour": watercolour,
    "neon": neon,
    "pixel": pixel,
    "sketch": sketch,
    "monochrome": monochrome,
    "clay": clay,
    "blueprint": blueprint,
}
"""Every look but "flat", which leaves a clip as it is: clips (B, 3, T, H, W), the subject's
cover (B, 1, T, H, W) and lots in, clips out, not clamped."""
