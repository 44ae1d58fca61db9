# SPDX-License-Identifier: Apache-2.0
"""python -m pretraining.example_media --to examples/media

Renders the pictures and clips that the example requests name. Everything comes from fixed
seeds; clips and their sound are packed by the ffmpeg program.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import tempfile
import wave
from pathlib import Path

import numpy as np
from PIL import Image

from pretraining import mockup
from pretraining.studio.canvas import Size
from pretraining.studio.footage import render
from pretraining.studio.scene import COLOURS, FRAMES, Scene

PICTURE, CLIP = (256, 384), (128, 192)
FRAMES_PER_SECOND, SECONDS, SAMPLE_RATE = 24, 3, 48_000
_HARBOUR = Scene("sea", "sunset", "boat", "red", "right")
_STYLE = Scene("hills", "day", "balloon", "purple", "still", look="watercolour")
_WALK = Scene("hills", "day", "car", "red", "right")
_RENDER = Scene("city", "sunset", "balloon", "orange", "up")
_STORY = Scene("mountains", "day", "balloon", "yellow", "right")
_MOCKUP = Scene("desert", "day", "ball", "blue", "left")


def shoot(scene: Scene, seed: int, size: tuple[int, int], frames: int, untextured=False):
    """Clip and cover of a scene at a size (height, width)."""
    footage = render([scene], [seed], untextured=untextured, size=Size(*size, frames))
    return footage.clips[0].numpy(), footage.covers[0].numpy()


def save_picture(path: Path, pixels: np.ndarray) -> None:
    """Writes uint8 (3, H, W) or (H, W) as a PNG."""
    image = pixels if pixels.ndim == 2 else pixels.transpose(1, 2, 0)
    Image.fromarray(np.ascontiguousarray(image)).save(path, optimize=True)


def save_clip(path: Path, clip: np.ndarray, sound: np.ndarray | None = None) -> None:
    """Writes uint8 (3, T, H, W) as H.264 in an MP4, with a sound (samples,) in -1...1."""
    _, _, height, width = clip.shape
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y"]
    command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}"]
    command += ["-r", str(FRAMES_PER_SECOND), "-i", "pipe:0"]
    with tempfile.TemporaryDirectory() as scratch:
        if sound is not None:
            track = Path(scratch) / "sound.wav"
            with wave.open(str(track), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(SAMPLE_RATE)
                file.writeframes((sound * 32767).astype("<i2").tobytes())
            command += ["-i", str(track), "-c:a", "aac", "-b:a", "64k"]
        # One thread and no version strings: the same bytes from the same ffmpeg.
        command += ["-vf", "scale=out_color_matrix=bt709:out_range=tv", "-pix_fmt", "yuv420p"]
        command += ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"]
        command += ["-c:v", "libx264", "-preset", "veryslow", "-crf", "18", "-threads", "1"]
        command += ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"]
        command += ["-movflags", "+faststart", str(path)]
        pixels = np.ascontiguousarray(clip.transpose(1, 2, 3, 0)).tobytes()
        subprocess.run(command, input=pixels, check=True)


def engine_sound() -> np.ndarray:
    """A little motor: a low tone with overtones that beats, swelling and fading."""
    time = np.arange(SAMPLE_RATE * SECONDS) / SAMPLE_RATE
    tone = sum(np.sin(2 * np.pi * 70 * n * time) / n for n in (1, 2, 3, 5))
    beat = 0.6 + 0.4 * np.sin(2 * np.pi * 9 * time)
    return 0.12 * tone * beat * np.sin(np.pi * time / SECONDS)


def sheet(panels: list[np.ndarray], gutter: int = 12) -> np.ndarray:
    """Panels side by side on white."""
    _, height, width = panels[0].shape
    canvas = np.full((3, height + 2 * gutter, gutter + len(panels) * (width + gutter)), 255)
    for number, panel in enumerate(panels):
        left = gutter + number * (width + gutter)
        canvas[:, gutter:-gutter, left : left + width] = panel
    return canvas.astype(np.uint8)


def write(to: Path) -> None:
    """Writes all examples into a folder."""
    to.mkdir(parents=True, exist_ok=True)
    harbour, _ = shoot(_HARBOUR, 5, PICTURE, FRAMES)
    save_picture(to / "harbour.png", harbour[:, 0])
    save_picture(to / "last.png", harbour[:, -1])
    style, _ = shoot(_STYLE, 8, PICTURE, FRAMES)
    save_picture(to / "style.png", style[:, FRAMES // 2])
    count = FRAMES_PER_SECOND * SECONDS
    walk, cover = shoot(_WALK, 3, CLIP, count)
    save_clip(to / "walk.mp4", walk, engine_sound())
    mask = np.where(cover > 127, 255, 0).astype(np.uint8)
    save_picture(to / "mask.png", mask[0])
    save_clip(to / "mask.mp4", np.repeat(mask[None], 3, 0))
    _, cover = shoot(_MOCKUP, 2, CLIP, count)
    plan = mockup.boxes(cover, random.Random(2), COLOURS[_MOCKUP.colour])
    save_clip(to / "mockup.mp4", plan)
    save_clip(to / "render.mp4", shoot(_RENDER, 4, CLIP, count, untextured=True)[0])
    story = render([_STORY], [6], size=Size(*PICTURE, FRAMES)).key_frames(3)[0].numpy()
    panels = [story[:, at] for at in range(3)]
    for number, panel in enumerate(panels, 1):
        save_picture(to / f"panel-{number}.png", panel)
    save_picture(to / "sheet.png", sheet(panels))


def main() -> None:
    """Writes the example media."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=Path("examples/media"))
    write(parser.parse_args().to)


if __name__ == "__main__":
    main()
