# SPDX-License-Identifier: Apache-2.0
"""Trains the transformer and the text encoder together, with flow matching on kept latents."""

from __future__ import annotations

import random

import torch
from torch import Tensor

from pretraining import denoiser, latents, leg as legs, tokeniser
from pretraining.optimiser import Optimiser
from pretraining.studio import captions

BATCH, FRESH, FRESH_EVERY = 40, 8, 4
NO_CAPTION, SHIFT, SUBJECT_WEIGHT, READER_WEIGHT = 0.10, 3.0, 3.0, 0.05
_BY_MUON = ("blocks.", "text_embedder.", "SelfAttention.", "DenseReluDense.")


def noise_levels(count: int) -> Tensor:
    """Shares of noise in 0...1, most of them high: there a subject's way is decided."""
    level = torch.sigmoid(torch.randn(count))
    level = SHIFT * level / (1 + (SHIFT - 1) * level)
    return torch.where(torch.rand(count) < 0.15, 0.5 + 0.5 * torch.rand(count), level)


def models(folder, seed: int):
    """Tokeniser, transformer, text encoder and reader at start values; trains spiece.model."""
    path = folder / "spiece.model"
    if not path.exists():
        tokeniser.train(path, seed)
    words = tokeniser.Tokeniser(path)
    torch.manual_seed(seed)
    transformer, text_encoder = denoiser.build(len(words))
    return words, transformer, text_encoder, denoiser.Reader()


def parameters(transformer, text_encoder, reader):
    """All parameters by name, each once, with the part's name in front."""
    parts = {"transformer": transformer, "text_encoder": text_encoder, "reader": reader}
    named = {f"{part}.{name}": p for part, m in parts.items() for name, p in m.named_parameters()}
    return named


def optimiser_for(named) -> Optimiser:
    """Muon for the matrices of blocks, Adam for what is read or written by rows."""
    matrices = {
        name
        for name, p in named.items()
        if p.ndim == 2
        and any(part in name for part in _BY_MUON)
        and "relative_attention_bias" not in name
    }
    return Optimiser(named, matrices, muon_rate=0.02, adam_rate=1.5e-3, weight_decay=0.02)


def work(rank: int, leg: legs.Leg) -> None:
    """One process of a leg."""
    words, *parts = models(leg.folder, leg.seed)
    transformer, text_encoder, reader = (part.to(leg.device) for part in parts)
    named = parameters(transformer, text_encoder, reader)
    optimiser = optimiser_for(named)
    denoiser.to_bfloat16(transformer, text_encoder)
    denoiser.use_fast_attention(transformer)
    path = leg.folder / "text_to_video.pt"
    if path.exists():
        optimiser.load(torch.load(path, map_location=leg.device))
    else:
        optimiser.publish()
    transformer.compile_repeated_blocks(dynamic=False)
    pool = latents.load(leg.folder)
    lot = random.Random(f"{leg.seed} {optimiser.steps} {rank}")
    torch.manual_seed(lot.getrandbits(31))
    studio = latents.Studio(leg.folder, lot, leg.device)
    batch = BATCH if leg.device == "cpu" else 16 * BATCH
    clock, log = legs.Clock(leg), legs.Log(leg.folder / "text_to_video.jsonl", rank, 50)
    while (scale := clock.tick()) is not None:
        # A few fresh clips now and then: the pool grows while it is used.
        if optimiser.steps % FRESH_EVERY == 0:
            pool.add(studio.clips(FRESH * batch // BATCH))
        chosen = [lot.randrange(len(pool)) for _ in range(batch)]
        texts = [
            "" if lot.random() < NO_CAPTION else captions.caption(pool.scene(at), lot)
            for at in chosen
        ]
        mean, deviation, shares, labels = (
            part[chosen].to(leg.device)
            for part in (pool.mean, pool.deviation, pool.shares, pool.labels)
        )
        mean, deviation, shares = mean.float(), deviation.float(), shares.float()
        clean = mean + deviation * torch.randn_like(mean)
        level, noise = noise_levels(batch).to(leg.device), torch.randn_like(clean)
        share = level.view(-1, 1, 1, 1, 1)
        noisy = (1 - share) * clean + share * noise
        states = denoiser.encode_text(text_encoder, [words.ids(text) for text in texts])
        flow = transformer(noisy.bfloat16(), level * 1000, states, return_dict=False)[0].float()
        weight = 1 + (SUBJECT_WEIGHT - 1) * shares[:, None]
        squared = (flow - (noise - clean)) ** 2
        fit = (squared * weight).mean() / weight.mean()
        told = [row for row, text in enumerate(texts) if text]
        reading = reader(states[told], labels[told])
        (fit + READER_WEIGHT * reading).backward()
        norm = optimiser.step(scale)
        log.add(
            clock,
            optimiser.steps,
            fit=fit,
            plain=squared.mean(),
            reading=reading,
            pool=len(pool),
            norm=norm,
        )
        if rank == 0 and optimiser.steps % 200 == 0:
            legs.save(path, optimiser.state())
    if rank == 0:
        legs.save(path, optimiser.state())
