# SPDX-License-Identifier: Apache-2.0
"""What should have come: renders of the scenes that were asked for, and what of them an
autoencoder can hold.

Axes: B clips, T frames, H rows, W columns. Clips are uint8 (B, 3, T, H, W).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from diffusers import AutoencoderKLWan
from torch import Tensor

from pretraining import autoencoder
from pretraining.evaluate.prompts import Prompt
from pretraining.studio.footage import Footage, render
from pretraining.studio.scene import Scene

_BATCH = 4


def rendered(prompts: Sequence[Prompt]) -> Footage:
    """The truth of each prompt."""
    return render([p.scene for p in prompts], [p.render_seed for p in prompts])


def restyled(prompts: Sequence[Prompt], scenes: Sequence[Scene]) -> Footage:
    """The same geometry and motion as `rendered`, shown by other scenes."""
    return render(scenes, [p.render_seed for p in prompts])


class Autoencoder:
    """A model folder's own autoencoder in float32."""

    def __init__(self, model: Path) -> None:
        self.path = model / "vae" / "diffusion_pytorch_model.safetensors"
        loaded = AutoencoderKLWan.from_pretrained(model, subfolder="vae", dtype=torch.float32)
        self.model = loaded.eval().requires_grad_(False)

    @torch.no_grad()
    def through(self, clips: Tensor) -> Tensor:
        """Clips coded and decoded, rounded to 8 bits as a video is."""
        result = []
        for part in clips.split(_BATCH):
            mean = autoencoder.encode(self.model, part.float() / 127.5 - 1).chunk(2, 1)[0]
            made = autoencoder.decode(self.model, mean).clamp(-1, 1)
            result.append(((made + 1) * 127.5 + 0.5).to(torch.uint8))
        return torch.cat(result)

    def through_alone(self, pictures: Tensor) -> Tensor:
        """Pictures uint8 (B, 3, H, W), each coded as a clip's first frame."""
        return self.through(pictures[:, :, None])[:, :, 0]


def squared_error(a: Tensor, b: Tensor) -> Tensor:
    """Per item of the first axis, the mean squared difference of uint8 values taken as 0 to 1."""
    difference = (a.float() - b.float()) / 255
    return difference.square().flatten(1).mean(1)
