# SPDX-License-Identifier: Apache-2.0
"""Writes values/frames.safetensors: what the picture operations of Generation/Frames must give.

    python make_frames_golden.py            # into the folder of this file

All values are float32. Of long results every n-th value is kept; `sampled` says which.
"""

import argparse
import math
import pathlib

import numpy
import torch
from diffusers import WanVACEPipeline
from diffusers.image_processor import VaeImageProcessor
from diffusers.video_processor import VideoProcessor
from PIL import Image
from safetensors.numpy import save_file

# Picture, canvas (both width x height) and how many pixels make a latent.
CANVASES = [
    (64, 48, 64, 48, 8), (64, 48, 32, 32, 8), (16, 16, 48, 32, 8), (17, 31, 48, 48, 8),
    (33, 65, 32, 64, 4), (100, 20, 16, 64, 8), (20, 100, 64, 16, 8), (8, 8, 16, 16, 8),
    (15, 8, 16, 16, 8), (250, 12, 64, 16, 4), (999, 61, 832, 480, 8), (61, 999, 832, 480, 8),
    (1920, 1080, 832, 480, 8), (1081, 721, 96, 64, 4), (832, 480, 832, 480, 8), (9, 17, 512, 16, 8),
    (989, 398, 48, 16, 16), (83, 361, 48, 16, 16),
]

# Picture, result.
RESAMPLINGS = [
    (17, 31, 16, 24), (16, 16, 5, 7), (16, 16, 33, 48), (5, 40, 5, 12), (40, 5, 12, 5), (1, 1, 3, 4),
    (300, 2, 7, 2), (13, 13, 1, 1),
]

# Structure, width, height.
BLURS = [(1, 16, 16), (0.9, 40, 33), (0.6, 61, 80), (0.3, 96, 64), (0, 33, 120), (0, 16, 16), (0.5, 1, 5)]

# Picture, pan, tilt, zoom, roll, frames, index.
VIEWS = [
    (24, 16, 3, -4, 5, 6, 17, 9), (31, 17, -10, 2, -10, 0, 5, 4), (16, 16, 0, 0, -7, -10, 9, 8),
    (24, 16, 0.5, 10, 10, 2, 33, 32),
]


def pattern(width, height):
    """A picture without any smoothness, (height, width, 3)."""
    y, x, c = numpy.mgrid[0:height, 0:width, 0:3]
    return (((x * 7 + y * 13 + c * 29) ^ (x * y * (c + 1))) & 255).astype(numpy.uint8)


def hues(width, height, red, green, blue):
    """A picture with smooth, correlated colours, (height, width, 3)."""
    y, x = numpy.mgrid[0:height, 0:width]
    first, second = x * 90 // width, y * 60 // height
    return numpy.stack(
        [red + first, green + (first + second) // 2, blue + second], axis=-1).astype(numpy.uint8)


def sampled(values):
    """At most about 400 of the values: every n-th, n odd."""
    values = numpy.asarray(values, dtype=numpy.float32).reshape(-1)
    return values[:: len(values) // 400 | 1].copy()


def canvas(picture, width, height, multiple):
    class Pipeline:
        video_processor = VideoProcessor(vae_scale_factor=multiple)
    *_, references = WanVACEPipeline.preprocess_conditions(
        Pipeline(), None, None, [Image.fromarray(picture)], 1, height, width, 1, torch.float32, "cpu")
    return references[0][0].numpy()


def grey(picture):
    """OpenCV's BGR2GRAY of RGB data: 15-bit weights."""
    wide = picture.astype(numpy.int64)
    return (wide @ numpy.array([3735, 19235, 9798]) + (1 << 14)) >> 15


def blur(picture, structure):
    values = grey(picture).astype(numpy.float64)
    sigma = len(values) / 480 * (2 ** (7 * (1 - structure)) - 1) / 2
    if sigma == 0:
        return values
    reach = math.ceil(8 * sigma)
    kernel = numpy.exp(-numpy.arange(-reach, reach + 1) ** 2 / (2 * sigma**2))
    kernel /= kernel.sum()
    for axis in (0, 1):
        padding = [(reach, reach) if axis == side else (0, 0) for side in (0, 1)]
        wide = numpy.pad(values, padding, mode="edge")
        values = numpy.apply_along_axis(numpy.convolve, axis, wide, kernel, mode="valid")
    return values


def catmull_rom(x):
    x = abs(x)
    if x < 1:
        return 1.5 * x**3 - 2.5 * x**2 + 1
    return -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2 if x < 2 else 0


def view(picture, pan, tilt, zoom, roll, frames, index):
    """Every output pixel by the definition: all samples of the still, each by its weight."""
    height, width, _ = picture.shape
    progress = index / (frames - 1)
    size = 2 ** (-zoom / 10 * progress)
    angle = math.radians(45) * roll / 10 * progress
    result = numpy.full((height, width, 3), 128.0)
    widening = max(size, 1)
    for row in range(height):
        for column in range(width):
            u, v = (column + 0.5 - width / 2) * size, (row + 0.5 - height / 2) * size
            x = width / 2 + pan / 10 * progress * width / 2 + u * math.cos(angle) - v * math.sin(angle)
            y = height / 2 - tilt / 10 * progress * height / 2 + u * math.sin(angle) + v * math.cos(angle)
            if not (-1e-9 <= x <= width + 1e-9 and -1e-9 <= y <= height + 1e-9):
                continue
            across = numpy.zeros(width)
            down = numpy.zeros(height)
            for k in range(-20, width + 20):
                across[min(max(k, 0), width - 1)] += catmull_rom((k + 0.5 - x) / widening)
            for k in range(-20, height + 20):
                down[min(max(k, 0), height - 1)] += catmull_rom((k + 0.5 - y) / widening)
            result[row, column] = numpy.einsum(
                "i,j,ijc->c", down / down.sum(), across / across.sum(), picture.astype(float))
    return numpy.clip(result, 0, 255)


def matched(picture, old, new):
    """The map of Monge and Kantorovich, one level of noise added to either covariance."""
    def statistics(image):
        colours = image.reshape(-1, 3).astype(float)
        return colours.mean(0), numpy.cov(colours.T, bias=True) + numpy.eye(3)
    def power(matrix, exponent):
        values, axes = numpy.linalg.eigh(matrix)
        return axes @ numpy.diag(values**exponent) @ axes.T
    (mean, a), (target, b) = statistics(old), statistics(new)
    root, inverse = power(a, 0.5), power(a, -0.5)
    map = inverse @ power(root @ b @ root, 0.5) @ inverse
    values, axes = numpy.linalg.eigh(map)
    map = axes @ numpy.diag(numpy.clip(values, 0.5, 2)) @ axes.T
    return numpy.clip((picture.reshape(-1, 3) - mean) @ map.T + target, 0, 255)


def lab(colours):
    light = colours / 255
    light = numpy.where(light <= 0.04045, light / 12.92, ((light + 0.055) / 1.055) ** 2.4)
    xyz = light @ numpy.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]).T
    t = xyz / [0.9505, 1, 1.089]
    x, y, z = numpy.where(t > (6 / 29) ** 3, numpy.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29).T
    return numpy.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    folder = pathlib.Path(__file__).parent
    parser.add_argument("--into", type=pathlib.Path, default=folder)
    into = parser.parse_args().into / "values"
    golden = {}
    for w, h, width, height, multiple in CANVASES:
        name = f"canvas.{w}x{h}.{width}x{height}.{multiple}"
        golden[name] = sampled(canvas(pattern(w, h), width, height, multiple))
    for w, h, width, height in RESAMPLINGS:
        image = Image.fromarray(pattern(w, h)).resize((width, height), Image.Resampling.LANCZOS)
        golden[f"lanczos.{w}x{h}.{width}x{height}"] = sampled(numpy.array(image))
    levels = Image.fromarray(numpy.arange(256, dtype=numpy.uint8).reshape(16, 16)).convert("RGB")
    golden["levels"] = VaeImageProcessor().preprocess(levels)[0, 0].numpy().reshape(-1)
    for structure, width, height in BLURS:
        golden[f"blur.{float(structure)}.{width}x{height}"] = sampled(blur(pattern(width, height), structure))
    for w, h, *rest in VIEWS:
        *moves, frames, index = rest
        name = "_".join(map(str, map(float, moves)))
        golden[f"view.{w}x{h}.{name}.{frames}.{index}"] = sampled(view(pattern(w, h), *rest))
    one, other = hues(40, 30, 20, 60, 30), hues(40, 30, 70, 40, 120)[:, ::-1]
    flat = numpy.full((16, 16, 3), 90, dtype=numpy.uint8)
    for name, old, new in [
        ("soft", one, other), ("wild", one, pattern(40, 30)), ("flat", flat, one), ("back", other, flat),
    ]:
        golden[f"match.{name}"] = sampled(matched(one, old, new))
    pairs = numpy.random.default_rng(5).integers(0, 256, (60, 2, 3)).astype(numpy.float32)
    golden["lab.pairs"] = pairs.reshape(60, 6)
    golden["lab.distances"] = numpy.linalg.norm(
        lab(pairs[:, 0].astype(float)) - lab(pairs[:, 1].astype(float)), axis=-1).astype(numpy.float32)
    corners = lab(numpy.array([[r, g, b] for r in (0, 255) for g in (0, 255) for b in (0, 255)], float))
    print("largest distance", max(numpy.linalg.norm(a - b) for a in corners for b in corners))
    save_file({k: numpy.ascontiguousarray(v, dtype=numpy.float32) for k, v in golden.items()},
              into / "frames.safetensors")


if __name__ == "__main__":
    main()
