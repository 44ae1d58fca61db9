# SPDX-License-Identifier: Apache-2.0
"""Motion and colour, by arithmetic on where the subject is.

Lengths are in picture heights. Axes: T frames; h, w the cover's rows and columns; H, W the
clip's.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from pretraining.studio.scene import COLOURS

# Below this share of the picture there is no subject to speak of (a true one has 0.05 to 0.12).
_LEAST_AREA = 0.012
_STILL, _SOME = 0.10, 0.20
_LIGHTS = (1.0, 0.92, 0.83)


@dataclass(frozen=True)
class Track:
    """Where the subject's centre is in the frames that show it.

    Attributes:
        x, y: (n,) of n frames.
        share: n / T.
    """

    x: Tensor
    y: Tensor
    share: float


def track(cover: Tensor) -> Track:
    """The centres of a cover 0...1, (T, h, w); only the surest cells count."""
    frames, height, width = cover.shape
    weight = torch.where(cover > 0.5, cover, 0.0)
    area = weight.mean((1, 2))
    seen = area > _LEAST_AREA
    rows = (torch.arange(height) + 0.5).view(1, -1, 1) / height
    columns = (torch.arange(width) + 0.5).view(1, 1, -1) / height
    total = weight.sum((1, 2)).clamp_min(1e-6)
    x = (weight * columns).sum((1, 2)) / total
    y = (weight * rows).sum((1, 2)) / total
    return Track(x[seen], y[seen], float(seen.float().mean()))


def motion(path: Track) -> str | None:
    """The motion by the track's shape; None where no subject is seen for most of the time.

    Still: the centre stays within a tenth of the height. Orbit: it goes round a middle by more
    than 200 degrees, both ways wide. Left, right, up, down: it gets from one end of its range to
    the other, mostly in one direction. Bounce: it goes up and down without getting anywhere.
    """
    if path.share < 0.6:
        return None
    x, y = _smooth(path.x), _smooth(path.y)
    wide, high = float(x.max() - x.min()), float(y.max() - y.min())
    across, down = float(x[-2:].mean() - x[:2].mean()), float(y[-2:].mean() - y[:2].mean())
    if max(wide, high) < _STILL:
        return "still"
    angle = torch.atan2(y - (y.max() + y.min()) / 2, x - (x.max() + x.min()) / 2)
    turn = (angle.diff() + torch.pi) % (2 * torch.pi) - torch.pi
    if min(wide, high) > _SOME and abs(float(turn.sum())) > 3.5:
        return "orbit"
    travelled = float(y.diff().abs().sum())
    if high > max(_STILL, 0.6 * wide) and travelled > 1.8 * max(abs(down), 0.5 * high):
        return "bounce"
    if abs(across) >= abs(down):
        return None if abs(across) < 0.5 * wide else "right" if across > 0 else "left"
    return None if abs(down) < 0.5 * high else "down" if down > 0 else "up"


def _smooth(values: Tensor) -> Tensor:
    padded = F.pad(values.view(1, 1, -1), (1, 1), mode="replicate")
    return F.avg_pool1d(padded, 3, 1).flatten()


def lab(colours: Tensor) -> Tensor:
    """sRGB 0...1 (..., 3) as CIE L*a*b* (..., 3), white point D65."""
    linear = torch.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    matrix = torch.tensor(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = linear @ matrix.T / torch.tensor([0.9505, 1.0, 1.089])
    root = torch.where(xyz > 0.008856, xyz.clamp_min(1e-9) ** (1 / 3), 7.787 * xyz + 16 / 116)
    x, y, z = root.unbind(-1)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


def colour(clip: Tensor, cover: Tensor) -> str | None:
    """The named colour that most of the subject is nearest to, at the light of day, sunset or
    night; None without a subject.

    `clip` is uint8 (3, T, H, W) and `cover` 0...1 (T, h, w). Every pixel in the subject votes, the
    more the nearer it is in L*a*b*.
    """
    size = clip.shape[-2:]
    wide = F.interpolate(cover[:, None], size, mode="bilinear", align_corners=False)[:, 0]
    inside = wide > 0.6
    if float(inside.float().mean()) < _LEAST_AREA / 2:
        return None
    return colour_of(clip[:, inside].T.float() / 255)


def colour_of(pixels: Tensor) -> str | None:
    """The named colour that most of some pixels (n, 3) in 0...1 are nearest to."""
    names = list(COLOURS)
    palette = torch.tensor([COLOURS[name] for name in names])
    lights = torch.tensor(_LIGHTS).view(-1, 1, 1)
    known = lab(lights * palette)
    distance = (lab(pixels.clamp(0, 1)).view(-1, 1, 1, 3) - known).norm(dim=-1).amin(1)
    votes = torch.zeros(len(names)).index_add_(
        0, distance.argmin(1), torch.exp(-((distance.amin(1) / 18) ** 2))
    )
    return names[int(votes.argmax())] if float(votes.max()) > 0 else None
