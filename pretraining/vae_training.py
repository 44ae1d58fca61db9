# SPDX-License-Identifier: Apache-2.0
"""Trains the autoencoder on crops of freshly rendered clips, the subject counted threefold."""

from __future__ import annotations

import math
import random

import torch
from diffusers import AutoencoderKLWan
from torch import Tensor, nn

from pretraining import autoencoder, leg as legs
from pretraining.optimiser import Optimiser
from pretraining.studio.footage import random_footage
from pretraining.studio.scene import FRAMES, HEIGHT, WIDTH

CROP, RENDERED, KL_WEIGHT, GRADIENT_WEIGHT, SUBJECT_WEIGHT = 48, 8, 3e-5, 0.15, 3.0
_BY_ADAM = ("conv_in", "conv_out", "quant_conv")


class Crops:
    """Random parts of random clips, rendered some clips at a time."""

    def __init__(self, lot: random.Random, frames: int, device: str) -> None:
        self.lot, self.frames, self.device = lot, frames, device
        self.left: list[tuple[Tensor, Tensor]] = []

    def batch(self, count: int) -> tuple[Tensor, Tensor]:
        """Clips (count, 3, frames, 48, 48) in -1...1 and the subject's cover 0...1."""
        while len(self.left) < count:
            footage = random_footage(max(RENDERED, count), self.lot, device=self.device)
            self.left += [self._cut(*pair) for pair in zip(footage.clips, footage.covers)]
        parts, self.left = self.left[:count], self.left[count:]
        clips, covers = (torch.stack(part).float() for part in zip(*parts))
        return clips / 127.5 - 1, covers / 255

    def _cut(self, clip: Tensor, cover: Tensor) -> tuple[Tensor, Tensor]:
        lot = self.lot
        first = lot.randrange(0, FRAMES - self.frames + 1)
        top, left = lot.randrange(0, HEIGHT - CROP + 1), lot.randrange(0, WIDTH - CROP + 1)
        if lot.random() < 0.6:
            columns = (cover[first + self.frames // 2] > 127).any(0).nonzero()
            if len(columns):
                middle = int(columns.float().mean()) - CROP // 2 + lot.randrange(-12, 13)
                left = min(max(middle, 0), WIDTH - CROP)
        part = (
            ...,
            slice(first, first + self.frames),
            slice(top, top + CROP),
            slice(left, left + CROP),
        )
        return clip[part], cover[part]


def loss(target: Tensor, output: Tensor, cover: Tensor) -> tuple[Tensor, Tensor]:
    """Reconstruction loss and plain mean squared error of clips (B, 3, T, H, W) in -1...1."""
    weight = 1 + (SUBJECT_WEIGHT - 1) * cover[:, None]
    error = output - target
    steps = sum(error.diff(dim=axis).abs().mean() for axis in (2, 3, 4))
    squared = error * error
    fit = ((error.abs() + squared) * weight).mean() / weight.mean()
    return fit + GRADIENT_WEIGHT * steps, squared.mean()


def trainable(model: AutoencoderKLWan, decoder_only: bool) -> dict[str, nn.Parameter]:
    """The parameters to train, by name; the others are frozen."""
    model.requires_grad_(True)
    if decoder_only:
        model.encoder.requires_grad_(False)
        model.quant_conv.requires_grad_(False)
    return {name: p for name, p in model.named_parameters() if p.requires_grad}


def to_bfloat16(model: AutoencoderKLWan) -> None:
    """Weights in bfloat16 with channels last, which the CPU's convolutions like best."""
    model.to(torch.bfloat16)
    for module in model.modules():
        if isinstance(module, nn.Conv3d):
            module.weight.data = module.weight.data.to(memory_format=torch.channels_last_3d)
        elif isinstance(module, nn.Conv2d):
            module.weight.data = module.weight.data.to(memory_format=torch.channels_last)


def work(rank: int, leg: legs.Leg) -> None:
    """One process of a leg; option "long" trains on all 17 frames, "decoder" likewise with
    the encoder frozen, so that latents made before stay valid."""
    torch.manual_seed(leg.seed)
    model = autoencoder.build()
    autoencoder.initialise(model)
    model.to(leg.device)
    path = leg.folder / "vae.pt"
    saved = torch.load(path, map_location=leg.device) if path.exists() else None
    if saved:
        model.load_state_dict(saved["masters"])
    decoder_only = leg.option == "decoder"
    named = trainable(model, decoder_only)
    matrices = {
        name
        for name, p in named.items()
        if p.ndim >= 4 and "proj" not in name and not any(part in name for part in _BY_ADAM)
    }
    optimiser = Optimiser(named, matrices, muon_rate=0.015, adam_rate=1e-3)
    to_bfloat16(model)
    frames, batch = (FRAMES, 1) if leg.option else (5, 3)
    done = saved["steps"] if saved else 0
    if saved and saved["option"] == leg.option:
        optimiser.load(saved["optimiser"])
    if leg.device != "cpu":
        batch *= 32
    crops = Crops(random.Random(f"{leg.seed} {done} {rank}"), frames, leg.device)
    torch.manual_seed(hash((leg.seed, done, rank)) % 2**31)
    clock, log = legs.Clock(leg), legs.Log(leg.folder / "vae.jsonl", rank, 100)

    def keep() -> None:
        if rank == 0:
            masters = {**model.state_dict(), **optimiser.masters}
            average = {**model.state_dict(), **optimiser.average}
            legs.save(
                path,
                {
                    "masters": {k: v.float() for k, v in masters.items()},
                    "average": {k: v.float() for k, v in average.items()},
                    "optimiser": optimiser.state(),
                    "steps": done,
                    "option": leg.option,
                },
            )

    while (scale := clock.tick()) is not None:
        clip, cover = crops.batch(batch)
        moments = autoencoder.encode(
            model, clip.bfloat16().to(memory_format=torch.channels_last_3d)
        ).float()
        mean, log_variance = moments.chunk(2, 1)
        log_variance = log_variance.clamp(-20, 10)
        latent = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
        divergence = 0.5 * (mean * mean + log_variance.exp() - 1 - log_variance).mean()
        output = autoencoder.decode(model, latent.bfloat16()).float()
        fit, squared = loss(clip, output, cover)
        (fit + KL_WEIGHT * divergence).backward()
        norm = optimiser.step(scale, clip=4.0)
        done += 1
        log.add(clock, done, fit=fit, squared=squared, kl=divergence, norm=norm)
        if done % 300 == 0:
            keep()
    keep()


def psnr(squared_error: float) -> float:
    """Decibels of a mean squared error of values in -1...1."""
    return 10 * math.log10(4 / squared_error)
