# SPDX-License-Identifier: Apache-2.0
"""python -m pretraining.contact_sheet --model models/starter --to sheet.png

Generates clips of held-out prompts and lays them out with the prompts above: with diffusers, or
with our own engine when --rushes names the program.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import torch
from diffusers import WanPipeline, WanTransformer3DModel
from PIL import Image, ImageDraw, ImageFont

from pretraining.studio import captions
from pretraining.studio.scene import Scene, random_scene

SHOWN = (0, 4, 8, 12, 16)


def held_out(count: int, seed: int) -> list[tuple[Scene, str]]:
    """Scenes whose combination was kept from training, with full captions."""
    lot = random.Random(f"held out {seed}")
    scenes = [random_scene(lot, held_out=True) for _ in range(count)]
    return [(s, captions.caption(s, lot, keep=1.0, plain=True)) for s in scenes]


def generate(
    pipeline: WanPipeline,
    prompts: list[str],
    defaults: dict,
    seed: int = 0,
    guidance: float | None = None,
    steps: int | None = None,
) -> np.ndarray:
    """Clips (B, T, H, W, 3), float 0...1; the same call as a user's with rushes.json's values."""
    clips = []
    for start in range(0, len(prompts), 16):
        some = prompts[start : start + 16]
        output = pipeline(
            prompt=some,
            negative_prompt=[defaults["negative_prompt"]] * len(some),
            height=defaults["height"],
            width=defaults["width"],
            num_frames=defaults["frames"],
            num_inference_steps=steps or defaults["steps"],
            guidance_scale=guidance or defaults["guidance"],
            generator=[torch.Generator().manual_seed(seed + start + i) for i in range(len(some))],
            max_sequence_length=defaults["max_sequence_length"],
            output_type="np",
        )
        clips.append(output.frames)
    return np.concatenate(clips)


def generate_with_engine(rushes: Path, model: Path, prompts: list[str], seed: int) -> np.ndarray:
    """The same clips (B, T, H, W, 3) by `rushes generate`, which writes lossless frames."""
    clips = []
    for number, prompt in enumerate(prompts):
        with tempfile.TemporaryDirectory() as scratch:
            request = Path(scratch) / "clip.json"
            wish = {
                "mode": "text-to-video",
                "prompt": prompt,
                "seed": seed + number,
                "format": "png",
                "model": model.name,
            }
            request.write_text(json.dumps(wish))
            subprocess.run(
                [rushes, "generate", request, "--models", model.parent, "--output", scratch],
                check=True,
                capture_output=True,
            )
            frames = sorted((Path(scratch) / "clip").glob("*.png"))
            clips.append(np.stack([np.asarray(Image.open(f)) for f in frames]) / 255)
    return np.stack(clips)


def sheet(clips: np.ndarray, prompts: list[str], columns: int = 2, zoom: int = 1) -> Image.Image:
    """Five frames of each clip in a row, the prompt above, in so many columns."""
    _, _, height, width, _ = clips.shape
    cell_width, cell_height = (width * zoom + 2) * len(SHOWN) + 8, height * zoom + 18
    rows = -(-len(prompts) // columns)
    picture = Image.new("RGB", (cell_width * columns, cell_height * rows + 2), "white")
    pen = ImageDraw.Draw(picture)
    for number, (clip, prompt) in enumerate(zip(clips, prompts)):
        left = (number % columns) * cell_width + 2
        top = (number // columns) * cell_height
        size = 12
        while pen.textlength(prompt, ImageFont.load_default(size)) > cell_width - 8:
            size -= 0.5
        pen.text((left, top + 1), prompt, fill="black", font=ImageFont.load_default(size))
        for place, frame in enumerate(SHOWN):
            pixels = (clip[frame] * 255).round().astype(np.uint8)
            still = Image.fromarray(pixels).resize((width * zoom, height * zoom), Image.NEAREST)
            picture.paste(still, (left + place * (width * zoom + 2), top + 16))
    return picture


def open_model(folder: Path) -> tuple[WanPipeline, dict]:
    """A model folder as a float32 text-to-video pipeline (its control branch, if it has one, is
    left out), and its rushes.json."""
    base = WanTransformer3DModel.from_pretrained(
        folder, subfolder="transformer", torch_dtype=torch.float32
    )
    pipeline = WanPipeline.from_pretrained(folder, transformer=base, torch_dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline, json.loads((folder / "rushes.json").read_text())


def main() -> None:
    """Writes a contact sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("models/starter"))
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--count", type=int, default=16)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--guidance", type=float)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--zoom", type=int, default=1)
    parser.add_argument("--prompt", action="append", help="instead of held-out prompts")
    parser.add_argument("--rushes", type=Path, help="generate with this program instead")
    given = parser.parse_args()
    prompts = given.prompt or [text for _, text in held_out(given.count, given.seed)]
    if given.rushes:
        model = given.model.resolve()
        clips = generate_with_engine(given.rushes, model, prompts, given.seed)
    else:
        pipeline, defaults = open_model(given.model)
        clips = generate(pipeline, prompts, defaults, given.seed, given.guidance, given.steps)
    sheet(clips, prompts, zoom=given.zoom).save(given.to, optimize=True)


if __name__ == "__main__":
    main()
