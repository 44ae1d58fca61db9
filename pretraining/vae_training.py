# SPDX-License-Identifier: Apache-2.0
"""Trains the autoencoder on crops of freshly rendered clips, the subject counted threefold."""

from __future__ import annotations

import math
import random

import numpy as np
import torch
from diffusers import AutoencoderKLWan
from torch import Tensor, nn

from pretraining import autoencoder, leg as legs, world
from pretraining.optimiser import Optimiser

CROP, KL_WEIGHT, GRADIENT_WEIGHT, SUBJECT_WEIGHT = 48, 3e-5, 0.15, 3.0
_BY_ADAM = ("conv_in", "conv_out", "quant_conv")


def crop(lot: random.Random, frames: int) -> tuple[np.ndarray, np.ndarray]:
    """A random part of a random clip: uint8 (3, frames, 48, 48), and the subject's cover."""
    clip, cover = world.render(world.random_scene(lot), lot)
    first = lot.randrange(0, world.FRAMES - frames + 1)
    top = lot.randrange(0, world.HEIGHT - CROP + 1)
    left = lot.randrange(0, world.WIDTH - CROP + 1)
    if lot.random() < 0.6:
        rows, columns = np.nonzero(cover[first + frames // 2] > 127)
        if len(columns):
            middle = int(columns.mean()) - CROP // 2 + lot.randrange(-12, 13)
            left = min(max(middle, 0), world.WIDTH - CROP)
    part = np.s_[..., first : first + frames, top : top + CROP, left : left + CROP]
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
    path = leg.folder / "vae.pt"
    saved = torch.load(path) if path.exists() else None
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
    frames, batch = (world.FRAMES, 1) if leg.option else (5, 3)
    done = saved["steps"] if saved else 0
    if saved and saved["option"] == leg.option:
        optimiser.load(saved["optimiser"])
    lot = random.Random(f"{leg.seed} {done} {rank}")
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
        parts = [crop(lot, frames) for _ in range(batch)]
        clip = torch.from_numpy(np.stack([p[0] for p in parts])).float() / 127.5 - 1
        cover = torch.from_numpy(np.stack([p[1] for p in parts])).float() / 255
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
