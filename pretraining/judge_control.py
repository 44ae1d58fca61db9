# SPDX-License-Identifier: Apache-2.0
"""python -m pretraining.judge_control --state pretraining/state [--sheet sheet.png]

Losses of the control branch per task on held-out scenes, beside two floors: the branch switched
off, and given the context of another example. Both floors have the same noise and prompts. With
--sheet, also a picture: for each task what is given, what comes out, and the truth.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor

from pretraining import autoencoder, contexts, control, denoiser, export, latents, tasks
from pretraining.studio import captions
from pretraining.studio.scene import FRAMES, HEIGHT, WIDTH

SHOWN = (0, 4, 8, 12, 16)


class Trained:
    """The exported model's parts as they stand in a state folder, in bfloat16."""

    def __init__(self, folder: Path, weights: str = "average") -> None:
        self.words, transformer, self.text_encoder = control.base(folder)
        self.model = control.build(transformer)
        saved = torch.load(folder / "control.pt")
        self.steps = saved["steps"]
        with torch.no_grad():
            for name, p in control.control_parameters(self.model).items():
                p.copy_(saved[weights][name])
        self.model.requires_grad_(False)
        denoiser.to_bfloat16(self.model, self.text_encoder)
        denoiser.use_fast_attention(self.model)
        self.encoder = contexts.Encoder(folder)
        self.decoder = latents.trained_autoencoder(folder)

    def states(self, texts: list[str]) -> Tensor:
        """Text states of prompts."""
        ids = [self.words.ids(text) for text in texts]
        return denoiser.encode_text(self.text_encoder, ids)

    @torch.no_grad()
    def sample(
        self, context: Tensor, texts: list[str], guidance: float, steps: int, seed: int
    ) -> Tensor:
        """Clips (B, 3, T, H, W) in 0...1 for contexts (B, 96, n + t, h, w)."""
        count, _, frames, height, width = context.shape
        noise = torch.Generator().manual_seed(seed)
        x = torch.randn(count, 16, frames, height, width, generator=noise)
        told, untold = self.states(texts), self.states([""] * count)
        scheduler, scale = export.scheduler(), torch.ones(len(control.LAYERS))
        scheduler.set_timesteps(steps)
        both = torch.cat([context, context]).bfloat16()
        for moment in scheduler.timesteps:
            flow = self.model(
                torch.cat([x, x]).bfloat16(),
                moment.expand(2 * count),
                torch.cat([told, untold]),
                control_hidden_states=both,
                control_hidden_states_scale=scale,
                return_dict=False,
            )[0].float()
            with_words, without = flow.chunk(2)
            flow = without + guidance * (with_words - without)
            x = scheduler.step(flow, moment, x, return_dict=False)[0]
        x = x[:, :, frames - (FRAMES + 3) // 4 :] * self.encoder.spread + self.encoder.centre
        return autoencoder.decode(self.decoder, x).clamp(-1, 1) / 2 + 0.5


def losses(trained: Trained, count: int, seed: int) -> dict[str, dict[str, float]]:
    """Plain flow-matching losses per task: trained, switched off, shuffled."""
    lot = random.Random(f"judge control {seed}")
    report = {}
    for task in tasks.TASKS:
        takes = contexts.fresh_takes(count, lot, held_out=True)
        given = [(take, task(take, lot)) for take in takes]
        for _, one in given:
            one.references[1:] = []
        examples = contexts.encoded(takes, given, trained.encoder)
        # Tasks that have a reference at times: only those without, so that all stack.
        fewest = min(example.references for example in examples)
        batch = contexts.Batch([e for e in examples if e.references == fewest])
        size = len(batch.examples)
        torch.manual_seed(seed)
        level = (torch.arange(size) + 0.5) / size
        noise = torch.randn_like(batch.target)
        states = trained.states(control.prompts(batch, lot))
        front = fewest
        row = {}
        with torch.no_grad():
            for name, context, scale in (
                ("trained", batch.context, 1.0),
                ("off", batch.context, 0.0),
                ("shuffled", batch.context.roll(1, 0), 1.0),
            ):
                squared = control.flow_error(
                    trained.model,
                    batch.target,
                    context,
                    states,
                    level,
                    noise,
                    torch.full((len(control.LAYERS),), scale),
                )
                row[name] = round(float(squared[:, :, front:].mean()), 4)
        report[task.__name__] = row
    return report


def _strip(clip: np.ndarray) -> np.ndarray:
    """Five frames of a clip (3, T, H, W) in 0...1 side by side."""
    return np.concatenate([clip[:, at] for at in SHOWN], 2)


def sheet(
    trained: Trained, seed: int, guidance: float, steps: int, names: list[str]
) -> Image.Image:
    """Two held-out scenes per task: given, made, true."""
    lot = random.Random(f"sheet {seed}")
    width, height = WIDTH * len(SHOWN), HEIGHT
    chosen = [task for task in tasks.TASKS if not names or task.__name__ in names]
    cell = (width + 8 + WIDTH, 3 * height + 18)
    canvas = Image.new("RGB", (2 * cell[0], cell[1] * len(chosen)), "white")
    pen = ImageDraw.Draw(canvas)
    for line, task in enumerate(chosen):
        for column in range(2):
            take = contexts.fresh_takes(1, lot, held_out=True)[0]
            one = task(take, lot)
            one.references[1:] = []
            batch = contexts.Batch(contexts.encoded([take], [(take, one)], trained.encoder))
            text = captions.caption(take.scene, lot, keep=1.0, plain=True)
            if lot.random() < one.wordless:
                text = ""
            made = trained.sample(batch.context, [text], guidance, steps, seed)[0].numpy()
            video = np.zeros_like(take.signal) if one.video is None else one.video
            left, top = column * cell[0], line * cell[1]
            pen.text((left, top), f"{task.__name__}: {text or '(no words)'}", fill="black")
            for number, clip in enumerate((video / 2 + 0.5, made, take.clip / 255)):
                pixels = (_strip(clip).transpose(1, 2, 0) * 255).round().astype(np.uint8)
                canvas.paste(Image.fromarray(pixels), (left, top + 14 + number * height))
            if one.references:
                picture = Image.fromarray(one.references[0].transpose(1, 2, 0))
                canvas.paste(picture, (left + width + 2, top + 14))
    return canvas


def main() -> None:
    """Prints the losses as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--state", type=Path, default=Path("pretraining/state"))
    parser.add_argument("--weights", choices=("average", "masters"), default="average")
    parser.add_argument("--count", type=int, default=32, help="scenes per task, 0 for none")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sheet", type=Path)
    parser.add_argument("--task", action="append", default=[], help="on the sheet; all if left out")
    parser.add_argument("--guidance", type=float, default=export.DEFAULTS["guidance"])
    parser.add_argument("--steps", type=int, default=export.DEFAULTS["steps"])
    given = parser.parse_args()
    trained = Trained(given.state, given.weights)
    if given.sheet:
        made = sheet(trained, given.seed, given.guidance, given.steps, given.task)
        made.save(given.sheet, optimize=True)
    if given.count:
        report = {"steps": trained.steps, **losses(trained, given.count, given.seed)}
        print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
