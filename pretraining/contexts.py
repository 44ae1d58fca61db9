# SPDX-License-Identifier: Apache-2.0
"""The control branch's input, as diffusers' WanVACEPipeline builds it, kept in a pool.

Per latent frame: 16 channels of what is kept, 16 of what is to be changed, 64 of packed mask;
references stand in front as frames of their own.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from pretraining import autoencoder, latents, leg as legs, tasks
from pretraining.studio.scene import FRAMES, HEIGHT, WIDTH, Scene, random_scene
from pretraining.vae_training import to_bfloat16

TAKES, TASKS_PER_TAKE = 4, 3


def pack(mask: Tensor) -> Tensor:
    """A mask (T, H, W) to (64, t, H/8, W/8): channel 8·dy + dx, nearest-exact in time."""
    frames, height, width = mask.shape
    cells = mask.view(frames, height // 8, 8, width // 8, 8).permute(2, 4, 0, 1, 3).flatten(0, 1)
    size = ((frames + 3) // 4, height // 8, width // 8)
    return torch.nn.functional.interpolate(cells[None], size=size, mode="nearest-exact")[0]


class Encoder:
    """The frozen autoencoder's encoder in bfloat16, with normalised means as latents."""

    def __init__(self, folder: Path, device: str = "cpu") -> None:
        self.device = device
        self.model = latents.trained_autoencoder(folder).to(device)
        to_bfloat16(self.model)
        self.centre, self.spread = latents.statistics(folder)
        grey = torch.zeros(1, 3, FRAMES, HEIGHT, WIDTH)
        self.nothing = self(grey)[0]

    @torch.no_grad()
    def __call__(self, clips: Tensor) -> Tensor:
        """Clips (B, 3, T, H, W) in -1...1 to latents (B, 16, t, h, w), half precision,
        on the CPU."""
        clips = clips.to(self.device).bfloat16().to(memory_format=torch.channels_last_3d)
        mean = autoencoder.encode(self.model, clips).float().chunk(2, 1)[0].cpu()
        return ((mean - self.centre) / self.spread).half()


@dataclass
class Example:
    """One kept task: everything a training step needs but noise and words."""

    task: int
    labels: list[int]
    wordless: float
    target: Tensor  # (16, n + t, h, w), references in front
    context: Tensor  # (32, n + t, h, w)
    mask: Tensor  # uint8 0...255 (64, t, h, w)
    share: Tensor  # (t, h, w), where the subject is

    @property
    def references(self) -> int:
        return self.target.shape[1] - self.mask.shape[1]


def fresh_takes(count: int, lot: random.Random, held_out: bool = False) -> list[tasks.Take]:
    """Takes of scenes drawn by lot."""
    return [tasks.Take(random_scene(lot, held_out), lot.getrandbits(64)) for _ in range(count)]


def make(takes: list[tasks.Take], encoder: Encoder, lot: random.Random) -> list[Example]:
    """Tasks for takes, encoded together."""
    given = [(take, one) for take in takes for one in tasks.draw(take, TASKS_PER_TAKE, lot)]
    return encoded(takes, given, encoder)


def encoded(
    takes: list[tasks.Take], given: list[tuple[tasks.Take, tasks.Given]], encoder: Encoder
) -> list[Example]:
    """Examples of tasks; `takes` are those that the tasks name."""
    clips = [take.signal for take in takes]
    places: list[tuple[int | None, int | None]] = []
    pictures: list[np.ndarray] = []
    for _, one in given:
        inactive = reactive = None
        if one.video is not None:
            mask = np.ones_like(one.video[0]) if one.mask is None else one.mask
            for part in (one.video * (1 - mask), one.video * mask):
                if np.abs(part).max() > 0:
                    clips.append(part)
                    where = len(clips) - 1
                else:
                    where = None
                inactive, reactive = reactive, where
        places.append((inactive, reactive))
        pictures += one.references
    codes: list[Tensor] = []
    for start in range(0, len(clips), TAKES):
        codes += encoder(torch.from_numpy(np.stack(clips[start : start + TAKES])))
    stills: list[Tensor] = []
    if pictures:
        stack = torch.from_numpy(np.stack(pictures)).float() / 127.5 - 1
        stills = list(encoder(stack[:, :, None]))
    examples = []
    for (take, one), (inactive, reactive) in zip(given, places):
        parts = [encoder.nothing if at is None else codes[at] for at in (inactive, reactive)]
        target, context = codes[takes.index(take)], torch.cat(parts)
        # The pipeline puts each reference in front of the former ones.
        for _ in one.references:
            still = stills.pop(0)
            target = torch.cat([still, target], 1)
            context = torch.cat([torch.cat([still, torch.zeros_like(still)]), context], 1)
        mask = np.ones_like(take.signal[0]) if one.mask is None else one.mask
        examples.append(
            Example(
                tasks.NAMES.index(one.task),
                one.scene.labels,
                one.wordless,
                target,
                context,
                (pack(torch.from_numpy(mask)) * 255).round().byte(),
                latents.subject_share(torch.from_numpy(take.cover)[None])[0].half(),
            )
        )
    return examples


@dataclass
class Batch:
    """Examples with equally many references, stacked."""

    examples: list[Example]
    target: Tensor = field(init=False)
    context: Tensor = field(init=False)  # all 96 channels
    weight: Tensor = field(init=False)  # (B, 1, n + t, h, w)

    def __post_init__(self) -> None:
        self.target = torch.stack([one.target for one in self.examples]).float()
        halves = torch.stack([one.context for one in self.examples]).float()
        masks = torch.stack([one.mask for one in self.examples]).float() / 255
        shares = torch.stack([one.share for one in self.examples]).float()[:, None]
        front = self.target.shape[2] - masks.shape[2]
        pad = (0, 0, 0, 0, front, 0)
        masks = torch.nn.functional.pad(masks, pad)
        self.context = torch.cat([halves, masks], 1)
        # References are dropped after sampling, so they count little.
        self.weight = torch.nn.functional.pad(1 + 2 * shares, pad, value=0.2)

    def to(self, device: str) -> Batch:
        """The same batch, its tensors on a device."""
        self.target, self.context, self.weight = (
            part.to(device) for part in (self.target, self.context, self.weight)
        )
        return self

    @property
    def scenes(self) -> list[Scene]:
        return [Scene.of(one.labels) for one in self.examples]


class Pool:
    """Examples in memory and in shards of this process's own, sorted by their references."""

    def __init__(self, folder: Path, rank: int, limit: int = 24_000, shard: int = 512) -> None:
        self.folder, self.rank, self.limit, self.shard = folder, rank, limit, shard
        self.by_references: dict[int, list[Example]] = {n: [] for n in range(4)}
        self.fresh: list[Example] = []
        self.number = 0
        for path in sorted(folder.glob(f"control-{rank}-*.pt")):
            for row in torch.load(path):
                self._take(Example(*row))
            self.number = int(path.stem.split("-")[-1]) + 1

    def __len__(self) -> int:
        return sum(map(len, self.by_references.values()))

    def _take(self, example: Example) -> None:
        kept = self.by_references[example.references]
        kept.append(example)
        if len(self) > self.limit:
            kept.pop(0)

    def add(self, examples: list[Example]) -> None:
        """Takes examples in and writes a shard when enough have come."""
        for example in examples:
            self._take(example)
        self.fresh += examples
        if len(self.fresh) >= self.shard:
            self._write()

    def _write(self) -> None:
        rows = [tuple(vars(example).values()) for example in self.fresh]
        if rows:
            legs.save(self.folder / f"control-{self.rank}-{self.number:04d}.pt", rows)
        self.fresh, self.number = [], self.number + 1

    def batch(self, references: int, count: int, lot: random.Random) -> Batch:
        """Examples with so many references by lot; with none where there are no such yet."""
        kept = self.by_references[references] or self.by_references[0]
        return Batch(lot.choices(kept, k=count))

    def close(self) -> None:
        """Writes what is left as a last, smaller shard."""
        self._write()


def work(rank: int, leg: legs.Leg) -> None:
    """One process of a leg: adds examples to its pool until the time is up."""
    pool, clock = Pool(leg.folder, rank), legs.Clock(leg)
    encoder = Encoder(leg.folder, leg.device)
    lot = random.Random(f"contexts {leg.seed} {rank} {pool.number}")
    while clock.seconds < 60 * leg.minutes:
        pool.add(make(fresh_takes(TAKES, lot), encoder, lot))
    pool.close()
