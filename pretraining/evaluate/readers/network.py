# SPDX-License-Identifier: Apache-2.0
"""A small network that reads kind, place, time, look and weather, and finds the subject.

It works frame by frame, so that it cannot know a motion; motion, colour and camera are read by
arithmetic from where it finds the subject. Axes: B clips, T frames, N = B·T frames.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pretraining.studio.scene import ATTRIBUTES

READ = ("kind", "place", "time", "look", "weather")
_WIDTHS = (16, 32, 48, 72)


def _layer(inputs: int, outputs: int, size: int = 3, stride: int = 1, dilation: int = 1):
    reach = dilation * (size // 2)
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, size, stride, reach, dilation, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class Reader(nn.Module):
    """Frames (N, 3, 64, 96) in 0...1 to logits of the subject's cover and of each attribute."""

    def __init__(self) -> None:
        super().__init__()
        a, b, c, d = _WIDTHS
        self.fine = nn.Sequential(_layer(3, a, 5, 2), _layer(a, b))
        self.coarse = nn.Sequential(_layer(b, c, 3, 2), _layer(c, d), _layer(d, d, dilation=2))
        # Each coarse cell gives its four parts of the cover.
        self.cover = nn.Sequential(nn.Conv2d(d, 4, 1), nn.PixelShuffle(2))
        self.edge = nn.Conv2d(b, 1, 1)
        self.shape = _layer(d, d)
        self.kind = nn.Sequential(nn.Linear(2 * d, 96), nn.ReLU(), nn.Linear(96, 10))
        self.sizes = [len(ATTRIBUTES[name]) for name in READ[1:]]
        self.scene = nn.Sequential(
            nn.Linear(2 * d + 6 * d, 96), nn.ReLU(), nn.Linear(96, sum(self.sizes))
        )

    def forward(self, frames: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """The cover's logits (N, 32, 48), and per attribute of READ its logits (N, values)."""
        fine = self.fine(frames - 0.5)
        coarse = self.coarse(fine)
        cover = self.cover(coarse) + self.edge(fine)
        # The kind is looked for where the subject is, and that is learnt from the cover alone.
        weight = F.avg_pool2d(cover.detach().sigmoid(), 2)
        shape = self.shape(coarse)
        total = weight.sum((2, 3)) + 1.0
        inside = [(shape * weight).sum((2, 3)) / total, (shape * weight).amax((2, 3))]
        grid = F.adaptive_avg_pool2d(coarse, (3, 2)).flatten(1)
        whole = [coarse.amax((2, 3)), coarse.mean((2, 3)), grid]
        scene = self.scene(torch.cat(whole, 1)).split(self.sizes, 1)
        return cover[:, 0], (self.kind(torch.cat(inside, 1)), *scene)


@torch.no_grad()
def read(reader: Reader, clips: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
    """Reads clips uint8 (B, 3, T, 64, 96).

    Returns:
        cover: 0 to 1, (B, T, 32, 48).
        values: per attribute of READ an index (B,), by the mean of the frames' log-probabilities;
            for the kind, frames count by how much of the subject is seen in them.
    """
    covers, found = [], {name: [] for name in READ}
    for clip in clips:
        frames = clip.transpose(0, 1).float() / 255
        cover, logits = reader(frames)
        covers.append(cover.sigmoid())
        area = covers[-1].mean((1, 2)).view(-1, 1) + 1e-4
        for name, told in zip(READ, logits):
            weight = area if name == "kind" else torch.ones_like(area)
            found[name].append((told.log_softmax(1) * weight).sum(0).argmax())
    return torch.stack(covers), {name: torch.stack(values) for name, values in found.items()}
