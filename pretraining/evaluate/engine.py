# SPDX-License-Identifier: Apache-2.0
"""Clips by our engine: requests in one root folder, emptied by one `rushes serve --once`."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from pretraining.studio.scene import FRAMES_PER_SECOND


@dataclass(frozen=True)
class Request:
    """A request and its media.

    Attributes:
        wish: the request's keys, but for format and model; a value that is a tensor stands for a
            file with it: uint8 (3, H, W) a picture, (3, T, H, W) a clip, both without loss.
            Panels may hold tensors as their images.
        name: of the request, unique in one call.
    """

    name: str
    wish: dict = field(default_factory=dict)


class Engine:
    """The `rushes` program with one model folder.

    `jobs` is how many it makes at the same time; `styles` is the folder of styles.
    """

    def __init__(
        self, rushes: Path, model: Path, jobs: int = 1, styles: Path | None = None
    ) -> None:
        self.rushes, self.model, self.jobs = rushes.resolve(), model.resolve(), jobs
        self.styles = ["--styles", styles.resolve()] if styles else []
        if not self.rushes.is_file():
            raise SystemExit(
                f"--rushes: there is no program '{rushes}'. Build it with"
                " `swift build -c release --product rushes`, or say where it is."
            )
        if shutil.which("ffmpeg") is None:
            raise SystemExit("The program ffmpeg is needed to hand clips over without loss.")

    def make(self, requests: Sequence[Request]) -> Tensor:
        """The clips of all requests, uint8 (B, 3, T, H, W), in their order.

        Leaves with the engine's own explanation if it refuses or fails at one.
        """
        with tempfile.TemporaryDirectory(prefix="scoreboard-") as scratch:
            root = Path(scratch)
            inbox = root / "inbox"
            inbox.mkdir()
            for request in requests:
                wish = _with_files(request.wish, inbox, request.name)
                wish |= {"format": "png", "model": self.model.name}
                # Written whole: the service takes a request as soon as it parses.
                (inbox / f"{request.name}.json").write_text(json.dumps(wish))
            command = [self.rushes, "serve", "--root", root, "--once"]
            command += ["--models", self.model.parent, "--jobs", str(self.jobs), *self.styles]
            done = subprocess.run(command, capture_output=True, text=True)
            for failed in sorted((root / "outbox").glob("*.failed")):
                raise SystemExit(f"{failed.name}: {(failed / 'error.txt').read_text()}")
            if done.returncode:
                raise SystemExit(f"rushes serve: {done.stderr.strip()}")
            return torch.stack([_frames(root / "outbox" / r.name) for r in requests])

    def train(self, request: Path) -> dict:
        """Trains and installs the style of a request file, and returns its result's record."""
        with tempfile.TemporaryDirectory(prefix="style-") as scratch:
            command = [self.rushes, "generate", request, "--models", self.model.parent]
            command += [*self.styles, "--output", Path(scratch) / "out"]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                raise SystemExit(f"rushes generate: {done.stderr.strip()}")
            return json.loads((Path(scratch) / "out" / "result.json").read_text())


def _with_files(value, folder: Path, stem: str):
    """A copy of a request's value with files in the place of tensors."""
    if isinstance(value, dict):
        return {key: _with_files(v, folder, f"{stem}-{key}") for key, v in value.items()}
    if isinstance(value, list):
        return [_with_files(v, folder, f"{stem}-{at}") for at, v in enumerate(value)]
    if not isinstance(value, Tensor):
        return value
    path = folder / (stem + (".png" if value.ndim == 3 else ".mkv"))
    if value.ndim == 3:
        Image.fromarray(value.permute(1, 2, 0).contiguous().numpy()).save(path)
    else:
        save_clip(path, value)
    return path.name


def save_clip(path: Path, clip: Tensor) -> None:
    """Writes uint8 (3, T, H, W) without loss, as FFV1 at the studio's frame rate."""
    _, _, height, width = clip.shape
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24"]
    command += ["-s", f"{width}x{height}", "-r", str(FRAMES_PER_SECOND), "-i", "pipe:0"]
    command += ["-c:v", "ffv1", "-level", "3", "-pix_fmt", "bgr0", "-threads", "1"]
    command += ["-fflags", "+bitexact", "-flags:v", "+bitexact", str(path)]
    pixels = clip.permute(1, 2, 3, 0).contiguous().numpy().tobytes()
    subprocess.run(command, input=pixels, check=True)


def _frames(folder: Path) -> Tensor:
    """A result's frames, uint8 (3, T, H, W)."""
    paths = sorted(path for path in folder.rglob("*.png"))
    if not paths:
        raise SystemExit(f"{folder.name}: the engine gave no frames")
    frames = [np.array(Image.open(path).convert("RGB")) for path in paths]
    return torch.from_numpy(np.stack(frames)).permute(3, 0, 1, 2).contiguous()
