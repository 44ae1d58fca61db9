# SPDX-License-Identifier: Apache-2.0
"""Frames as the model makes them, before the engine puts given pixels back.

Through `diffusers.WanVACEPipeline`, whose frames our engine's equal for the same request; the
request language has no way to ask the engine for them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import transformers
from diffusers import WanVACEPipeline
from diffusers.utils.logging import disable_progress_bar
from torch import Tensor


def unpasted(
    model: Path, texts: Sequence[str], seeds: Sequence[int], clips: Tensor, masks: Tensor
) -> Tensor:
    """The first clips, made anew where masks (B, T, H, W) are 1; uint8 (len(texts), 3, T, H, W)."""
    disable_progress_bar()
    transformers.utils.logging.disable_progress_bar()
    pipeline = WanVACEPipeline.from_pretrained(model, dtype=torch.float32)
    for part in (pipeline.text_encoder, pipeline.transformer, pipeline.vae):
        part.float().eval()
    pipeline.set_progress_bar_config(disable=True)
    usual = json.loads((model / "rushes.json").read_text())
    result = []
    for text, seed, clip, mask in zip(texts, seeds, clips, masks):
        video = clip.permute(1, 2, 3, 0).numpy().astype(np.float32) / 255
        change = mask[..., None].expand(-1, -1, -1, 3).numpy()
        video = np.where(change > 0.5, np.float32(0.5), video)
        made = pipeline(
            prompt=text,
            negative_prompt=usual["negative_prompt"],
            video=video[None],
            mask=change[None],
            height=video.shape[1],
            width=video.shape[2],
            num_frames=len(video),
            num_inference_steps=usual["steps"],
            guidance_scale=usual["guidance"],
            max_sequence_length=usual["max_sequence_length"],
            generator=torch.Generator("cpu").manual_seed(seed),
            output_type="np",
        ).frames[0]
        frames = torch.from_numpy(np.asarray(made, np.float32)).permute(3, 0, 1, 2)
        result.append((frames * 255 + 0.5).clamp(0, 255).to(torch.uint8))
    return torch.stack(result)
