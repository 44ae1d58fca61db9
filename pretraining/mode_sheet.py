# SPDX-License-Identifier: Apache-2.0
"""python -m pretraining.mode_sheet --rushes .build/release/rushes --to docs/modes.png

Runs the example request of each mode with our own engine and draws what was given above what
came out, five moments of each.
"""

from __future__ import annotations

import argparse
import io
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

MODES = (
    "text-to-video",
    "text-image-to-video",
    "image-to-video",
    "stylization",
    "storyboard",
    "mask",
    "render",
)
CELLS, GAP, LABEL = 5, 2, 18


def run(rushes: Path, model: Path, examples: Path, name: str) -> tuple[dict, list[Image.Image]]:
    """Runs one example; its request, and the result's frames without loss."""
    with tempfile.TemporaryDirectory() as scratch:
        desk = Path(scratch) / "desk"
        shutil.copytree(examples, desk)
        path = desk / f"{name}.json"
        request = json.loads(path.read_text())
        path.write_text(json.dumps(request | {"format": "png", "model": model.name}))
        out = Path(scratch) / "out"
        out.mkdir()
        command = [rushes, "generate", path, "--models", model.parent, "--output", out]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{name}: {done.stderr.strip()}")
        frames = sorted(out.rglob("*.png"))
        return request, [Image.open(io.BytesIO(f.read_bytes())).convert("RGB") for f in frames]


def rate(model: Path) -> float:
    """The model's own frames per second."""
    return json.loads((model / "rushes.json").read_text())["fps"]


def frame_at(video: Path, seconds: float) -> Image.Image:
    """The frame that a clip shows at a time."""
    command = ["ffmpeg", "-nostdin", "-v", "error", "-ss", f"{seconds:.3f}", "-i", str(video)]
    command += ["-frames:v", "1", "-f", "image2pipe", "-c:v", "png", "-"]
    output = subprocess.run(command, capture_output=True, check=True).stdout
    return Image.open(io.BytesIO(output)).convert("RGB")


def _covered(picture: Image.Image, size: tuple[int, int], method: int) -> Image.Image:
    """A picture scaled to cover a size and cropped at the centre."""
    scale = max(size[0] / picture.width, size[1] / picture.height)
    wide = (max(size[0], round(picture.width * scale)), max(size[1], round(picture.height * scale)))
    scaled = picture.resize(wide, method)
    left, top = (wide[0] - size[0]) // 2, (wide[1] - size[1]) // 2
    return scaled.crop((left, top, left + size[0], top + size[1]))


def given(
    request: dict, examples: Path, times: list[float], size: tuple[int, int]
) -> list[Image.Image | None]:
    """What a request gives, as far as it can be drawn, in the cells of its times."""
    cells: list[Image.Image | None] = [None] * CELLS

    def put(cell: int, picture: Image.Image) -> None:
        cells[cell] = _covered(picture, size, Image.LANCZOS)

    def nearest(seconds: float) -> int:
        return int(np.argmin([abs(time - seconds) for time in times]))

    if "video" in request:
        for cell, time in enumerate(times):
            put(cell, frame_at(examples / request["video"], time))
        _show_mask(cells, request, examples, times, size)
    panels = request.get("panels")
    if isinstance(panels, dict):
        cells[0] = Image.new("RGB", size, "white")
        page = Image.open(examples / panels["image"]).convert("RGB")
        page.thumbnail(size, Image.LANCZOS)
        cells[0].paste(page, (0, (size[1] - page.height) // 2))
    elif panels:
        spread = np.linspace(times[0], times[-1], len(panels))
        for panel, usual in zip(panels, spread):
            picture = Image.open(examples / panel["image"]).convert("RGB")
            put(nearest(panel.get("at", float(usual))), picture)
    images = request.get("image", [])
    images = [images] if isinstance(images, str) else images
    roles = request.get("image_role", ["first-frame", "last-frame"])
    roles = [roles] * len(images) if isinstance(roles, str) else roles
    for name, role in zip(images, roles):
        picture = Image.open(examples / name).convert("RGB")
        if "video" in request or panels:
            # A look: a small picture in the corner of the last cell.
            last = cells[-1] or Image.new("RGB", size, "white")
            small = _covered(picture, (size[0] // 2, size[1] // 2), Image.LANCZOS)
            last.paste(small, (size[0] - small.width, 0))
            cells[-1] = last
        else:
            put(CELLS - 1 if role == "last-frame" else 0, picture)
    return cells


def _show_mask(cells, request: dict, examples: Path, times: list[float], size) -> None:
    """Tints what a mask selects, on the frames for which the request says so itself."""
    mask = request.get("mask")
    if isinstance(mask, dict) and "image" in mask:
        mask = mask["image"]
    for cell, time in enumerate(times):
        if isinstance(mask, dict) and "box" in mask and cell == 0:
            left, top, width, height = mask["box"]
            corners = (left * size[0], top * size[1])
            corners += ((left + width) * size[0] - 1, (top + height) * size[1] - 1)
            ImageDraw.Draw(cells[cell]).rectangle(corners, outline=(255, 0, 255), width=2)
        elif isinstance(mask, str):
            moving = Path(mask).suffix in (".mp4", ".mov", ".mkv", ".webm", ".avi", ".gif")
            if not moving and cell:
                return
            path = examples / mask
            shape = frame_at(path, time) if moving else Image.open(path)
            tint = _covered(shape.convert("L"), size, Image.NEAREST).point(lambda v: v * 0.6)
            cells[cell].paste((255, 0, 255), mask=tint)


def row(name: str, request: dict, cells, frames: list[Image.Image], size) -> Image.Image:
    """One mode: its words, what is given, what came out."""
    some_given = any(cells)
    height = LABEL + (size[1] + GAP) * (2 if some_given else 1) + 6
    picture = Image.new("RGB", ((size[0] + GAP) * CELLS, height), "white")
    words = request.get("prompt")
    label = f"{MODES.index(name) + 1:02d} {name}" + (f': "{words}"' if words else "")
    font = ImageFont.load_default(13)
    ImageDraw.Draw(picture).text((1, 1), label, fill="black", font=font)
    top = LABEL
    if some_given:
        for at, cell in enumerate(cells):
            blank = cell or Image.new("RGB", size, (236, 236, 236))
            picture.paste(blank, (at * (size[0] + GAP), top))
        top += size[1] + GAP
    for at in range(CELLS):
        frame = frames[round(at * (len(frames) - 1) / (CELLS - 1))]
        picture.paste(_covered(frame, size, Image.NEAREST), (at * (size[0] + GAP), top))
    return picture


def main() -> None:
    """Writes the sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rushes", type=Path, default=Path(".build/release/rushes"))
    parser.add_argument("--model", type=Path, default=Path("models/starter"))
    parser.add_argument("--examples", type=Path, default=Path("examples"))
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--mode", action="append", default=[], choices=MODES)
    parser.add_argument("--zoom", type=int, default=2)
    asked = parser.parse_args()
    model = asked.model.resolve()
    rows = []
    for name in asked.mode or MODES:
        request, frames = run(asked.rushes.resolve(), model, asked.examples, name)
        size = (frames[0].width * asked.zoom, frames[0].height * asked.zoom)
        seconds = (len(frames) - 1) / request.get("fps", rate(model))
        times = [seconds * at / (CELLS - 1) for at in range(CELLS)]
        cells = given(request, asked.examples, times, size)
        rows.append(row(name, request, cells, frames, size))
    sheet = Image.new("RGB", (max(r.width for r in rows), sum(r.height for r in rows)), "white")
    top = 0
    for one in rows:
        sheet.paste(one, (0, top))
        top += one.height
    asked.to.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(asked.to, optimize=True)


if __name__ == "__main__":
    main()
