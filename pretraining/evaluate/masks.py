# SPDX-License-Identifier: Apache-2.0
"""Section 4: what a mask changes, and what it leaves.

Masks are float (B, T, H, W), 1 where something is to be made.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from pretraining.evaluate import pictures, statistics
from pretraining.evaluate.engine import Engine, Request
from pretraining.evaluate.model_frames import unpasted
from pretraining.evaluate.prompts import Prompt, Prompts
from pretraining.evaluate.readers import track
from pretraining.evaluate.report import Line, Section
from pretraining.evaluate.truth import rendered, restyled
from pretraining.studio.scene import COLOURS, Scene

# Paste-back blends over four pixels outside a mask: what lies beyond must be the source's.
_FEATHER, _GROWN, _RING = 4, 3, 3
ABOUT = (
    "The subject of real clips of plain scenes, boxed by a mask three pixels wider, is to become"
    " the same subject in another colour. Ceiling: the true clip in the wanted colour, by its own"
    " render, pasted into the source. Floor: the source, unchanged."
)
ABOUT_BEFORE = (
    " The request language has no way to leave out paste-back, so the lines before it come from"
    " `diffusers.WanVACEPipeline` on the same folder, requests and seeds; *agreement* is the PSNR"
    " of its frames against the engine's inside the mask, where paste-back leaves the model's own."
)


@dataclass(frozen=True)
class Clips:
    """What a mask request was given and what came out.

    Attributes:
        source, wanted, output: uint8 (B, 3, T, H, W).
        masks: (B, T, H, W).
        colours: the colours asked for, B names.
        before: the first clips as the model made them, without paste-back; may be fewer than B.
    """

    source: Tensor
    wanted: Tensor
    output: Tensor
    masks: Tensor
    colours: Sequence[str]
    before: Tensor | None


def boxes(covers: Tensor) -> Tensor:
    """The grown box of each frame's subject, by covers uint8 (B, T, H, W)."""
    shown = (covers > 127).float()
    rows, columns = shown.amax(3, keepdim=True), shown.amax(2, keepdim=True)

    def filled(line: Tensor, dim: int) -> Tensor:
        return line.cummax(dim).values * line.flip(dim).cummax(dim).values.flip(dim)

    box = filled(rows, 2) * filled(columns, 3)
    return F.max_pool2d(box, 2 * _GROWN + 1, 1, _GROWN)


def recoloured(prompts: Sequence[Prompt]) -> list[Scene]:
    """The same scenes with subjects of another colour, drawn by lot."""
    scenes = []
    for prompt in prompts:
        lot = random.Random(f"mask {prompt.render_seed}")
        others = [name for name in COLOURS if name != prompt.scene.colour]
        scenes.append(prompt.scene.but(colour=lot.choice(others)))
    return scenes


def gather(prompts: Prompts, count: int, compared: int, engine: Engine, model: Path) -> Clips:
    """Edits real clips; `compared` of them by diffusers, too."""
    sources = prompts.draw("masks", count)
    targets = recoloured(sources)
    lot = random.Random(f"masks {prompts.seed}")
    texts = [prompts.caption(target, lot) for target in targets]
    footage = rendered(sources)
    masks = boxes(footage.covers)
    pictured = (masks * 255).to(torch.uint8)[:, None].expand(-1, 3, -1, -1, -1)
    requests = [
        Request(
            f"mask-{at:03d}",
            {
                "mode": "mask",
                "prompt": texts[at],
                "video": footage.clips[at],
                "mask": pictured[at],
                "seed": prompt.seed,
            },
        )
        for at, prompt in enumerate(sources)
    ]
    output = engine.make(requests)
    before = None
    if compared:
        seeds = [prompt.seed for prompt in sources[:compared]]
        before = unpasted(model, texts[:compared], seeds, footage.clips, masks)
    wanted = restyled(sources, targets).clips
    return Clips(footage.clips, wanted, output, masks, [t.colour for t in targets], before)


def _grown(masks: Tensor, pixels: int) -> Tensor:
    return F.max_pool2d(masks, 2 * pixels + 1, 1, pixels)


def outside(a: Tensor, b: Tensor, masks: Tensor) -> list[float]:
    """PSNR beyond the feather of each clip's mask."""
    free = (1 - _grown(masks, _FEATHER))[:, None]
    squared = ((a.float() - b.float()) / 255).square() * free
    errors = squared.sum((1, 2, 3, 4)) / (3 * free.sum((1, 2, 3, 4))).clamp_min(1)
    return [statistics.decibels(error) for error in errors.tolist()]


def inside(a: Tensor, b: Tensor, masks: Tensor) -> Tensor:
    """Mean absolute difference inside each clip's mask, 0 to 1, (B,)."""
    part = (a.float() - b.float()).abs() / 255 * masks[:, None]
    return part.sum((1, 2, 3, 4)) / (3 * masks.sum((1, 2, 3))).clamp_min(1)


def leakage(a: Tensor, b: Tensor, masks: Tensor) -> Tensor:
    """The share of all change that lies beyond the feather of the mask, (B,)."""
    change = (a.float() - b.float()).abs().mean(1)
    out = change * (1 - _grown(masks, _FEATHER))
    return out.sum((1, 2, 3)) / change.sum((1, 2, 3)).clamp_min(1e-6)


def seam(clips: Tensor, masks: Tensor) -> Tensor:
    """Mean gradient on the mask's border over that in a ring on both sides of it, (B,)."""
    strength = pictures.gradient(pictures.luma(clips))
    kept = 1 - masks
    border = masks * _grown(kept, 1) + kept * _grown(masks, 1)
    ring = _grown(masks, _RING + 1) * _grown(kept, _RING + 1) - border

    def average(where: Tensor) -> Tensor:
        return (strength * where).sum((1, 2, 3)) / where.sum((1, 2, 3)).clamp_min(1)

    return average(border) / average(ring).clamp_min(1e-3)


def read_colours(clips: Tensor, masks: Tensor) -> list[str | None]:
    """The named colour of what stands out inside each mask; None where nothing does.

    Background is what is near in L*a*b* to a tenth of the pixels just around the frame's mask.
    """
    names = []
    for clip, mask in zip(clips, masks):
        pixels = []
        for frame in range(clip.shape[1]):
            box = mask[frame] > 0.5
            rim = (_grown(mask[None, frame : frame + 1], 2)[0, 0] > 0.5) & ~box
            if not bool(box.any()) or not bool(rim.any()):
                continue
            colours = track.lab(clip[:, frame].permute(1, 2, 0).float() / 255)
            around = colours[rim]
            apart = torch.cdist(colours[box], around).quantile(0.1, dim=1)
            pixels.append(clip[:, frame, box].T[apart > 12])
        joined = torch.cat(pixels) if pixels else torch.zeros(0, 3)
        names.append(track.colour_of(joined.float() / 255) if len(joined) else None)
    return names


def measure(clips: Clips) -> Section:
    """The section, from clips however they were made."""
    source, output, masks = clips.source, clips.output, clips.masks
    pasted = torch.where(masks[:, None] > 0.5, clips.wanted, source)
    alien = torch.where(masks[:, None] > 0.5, clips.wanted.roll(1, 0), source)
    versions = {"generated": output, "ceiling": pasted, "floor": source}
    colours = {
        name: [float(a == b) for a, b in zip(read_colours(some, masks), clips.colours)]
        for name, some in versions.items()
    }

    def means(values: dict[str, list[float]]) -> dict[str, statistics.Interval]:
        return {name: statistics.mean(found) for name, found in values.items()}

    changed = {name: inside(some, source, masks).tolist() for name, some in versions.items()}
    seams = {n: seam(v, masks).tolist() for n, v in versions.items() if n != "floor"}
    seams["real"] = seam(source, masks).tolist()
    seams["floor"] = seam(alien, masks).tolist()
    lines = [
        Line(
            "outside, after paste-back",
            "PSNR of output and source more than four pixels outside the mask; identical is exact.",
            generated=statistics.mean(outside(output, source, masks)),
            floor=statistics.mean(outside(clips.wanted.roll(1, 0), source, masks)),
            unit="dB",
        ),
        Line(
            "change inside",
            "mean absolute difference of output and source inside the mask, 0 to 1; a source that"
            " is left as it is has 0.",
            **means(changed),
        ),
        Line(
            "asked colour inside",
            "the named colour of what stands out from the mask's surroundings, inside it, is the"
            " one asked for.",
            **means(colours),
            gain=statistics.gain(colours["generated"], colours["floor"]),
        ),
        Line(
            "seam",
            "mean gradient on the mask's border over that of three pixels on both sides; 1 is no"
            " seam; real: the source; floor: another clip pasted with a hard edge.",
            **means(seams),
            unit="ratio",
        ),
        Line(
            "leakage, after paste-back",
            "the share of all change that lies more than four pixels outside the mask.",
            generated=statistics.mean(leakage(output, source, masks).tolist()),
            ceiling=statistics.mean(leakage(pasted, source, masks).tolist()),
            floor=statistics.mean(leakage(clips.wanted.roll(1, 0), source, masks).tolist()),
        ),
    ]
    about = ABOUT
    if clips.before is not None:
        lines += _before(clips)
        about += ABOUT_BEFORE
    return Section("Masks", about, lines, ("ceiling", "real renders", "floor"))


def _before(clips: Clips) -> list[Line]:
    """The lines about frames without paste-back."""
    some = len(clips.before)
    source, masks = clips.source[:some], clips.masks[:some]
    same = (clips.before.float() - clips.output[:some].float()) / 255 * masks[:, None]
    errors = same.square().sum((1, 2, 3, 4)) / (3 * masks.sum((1, 2, 3))).clamp_min(1)
    return [
        Line(
            "outside, before paste-back",
            "as above, on the model's own frames.",
            generated=statistics.mean(outside(clips.before, source, masks)),
            unit="dB",
        ),
        Line(
            "leakage, before paste-back",
            "as above, on the model's own frames.",
            generated=statistics.mean(leakage(clips.before, source, masks).tolist()),
        ),
        Line(
            "agreement with diffusers inside",
            "PSNR of the engine's frames and diffusers' inside the mask, rounded to 8 bits.",
            generated=statistics.mean([statistics.decibels(e) for e in errors.tolist()]),
            unit="dB",
        ),
    ]
