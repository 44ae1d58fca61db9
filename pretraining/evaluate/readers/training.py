# SPDX-License-Identifier: Apache-2.0
"""Trains the reader on real renders of the training combinations, once, and keeps it.

A share of the renders has gone through the autoencoder, and the rest is blurred and given noise
at times, so that softness is no sign of anything.
"""

from __future__ import annotations

import hashlib
import random
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from pretraining.evaluate.readers import network
from pretraining.evaluate.truth import Autoencoder
from pretraining.studio.footage import random_footage, render
from pretraining.studio.scene import ATTRIBUTES, LOOKS, WEATHERS, Scene, random_scene

# To be raised when the network or its training changes.
VERSION = 1
STEPS, CLIPS, PASSED, FRAMES_KEPT = 1000, 1536, 192, 5
_BATCH, _RENDERED = 32, 32
_KNOWN = tuple(ATTRIBUTES)
ABOUT = (
    f"The reader's network was trained for {STEPS} steps on {CLIPS} real renders of training"
    f" combinations, {PASSED} of them also passed through the autoencoder; it has seen no generated"
    " clip and no held-out combination."
)


def _identity(autoencoder: Autoencoder) -> str:
    """Of what the reader's training depends on: pictures, the autoencoder, the training itself."""
    digest = hashlib.sha256(autoencoder.path.read_bytes())
    digest.update(random_footage(24, random.Random("probe")).clips.numpy().tobytes())
    digest.update(str((VERSION, STEPS, CLIPS, PASSED, FRAMES_KEPT)).encode())
    return digest.hexdigest()[:12]


def trained(state: Path, autoencoder: Autoencoder, log=print) -> network.Reader:
    """The reader of a state folder, trained first if it is not there."""
    path = state / f"reader-{_identity(autoencoder)}.pt"
    reader = network.Reader()
    if not path.exists():
        log(f"training the reader: {STEPS} steps on {CLIPS} clips")
        start = time.monotonic()
        train(reader, autoencoder)
        log(f"the reader took {time.monotonic() - start:.0f} s")
        state.mkdir(parents=True, exist_ok=True)
        torch.save(reader.state_dict(), path)
    reader.load_state_dict(torch.load(path))
    return reader.eval().requires_grad_(False)


def _scene(lot: random.Random) -> Scene:
    """A scene of the training combinations, in rare weathers and looks more often than usual."""
    scene = random_scene(lot)
    if scene.place != "space" and lot.random() < 0.4:
        scene = scene.but(weather=lot.choice(WEATHERS))
    return scene.but(look=lot.choice(LOOKS)) if lot.random() < 0.2 else scene


class _Pool:
    """Frames uint8 (N, 3, 64, 96), covers (N, 32, 48) and labels (N, attributes) of renders."""

    def __init__(self, autoencoder: Autoencoder, lot: random.Random) -> None:
        frames, covers, labels = [], [], []
        for start in range(0, CLIPS, _RENDERED):
            scenes = [_scene(lot) for _ in range(_RENDERED)]
            footage = render(scenes, [lot.getrandbits(64) for _ in scenes])
            count = footage.clips.shape[2]
            at = sorted(lot.sample(range(count), FRAMES_KEPT))
            clips = footage.clips[:, :, at]
            if start < PASSED:
                # Frames that follow one another, as an autoencoder takes them.
                first = lot.randrange(count - FRAMES_KEPT + 1)
                at = list(range(first, first + FRAMES_KEPT))
                clips = footage.clips[:, :, at]
                clips = torch.cat([clips, autoencoder.through(clips)])
            covered = F.avg_pool2d(footage.covers[:, at].float() / 255, 2).flatten(0, 1)
            label = torch.tensor([scene.labels for scene in footage.scenes])
            label = label.repeat_interleave(FRAMES_KEPT, 0)
            times = len(clips) // _RENDERED
            frames.append(clips.transpose(1, 2).flatten(0, 1))
            covers += [covered] * times
            labels += [label] * times
        self.frames, self.covers = torch.cat(frames), torch.cat(covers)
        self.labels = torch.cat(labels)

    def batch(self, lot: random.Random) -> tuple[Tensor, Tensor, Tensor]:
        """Frames 0...1, covers and labels, mirrored, blurred and with noise at times."""
        at = torch.tensor([lot.randrange(len(self.frames)) for _ in range(_BATCH)])
        frames, covers = self.frames[at].float() / 255, self.covers[at]
        if lot.random() < 0.5:
            frames, covers = frames.flip(-1), covers.flip(-1)
        if lot.random() < 0.35:
            soft = F.avg_pool2d(F.pad(frames, (1, 1, 1, 1), mode="replicate"), 3, 1)
            frames = torch.lerp(frames, soft, lot.uniform(0.3, 1.0))
        frames = frames + lot.uniform(0, 0.05) * torch.randn_like(frames)
        return frames, covers, self.labels[at]


def train(reader: network.Reader, autoencoder: Autoencoder, steps: int = STEPS, seed: int = 0):
    """Trains a reader in place; the same seed gives the same reader."""
    torch.manual_seed(seed)
    lot = random.Random(f"reader {seed}")
    reader.__init__()
    pool = _Pool(autoencoder, lot)
    reader.train()
    optimiser = torch.optim.AdamW(reader.parameters(), weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=4e-3, total_steps=steps, pct_start=0.15
    )
    # Where the processor has no bfloat16, its imitation is slower than float32.
    fast = torch.cpu._is_avx512_bf16_supported()
    for _ in range(steps):
        frames, covers, labels = pool.batch(lot)
        with torch.autocast("cpu", torch.bfloat16, enabled=fast):
            cover, logits = reader(frames)
        loss = 4 * F.binary_cross_entropy_with_logits(cover.float(), covers)
        # A frame from which the subject has gone says nothing about its kind.
        seen = covers.mean((1, 2)) > 0.01
        for name, told in zip(network.READ, logits):
            told = told.float()
            label = labels[:, _KNOWN.index(name)]
            if name == "kind":
                told, label = told[seen], label[seen]
            loss = loss + F.cross_entropy(told, label, label_smoothing=0.02)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
