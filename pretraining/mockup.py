# SPDX-License-Identifier: Apache-2.0
"""What people draw before a film is made: boxes where things will be, flat colours, grey."""

from __future__ import annotations

import random

import numpy as np


def grey(clip: np.ndarray, structure: float) -> np.ndarray:
    """Structure control of a clip, uint8 (3, T, H, W), as the engine computes it.

    The grey that VACE feeds (red and blue change places), blurred by a Gaussian of
    (H / 480)·(2^t - 1) / 2 pixels with t = 7·(1 - structure), edges going on, rounded.
    """
    weights = np.array([3735, 19235, 9798]).reshape(3, 1, 1, 1)
    plane = ((clip.astype(np.int64) * weights).sum(0) + 16384 >> 15).astype(np.float32)
    sigma = clip.shape[2] / 480 * (2 ** (7 * (1 - structure)) - 1) / 2
    if sigma > 0.05:
        plane = _blur(_blur(plane, sigma, 1), sigma, 2)
    return np.repeat((plane + 0.5).astype(np.uint8)[None], 3, 0)


def _blur(planes: np.ndarray, sigma: float, axis: int) -> np.ndarray:
    """A Gaussian along one axis, as a product with a matrix that repeats the edges."""
    size = planes.shape[axis]
    radius = int(np.ceil(4 * sigma))
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    matrix = np.zeros((size, size), np.float32)
    for row in range(size):
        columns = np.clip(np.arange(row - radius, row + radius + 1), 0, size - 1)
        np.add.at(matrix[row], columns, kernel)
    return np.moveaxis(np.tensordot(planes, matrix, ([axis], [1])), -1, axis)


def box(cover: np.ndarray) -> tuple[int, int, int, int] | None:
    """The box (left, top, right, bottom; right and bottom outside) of a cover (H, W)."""
    rows, columns = np.nonzero(cover > 127)
    if not len(rows):
        return None
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


def boxes(
    cover: np.ndarray, lot: random.Random, colour: tuple[float, ...] | None = None
) -> np.ndarray:
    """A mock-up clip, uint8 (3, T, H, W): flat sky, flat ground, a box for the subject.

    Tones are drawn by lot, but for the subject's if a colour (0 to 1) is given.
    """
    frames, height, width = cover.shape
    sky = [lot.uniform(0.55, 0.95) for _ in range(3)]
    ground = [lot.uniform(0.15, 0.50) for _ in range(3)]
    tone = colour or [lot.choice((lot.uniform(0.0, 0.2), lot.uniform(0.7, 1.0))) for _ in range(3)]
    clip = np.empty((3, frames, height, width), np.float32)
    clip[:] = np.array(sky).reshape(3, 1, 1, 1)
    clip[:, :, round(height * lot.uniform(0.58, 0.70)) :] = np.array(ground).reshape(3, 1, 1, 1)
    for frame in range(frames):
        if found := box(cover[frame]):
            left, top, right, bottom = found
            part = clip[:, frame, top:bottom, left:right]
            part[:] = np.array(tone).reshape(3, 1, 1)
    return (clip * 255 + 0.5).astype(np.uint8)


def on_white(clip: np.ndarray, cover: np.ndarray, frame: int, zoom: bool) -> np.ndarray:
    """The subject of one frame on white, uint8 (3, H, W); zoomed in twice if asked for."""
    share = cover[frame].astype(np.float32) / 255
    picture = clip[:, frame] * share + 255 * (1 - share)
    found = box(cover[frame])
    if found:
        left, top, right, bottom = found
        _, height, width = picture.shape
        down = height // 2 - (top + bottom) // 2
        across = width // 2 - (left + right) // 2
        picture = _shifted(picture, down, across)
        if zoom:
            inner = picture[:, height // 4 : height - height // 4, width // 4 : width - width // 4]
            picture = inner.repeat(2, 1).repeat(2, 2)
    return (picture + 0.5).astype(np.uint8)


def _shifted(picture: np.ndarray, down: int, across: int) -> np.ndarray:
    """The picture moved, white coming in at the edges."""
    _, height, width = picture.shape
    result = np.full_like(picture, 255)
    into = np.s_[:, max(0, down) : height + min(0, down), max(0, across) : width + min(0, across)]
    of = np.s_[:, max(0, -down) : height + min(0, -down), max(0, -across) : width + min(0, -across)]
    result[into] = picture[of]
    return result
