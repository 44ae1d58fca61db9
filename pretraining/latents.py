# SPDX-License-Identifier: Apache-2.0
"""Renders clips and keeps their latents, the subject's place and the scene, in shards."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKLWan
from torch import Tensor

from pretraining import autoencoder, leg as legs, world
from pretraining.vae_training import to_bfloat16

_BATCH, _SHARD = 8, 512


def trained_autoencoder(folder: Path) -> AutoencoderKLWan:
    """The autoencoder with the running average of the weights of its last leg, in float32."""
    model = autoencoder.build()
    model.load_state_dict(torch.load(folder / "vae.pt")["average"])
    return model.eval().requires_grad_(False)


def subject_share(cover: np.ndarray) -> np.ndarray:
    """Cover (T, H, W) 0...255 to the subject's share (t, H/8, W/8) of latent cells, doubled."""
    frames, height, width = cover.shape
    cells = cover.reshape(frames, height // 8, 8, width // 8, 8).mean((2, 4)) / 255
    later = cells[1:].reshape(-1, 4, height // 8, width // 8).mean(1)
    return np.clip(2 * np.concatenate([cells[:1], later]), 0, 1)


def work(rank: int, leg: legs.Leg) -> None:
    """One process of a leg: adds shards of latents until the time is up."""
    model = trained_autoencoder(leg.folder)
    to_bfloat16(model)
    clock = legs.Clock(leg)
    number = len(list(leg.folder.glob(f"latents-{rank}-*.pt")))
    while clock.seconds < 60 * leg.minutes:
        lot = random.Random(f"latents {leg.seed} {rank} {number}")
        moments, shares, labels = [], [], []
        while len(labels) < _SHARD:
            scenes = [world.random_scene(lot) for _ in range(_BATCH)]
            clips, covers = zip(*(world.render(scene, lot) for scene in scenes))
            clip = torch.from_numpy(np.stack(clips)).float() / 127.5 - 1
            with torch.no_grad():
                moments.append(autoencoder.encode(model, clip.bfloat16()).half())
            shares += [torch.from_numpy(subject_share(cover)).half() for cover in covers]
            labels += [scene.labels for scene in scenes]
        shard = {
            "moments": torch.cat(moments),
            "shares": torch.stack(shares),
            "labels": torch.tensor(labels),
        }
        legs.save(leg.folder / f"latents-{rank}-{number:03d}.pt", shard)
        number += 1


@dataclass
class Pool:
    """All kept latents: mean and deviation (N, 16, t, h, w), shares (N, t, h, w), scenes."""

    mean: Tensor
    deviation: Tensor
    shares: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def scene(self, index: int) -> world.Scene:
        """The scene of one clip."""
        return scene(self.labels[index].tolist())


def scene(labels: list[int]) -> world.Scene:
    """The scene that `Scene.labels` came from."""
    return world.Scene(*(names[at] for names, at in zip(world.ATTRIBUTES.values(), labels)))


def statistics(folder: Path) -> tuple[Tensor, Tensor]:
    """Mean and deviation of the folder's latents per channel, (1, 16, 1, 1, 1) each."""
    figures = json.loads((folder / "latent_statistics.json").read_text())
    mean, deviation = torch.tensor(figures["mean"]), torch.tensor(figures["std"])
    return mean.view(1, -1, 1, 1, 1), deviation.view(1, -1, 1, 1, 1)


def load(folder: Path) -> Pool:
    """Reads all shards and normalises the latents with the folder's statistics.

    The statistics are taken from the first pool and then stay, as the exported autoencoder's
    latents_mean and latents_std, so that later pools fit a transformer already trained.
    """
    shards = [torch.load(path) for path in sorted(folder.glob("latents-*-*.pt"))]
    moments = torch.cat([s["moments"] for s in shards]).float()
    mean, log_variance = moments.chunk(2, 1)
    path = folder / "latent_statistics.json"
    if not path.exists():
        figures = {"mean": mean.mean((0, 2, 3, 4)).tolist(), "std": mean.std((0, 2, 3, 4)).tolist()}
        path.write_text(json.dumps(figures))
    centre, spread = statistics(folder)
    return Pool(
        ((mean - centre) / spread).half(),
        ((0.5 * log_variance.clamp(-20, 10)).exp() / spread).half(),
        torch.cat([s["shares"] for s in shards]),
        torch.cat([s["labels"] for s in shards]),
    )
