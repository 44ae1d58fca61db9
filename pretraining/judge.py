# SPDX-License-Identifier: Apache-2.0
"""python -m pretraining.judge --model models/starter

Reports how often generated clips of held-out prompts show what was asked. Place and time are
read by a small network that has only seen real renders; motion and colour of what moves by
plain arithmetic (see `track`). Beside it stand the same readings of real renders, the ceiling
(real renders through the autoencoder), and the floor (prompts of other clips).
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pretraining import autoencoder, contact_sheet, world

_SHOWN = [0, 4, 8, 12, 16]


class Judge(nn.Module):
    """Five frames at half size, as 15 channels (B, 15, 32, 48), to logits of all attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes = [len(values) for values in world.ATTRIBUTES.values()]
        widths = (15, 32, 64, 96, 96)
        self.layers = nn.ModuleList(
            nn.Conv2d(a, b, 3, stride=2 if at < 3 else 1, padding=1)
            for at, (a, b) in enumerate(zip(widths, widths[1:]))
        )
        self.head = nn.Linear(2 * 96 + 96 * 4, sum(self.sizes))

    def forward(self, frames: Tensor) -> tuple[Tensor, ...]:
        x = frames
        for layer in self.layers:
            x = F.gelu(layer(x))
        whole = [x.amax((2, 3)), x.mean((2, 3)), F.adaptive_avg_pool2d(x, 2).flatten(1)]
        return self.head(torch.cat(whole, 1)).split(self.sizes, 1)


def prepare(clips: Tensor) -> Tensor:
    """Clips (B, 3, T, H, W) in 0...1 to the judge's input."""
    shown = clips[:, :, _SHOWN].transpose(1, 2).flatten(1, 2)
    return F.avg_pool2d(shown, 2) - 0.5


def renders(count: int, lot: random.Random, held_out: bool) -> tuple[Tensor, Tensor]:
    """Real clips (N, 3, T, H, W) in 0...1 and their labels (N, 5)."""
    scenes = [world.random_scene(lot, held_out) for _ in range(count)]
    clips = np.stack([world.render(scene, lot)[0] for scene in scenes])
    return torch.from_numpy(clips).float() / 255, torch.tensor([s.labels for s in scenes])


def train(seconds: float, seed: int = 0) -> Judge:
    """A judge trained on real renders of training combinations."""
    torch.manual_seed(seed)
    judge, lot, start = Judge(), random.Random(f"judge {seed}"), time.monotonic()
    optimiser = torch.optim.AdamW(judge.parameters(), lr=2e-3)
    frames, labels = [], []
    while (passed := time.monotonic() - start) < seconds:
        if len(frames) < 60:
            clips, named = renders(64, lot, held_out=False)
            frames.append(prepare(clips))
            labels.append(named)
        for group in optimiser.param_groups:
            group["lr"] = 2e-3 * (1.02 - passed / seconds)
        for _ in range(2):
            at = lot.randrange(len(frames))
            # Blur and noise stand for what an autoencoder leaves of a clip.
            x = frames[at] + lot.uniform(0, 0.06) * torch.randn_like(frames[at])
            if lot.random() < 0.5:
                x = F.avg_pool2d(x, 3, 1, 1)
            told = judge(x)
            loss = sum(F.cross_entropy(part, labels[at][:, i]) for i, part in enumerate(told))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return judge.eval()


def track(clip: Tensor) -> tuple[str, str]:
    """Motion and colour of what moves in a clip (3, T, H, W) in 0...1.

    What differs from each pixel's median over time is the subject. Its centre's way from the
    first three frames to the last three gives the motion, still below a tenth of the height;
    the named colour (at the light of day, sunset or night) nearest to most of it, the colour.
    """
    change = (clip - clip.median(dim=1, keepdim=True).values).square().sum(0)
    change = torch.where(change > 0.04, change, 0.0)
    rows = (torch.arange(world.HEIGHT) / world.HEIGHT).view(1, -1, 1)
    columns = (torch.arange(world.WIDTH) / world.HEIGHT).view(1, 1, -1)

    def centre(part: Tensor) -> tuple[float, float]:
        total = part.sum() + 1e-6
        return float((part * columns).sum() / total), float((part * rows).sum() / total)

    early, late = change[:3], change[-3:]
    motion = "still"
    if min(float((early > 0).sum()), float((late > 0).sum())) > 60:
        (x0, y0), (x1, y1) = centre(early), centre(late)
        across, down = x1 - x0, y1 - y0
        if max(abs(across), abs(down)) > 0.1:
            sideways = ("right" if across > 0 else "left", "down" if down > 0 else "up")
            motion = sideways[0] if abs(across) > abs(down) else sideways[1]
    pixels = clip[:, change > 0.04].T
    names = list(world.COLOURS)
    palette = torch.tensor([world.COLOURS[name] for name in names])
    lights = torch.tensor([1.0, 0.92, 0.83]).view(3, 1, 1)
    distance = (pixels.view(-1, 1, 1, 3) - lights * palette).square().sum(-1).amin(1)
    votes = torch.zeros(len(names)).index_add_(
        0, distance.argmin(1), torch.exp(-distance.amin(1) / 0.05)
    )
    return motion, names[int(votes.argmax())]


def accuracy(judge: Judge, clips: Tensor, labels: Tensor) -> dict[str, float]:
    """Share of clips whose attribute is read as labelled; colour only where motion is asked."""
    with torch.no_grad():
        told = torch.stack([part.argmax(1) for part in judge(prepare(clips))], 1)
    right = (told == labels).float().mean(0).tolist()
    tracks = [track(clip) for clip in clips]
    motions = [world.MOTIONS[at] for at in labels[:, 4].tolist()]
    colours = [tuple(world.COLOURS)[at] for at in labels[:, 3].tolist()]
    moving = [at for at, motion in enumerate(motions) if motion != "still"]
    return {
        "place": round(right[0], 3),
        "time": round(right[1], 3),
        "kind": round(right[2], 3),
        "colour": round(float(np.mean([tracks[at][1] == colours[at] for at in moving])), 3),
        "motion": round(float(np.mean([t[0] == m for t, m in zip(tracks, motions)])), 3),
    }


def main() -> None:
    """Prints the accuracies as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("models/starter"))
    parser.add_argument("--count", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=90, help="training time of the judge")
    parser.add_argument("--guidance", type=float, nargs="*")
    given = parser.parse_args()
    torch.set_num_threads(2)
    judge = train(given.seconds)
    real, labels = renders(given.count, random.Random("ceiling"), held_out=True)
    pipeline, defaults = contact_sheet.open_model(given.model)
    with torch.no_grad():
        moments = autoencoder.encode(pipeline.vae, real * 2 - 1)
        passed = autoencoder.decode(pipeline.vae, moments.chunk(2, 1)[0]).clamp(-1, 1)
    passed = passed / 2 + 0.5
    decibels = -10 * torch.log10(((passed - real) ** 2).mean((1, 2, 3, 4)))
    report = {
        "autoencoder_psnr": round(float(decibels.mean()), 2),
        "real": accuracy(judge, real, labels),
        "ceiling": accuracy(judge, passed, labels),
    }
    asked = contact_sheet.held_out(given.count, seed=1)
    labels = torch.tensor([scene.labels for scene, _ in asked])
    for guidance in given.guidance or [defaults["guidance"]]:
        made = contact_sheet.generate(
            pipeline, [text for _, text in asked], defaults, guidance=guidance
        )
        clips = torch.from_numpy(made).permute(0, 4, 1, 2, 3).float()
        report[f"guidance {guidance}"] = accuracy(judge, clips, labels)
        report[f"guidance {guidance}, shuffled"] = accuracy(judge, clips, labels.roll(1, 0))
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
