# SPDX-License-Identifier: Apache-2.0
"""Renders clips and keeps their latents, the subject's place and the scene, in shards."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import AutoencoderKLWan
from torch import Tensor

from pretraining import autoencoder, leg as legs
from pretraining.studio.footage import random_footage
from pretraining.studio.scene import Scene
from pretraining.vae_training import to_bfloat16

_BATCH, _SHARD = 8, 512


def trained_autoencoder(folder: Path) -> AutoencoderKLWan:
    """The autoencoder with the running average of the weights of its last leg, in float32."""
    model = autoencoder.build()
    model.load_state_dict(torch.load(folder / "vae.pt", map_location="cpu")["average"])
    return model.eval().requires_grad_(False)


def subject_share(covers: Tensor) -> Tensor:
    """Covers (B, T, H, W) 0...255 to the subject's share (B, t, H/8, W/8) of latent cells,
    doubled."""
    count, frames, height, width = covers.shape
    cells = covers.float().view(count, frames, height // 8, 8, width // 8, 8).mean((3, 5)) / 255
    later = cells[:, 1:].reshape(count, -1, 4, height // 8, width // 8).mean(2)
    return (2 * torch.cat([cells[:, :1], later], 1)).clamp(0, 1)


class Studio:
    """Renders and encodes clips of scenes drawn by lot."""

    def __init__(self, folder: Path, lot: random.Random, device: str) -> None:
        self.model = trained_autoencoder(folder).to(device)
        to_bfloat16(self.model)
        self.lot, self.device = lot, device

    @torch.no_grad()
    def clips(self, count: int) -> dict[str, Tensor]:
        """Moments (B, 32, t, h, w) and shares (B, t, h, w) in half precision, labels (B, 8)."""
        footage = random_footage(count, self.lot, device=self.device)
        clips = (footage.clips.float() / 127.5 - 1).bfloat16()
        clips = clips.to(memory_format=torch.channels_last_3d)
        return {
            "moments": autoencoder.encode(self.model, clips).half().cpu(),
            "shares": subject_share(footage.covers).half().cpu(),
            "labels": torch.tensor([scene.labels for scene in footage.scenes]),
        }


def work(rank: int, leg: legs.Leg) -> None:
    """One process of a leg: adds shards of latents until the time is up."""
    clock = legs.Clock(leg)
    number = len(list(leg.folder.glob(f"latents-{rank}-*.pt")))
    studio = Studio(leg.folder, random.Random(f"latents {leg.seed} {rank} {number}"), leg.device)
    batch = _BATCH if leg.device == "cpu" else _SHARD
    while clock.seconds < 60 * leg.minutes:
        parts = [studio.clips(batch) for _ in range(_SHARD // batch)]
        shard = {name: torch.cat([part[name] for part in parts]) for name in parts[0]}
        legs.save(leg.folder / f"latents-{rank}-{number:03d}.pt", shard)
        number += 1


def statistics(folder: Path) -> tuple[Tensor, Tensor]:
    """Mean and deviation of the folder's latents per channel, (1, 16, 1, 1, 1) each."""
    figures = json.loads((folder / "latent_statistics.json").read_text())
    mean, deviation = torch.tensor(figures["mean"]), torch.tensor(figures["std"])
    return mean.view(1, -1, 1, 1, 1), deviation.view(1, -1, 1, 1, 1)


@dataclass
class Pool:
    """All kept latents: mean and deviation (N, 16, t, h, w), shares (N, t, h, w), labels (N, 8).

    Normalised by `centre` and `spread`, (1, 16, 1, 1, 1) each.
    """

    mean: Tensor
    deviation: Tensor
    shares: Tensor
    labels: Tensor
    centre: Tensor
    spread: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def scene(self, index: int) -> Scene:
        """The scene of one clip."""
        return Scene.of(self.labels[index].tolist())

    def add(self, shard: dict[str, Tensor]) -> None:
        """Takes in clips as `Studio.clips` gives them."""
        mean, log_variance = shard["moments"].float().chunk(2, 1)
        deviation = (0.5 * log_variance.clamp(-20, 10)).exp()
        self.mean = torch.cat([self.mean, ((mean - self.centre) / self.spread).half()])
        self.deviation = torch.cat([self.deviation, (deviation / self.spread).half()])
        self.shares = torch.cat([self.shares, shard["shares"]])
        self.labels = torch.cat([self.labels, shard["labels"]])


def load(folder: Path) -> Pool:
    """Reads all shards and normalises the latents with the folder's statistics.

    The statistics are taken from the first pool and then stay, as the exported autoencoder's
    latents_mean and latents_std, so that later pools fit a transformer already trained.
    """
    shards = [torch.load(path) for path in sorted(folder.glob("latents-*-*.pt"))]
    whole = {name: torch.cat([shard[name] for shard in shards]) for name in shards[0]}
    path = folder / "latent_statistics.json"
    if not path.exists():
        mean = whole["moments"][:, :16].float()
        figures = {"mean": mean.mean((0, 2, 3, 4)).tolist(), "std": mean.std((0, 2, 3, 4)).tolist()}
        path.write_text(json.dumps(figures))
    nothing = {name: part[:0] for name, part in whole.items()}
    mean, deviation = nothing["moments"].chunk(2, 1)
    pool = Pool(mean, deviation, nothing["shares"], nothing["labels"], *statistics(folder))
    pool.add(whole)
    return pool
