# SPDX-License-Identifier: Apache-2.0
"""The rendered world: what a scene is, how scenes are drawn by lot, how one becomes a clip.

A scene names five attributes: place, time of day, and a subject's kind, colour and motion.
Everything else (where the sun stands, how the hills roll) comes from a random generator.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np

from pretraining import subjects

HEIGHT, WIDTH, FRAMES, FRAMES_PER_SECOND = 64, 96, 17, 8

PLACES = ("sea", "hills", "desert", "mountains", "city", "snow")
TIMES = ("day", "sunset", "night")
KINDS = ("ball", "balloon", "star", "butterfly", "boat", "car")
COLOURS: dict[str, tuple[float, float, float]] = {
    "red": (0.90, 0.08, 0.08),
    "orange": (1.00, 0.50, 0.05),
    "yellow": (1.00, 0.90, 0.10),
    "green": (0.10, 0.72, 0.18),
    "blue": (0.10, 0.22, 0.95),
    "purple": (0.60, 0.14, 0.85),
    "white": (0.97, 0.97, 0.97),
}
MOTIONS = ("left", "right", "up", "down", "still")
ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "place": PLACES,
    "time": TIMES,
    "kind": KINDS,
    "colour": tuple(COLOURS),
    "motion": MOTIONS,
}
_KIND_WEIGHTS = (0.20, 0.20, 0.18, 0.16, 0.12, 0.14)
_MOTION_WEIGHTS = (1.0, 1.0, 0.85, 0.85, 0.5)

_ASPECT = WIDTH / HEIGHT

Plane = np.ndarray
"""A float32 picture (3, H, W) or clip (3, T, H, W) with values around 0 to 1."""


class Grid:
    """Where the pixels and frames of a clip lie: x and y in picture heights, t from 0 to 1.

    Attributes:
        x, y, t: float32 arrays (1, W), (H, 1) and (T, 1, 1).
        edge: the width over which an edge goes from inside to outside, a pixel and a bit.
    """

    def __init__(self, height: int = HEIGHT, width: int = WIDTH, frames: int = FRAMES) -> None:
        self.y = ((np.arange(height) + 0.5) / height).astype(np.float32)[:, None]
        self.x = ((np.arange(width) + 0.5) / height).astype(np.float32)[None, :]
        self.t = (np.arange(frames) / max(1, frames - 1)).astype(np.float32)[:, None, None]
        self.frames, self.edge = frames, 1.3 / height

    def inside(self, distance: np.ndarray, edge: float | None = None) -> np.ndarray:
        """Turns a signed distance (negative inside) into coverage 0 to 1 with a soft edge."""
        return np.clip(0.5 - distance / (edge or self.edge), 0, 1)


MODEL_GRID = Grid()


@dataclass(frozen=True)
class Scene:
    """The five attributes that a caption may name."""

    place: str
    time: str
    kind: str
    colour: str
    motion: str

    @property
    def held_out(self) -> bool:
        """Whether this combination is kept away from training (one in eleven)."""
        mix = (
            KINDS.index(self.kind) * 3
            + tuple(COLOURS).index(self.colour)
            + 2 * PLACES.index(self.place)
            + 5 * TIMES.index(self.time)
        )
        return mix % 11 == 0

    @property
    def labels(self) -> list[int]:
        """The index of each attribute, in the order of ATTRIBUTES."""
        return [values.index(getattr(self, name)) for name, values in ATTRIBUTES.items()]


def random_scene(lot: random.Random, held_out: bool = False) -> Scene:
    """Draws a scene by lot, from the training combinations or from the held-out ones."""
    while True:
        kind = lot.choices(KINDS, _KIND_WEIGHTS)[0]
        places, motions, weights = PLACES, MOTIONS, _MOTION_WEIGHTS
        if kind == "boat":
            places = ("sea",)
        if kind == "car":
            places = tuple(place for place in PLACES if place != "sea")
        if kind in ("boat", "car"):
            motions, weights = ("left", "right", "still"), (1.0, 1.0, 0.5)
        scene = Scene(
            lot.choice(places),
            lot.choice(TIMES),
            kind,
            lot.choice(tuple(COLOURS)),
            lot.choices(motions, weights)[0],
        )
        if scene.held_out == held_out:
            return scene


def render(
    scene: Scene, lot: random.Random, grid: Grid = MODEL_GRID, clay: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Renders a scene.

    Each part of the picture draws by a lot of its own, so that two scenes that are rendered
    from equal lots share what they can: a sea by day and by night have the same waves.

    Args:
        clay: every surface of one untextured grey under one light, as 3D programs preview.

    Returns the clip, uint8 (3, T, H, W), and the subject's coverage, uint8 (T, H, W), 0 to 255.
    """
    seed = lot.getrandbits(64)
    lots = {name: random.Random(f"{seed} {name}") for name in ("horizon", "sky", "ground", "path")}
    horizon = lots["horizon"].uniform(0.60, 0.66)
    paint = Paint(grid, scene.time, horizon, clay)
    still = _sky(paint, lots["sky"])
    _GROUNDS[scene.place](paint, still, lots["ground"])
    clip = np.repeat(still[:, None], grid.frames, axis=1)
    if scene.place == "sea":
        _waves(paint, clip, lots["ground"])
    if scene.time == "day" and not clay:
        _cloud(grid, clip, lots["sky"])
    pose = _path(scene, horizon, grid.t, lots["path"])
    colour = (0.92, 0.92, 0.92) if clay else COLOURS[scene.colour]
    light = 1.0 if clay else 0.72 + 0.28 * paint.light
    where = (grid.x, grid.y, grid.edge)
    covered = subjects.draw(clip, scene.kind, colour, light, pose, *where, clay)
    return (
        (np.clip(clip, 0, 1) * 255 + 0.5).astype(np.uint8),
        (covered * 255 + 0.5).astype(np.uint8),
    )


@dataclass(frozen=True)
class Paint:
    """What all parts of one picture share: pixels, light, horizon, and whether it is clay."""

    grid: Grid
    time: str
    horizon: float
    clay: bool

    @property
    def light(self) -> float:
        return 1.0 if self.clay else {"day": 1.0, "sunset": 0.72, "night": 0.40}[self.time]

    def tone(self, colour) -> tuple:
        """A surface's colour, or clay's."""
        return (0.56, 0.56, 0.56) if self.clay else tuple(colour)


def _blend(picture: Plane, colour, cover: np.ndarray) -> None:
    """Lays a colour (three numbers or planes) over the picture where cover is 1."""
    for channel in range(3):
        picture[channel] += (colour[channel] - picture[channel]) * cover


def _sky(paint: Paint, lot: random.Random) -> Plane:
    x_of, y_of, horizon, time = paint.grid.x, paint.grid.y, paint.horizon, paint.time
    top, bottom = {
        "day": ((0.30, 0.60, 0.98), (0.80, 0.92, 1.00)),
        "sunset": ((0.38, 0.15, 0.45), (1.00, 0.58, 0.20)),
        "night": ((0.01, 0.02, 0.11), (0.07, 0.10, 0.30)),
    }[time]
    if paint.clay:
        top, bottom = (0.66,) * 3, (0.74,) * 3
    depth = np.clip(y_of / horizon, 0, 1) + 0 * x_of
    picture = np.stack([a + (b - a) * depth for a, b in zip(top, bottom)]).astype(np.float32)
    if paint.clay:
        return picture
    if time == "day":
        x, y, radius, colour = lot.uniform(0.10, 0.30), lot.uniform(0.10, 0.15), 0.075, (1, 0.95, 0.5)
    elif time == "sunset":
        x, y, radius, colour = lot.uniform(0.35, 1.15), horizon - 0.03, 0.14, (1.0, 0.86, 0.35)
    else:
        x, y, radius, colour = lot.uniform(1.20, 1.40), lot.uniform(0.11, 0.16), 0.07, (0.95, 0.95, 0.85)
        for _ in range(9):
            star_x, star_y = lot.uniform(0.02, 1.48), lot.uniform(0.02, horizon - 0.15)
            squared = (x_of - star_x) ** 2 + (y_of - star_y) ** 2
            picture += 0.75 * np.exp(-squared / 0.00018)
    distance = np.sqrt((x_of - x) ** 2 + (y_of - y) ** 2) - radius
    _blend(picture, colour, paint.grid.inside(distance))
    if time != "night":
        _blend(picture, colour, 0.22 * np.exp(-np.maximum(distance, 0) * 8))
    return picture


def _cloud(grid: Grid, clip: Plane, lot: random.Random) -> None:
    x = lot.uniform(0.60, 1.30) + grid.t * lot.uniform(-0.10, 0.10)
    y, radius = lot.uniform(0.10, 0.18), 0.065
    squared = ((grid.x - x) / 2.6) ** 2 + (grid.y - y) ** 2
    _blend(clip, (1, 1, 1), 0.85 * np.clip(1.5 * (1 - squared / radius**2), 0, 1))


def _sea(paint: Paint, picture: Plane, lot: random.Random) -> None:
    grid, horizon, light = paint.grid, paint.horizon, paint.light
    near, far = {
        "day": ((0.03, 0.22, 0.52), (0.12, 0.46, 0.75)),
        "sunset": ((0.16, 0.12, 0.36), (0.72, 0.42, 0.38)),
        "night": ((0.01, 0.05, 0.16), (0.05, 0.14, 0.32)),
    }[paint.time]
    depth = np.clip((grid.y - horizon) / (1 - horizon), 0, 1)
    colour = [a * depth + b * (1 - depth) for a, b in zip(paint.tone(near), paint.tone(far))]
    _blend(picture, colour, grid.inside(horizon - grid.y) + 0 * grid.x)


def _waves(paint: Paint, clip: Plane, lot: random.Random) -> None:
    """Adds slow bands of light to the sea."""
    grid, horizon = paint.grid, paint.horizon
    depth = np.clip((grid.y - horizon) / (1 - horizon), 0, 1)
    phase, bend = lot.uniform(0, 6.28), lot.uniform(0, 6.28)
    bands = np.sin(depth * 17 + 0.8 * np.sin(grid.x * 4 + bend) + phase - grid.t * 4.5)
    strength = 0.08 if paint.clay else 0.20 * paint.light
    clip += strength * np.clip(bands, 0, 1) * grid.inside(horizon + 0.02 - grid.y, 0.05)


def _layers(paint: Paint, picture: Plane, rows, light: float) -> None:
    """Lays ground layers, each a crest (1, W) and a colour, from far to near."""
    for crest, colour, relief in rows:
        below = paint.grid.y - crest
        shade = light * (1 - relief * np.clip(below * 2.4, 0, 1))
        _blend(picture, [c * shade for c in paint.tone(colour)], paint.grid.inside(-below))


def _rolling(
    grid: Grid, base: float, height: float, lot: random.Random, pace: float = 3.2
) -> np.ndarray:
    first, second = lot.uniform(0, 6.28), lot.uniform(0, 6.28)
    wave = np.sin(grid.x * pace + first) + 0.5 * np.sin(grid.x * pace * 1.9 + second)
    return base + height * wave


def _hills(paint: Paint, picture: Plane, lot: random.Random) -> None:
    grid, horizon, light = paint.grid, paint.horizon, paint.light
    far = (_rolling(grid, horizon - 0.02, 0.045, lot), (0.34, 0.68, 0.26), 0.35)
    near = (_rolling(grid, horizon + 0.15, 0.035, lot), (0.20, 0.54, 0.14), 0.35)
    _layers(paint, picture, (far, near), light)


def _desert(paint: Paint, picture: Plane, lot: random.Random) -> None:
    grid, horizon, light = paint.grid, paint.horizon, paint.light
    far = (_rolling(grid, horizon + 0.01, 0.030, lot, 2.6), (0.94, 0.78, 0.46), 0.25)
    near = (_rolling(grid, horizon + 0.17, 0.040, lot, 2.2), (0.86, 0.64, 0.32), 0.30)
    _layers(paint, picture, (far, near), light)


def _snow(paint: Paint, picture: Plane, lot: random.Random) -> None:
    grid, horizon, light = paint.grid, paint.horizon, paint.light
    far = (_rolling(grid, horizon + 0.01, 0.025, lot, 2.8), (0.86, 0.91, 0.99), 0.12)
    near = (_rolling(grid, horizon + 0.17, 0.025, lot, 2.4), (0.97, 0.98, 1.00), 0.15)
    _layers(paint, picture, (far,), light * 0.92)
    for slot in range(3):
        x = 0.15 + slot * 0.55 + lot.uniform(-0.08, 0.08)
        foot, height = horizon + 0.07, lot.uniform(0.20, 0.26)
        half = (grid.y - foot + height) * 0.42
        tree = np.maximum(np.abs(grid.x - x) - half, grid.y - foot)
        _blend(picture, [c * light for c in paint.tone((0.08, 0.30, 0.20))], grid.inside(tree))
    _layers(paint, picture, (near,), light * 0.95)


def _mountains(paint: Paint, picture: Plane, lot: random.Random) -> None:
    grid, horizon, light = paint.grid, paint.horizon, paint.light
    offset = lot.uniform(-0.12, 0.12)
    for x, peak, slope in ((0.30, 0.26, 1.05), (1.22, 0.30, 1.05), (0.78, 0.20, 1.0)):
        x = x + offset + lot.uniform(-0.05, 0.05)
        peak = peak + lot.uniform(-0.03, 0.03)
        rock = peak + np.abs(grid.x - x) * slope
        side = np.where(grid.x < x, 0.48, 0.36) * light * (1.45 if paint.clay else 1)
        body = grid.inside(rock - grid.y)
        _blend(picture, [side, side, side * (1 if paint.clay else 1.12)], body)
        if paint.clay:
            continue
        cap = grid.inside(grid.y - peak - 0.13, 0.05) * body
        _blend(picture, [0.95 * light, 0.96 * light, 1.0 * light], cap)
    meadow = (_rolling(grid, horizon + 0.17, 0.02, lot), (0.24, 0.42, 0.26), 0.3)
    _layers(paint, picture, (meadow,), light)


def _city(paint: Paint, picture: Plane, lot: random.Random) -> None:
    grid, horizon, light = paint.grid, paint.horizon, paint.light
    left = lot.uniform(-0.12, 0.0)
    glow = (1.0, 0.86, 0.42) if paint.time != "day" else (0.62, 0.78, 0.90)
    while left < _ASPECT:
        width = lot.choice((0.1875, 0.25))
        roof = horizon + lot.uniform(-0.34, -0.08)
        tone = lot.uniform(0.26, 0.46) * (0.35 + 0.65 * light)
        block = np.maximum(np.abs(grid.x - left - width / 2) - width / 2 + 0.008, roof - grid.y)
        body = grid.inside(block)
        if paint.clay:
            _blend(picture, (tone + 0.25,) * 3, body)
            left += width
            continue
        _blend(picture, (tone, tone, tone * 1.2), body)
        # Windows: squares of four pixels on a raster of eight, counted from the roof.
        across = np.abs(((grid.x - left) * 8 + 0.25) % 1.0 - 0.75)
        down = np.abs(((grid.y - roof) * 8) % 1.0 - 0.6)
        window = grid.inside((np.maximum(across, down) - 0.25) / 8) * grid.inside(block + 0.03)
        _blend(picture, glow, 0.85 * window)
        left += width
    road = 0.27 * (0.35 + 0.65 * light)
    _blend(picture, (0.58,) * 3 if paint.clay else (road, road, road * 1.08), grid.inside(horizon + 0.18 - grid.y) + 0 * grid.x)


_GROUNDS = {
    "sea": _sea,
    "hills": _hills,
    "desert": _desert,
    "mountains": _mountains,
    "city": _city,
    "snow": _snow,
}


def _path(scene: Scene, horizon: float, t: np.ndarray, lot: random.Random) -> subjects.Pose:
    """Where the subject is in each frame: (T, 1, 1) arrays in units of the picture's height."""
    radius = lot.uniform(0.150, 0.175)
    x = np.full_like(t, _ASPECT / 2 + lot.uniform(-0.25, 0.25))
    y = np.full_like(t, lot.uniform(0.36, 0.52))
    if scene.kind == "boat":
        y = np.full_like(t, horizon + 0.04)
    if scene.kind == "car":
        y = np.full_like(t, 0.80)
    travel = lot.uniform(0.80, 0.95)
    facing = lot.choice((-1, 1))
    if scene.motion in ("left", "right"):
        facing = -1 if scene.motion == "left" else 1
        x = _ASPECT / 2 + lot.uniform(-0.08, 0.08) + facing * travel * (t - 0.5)
    if scene.motion in ("up", "down"):
        sign = -1 if scene.motion == "up" else 1
        y = 0.49 + lot.uniform(-0.03, 0.03) + sign * 0.62 * (t - 0.5)
    if scene.kind == "boat":
        y = y + 0.012 * np.sin(t * 9 + lot.uniform(0, 6.28))
    return subjects.Pose(x, y, radius, facing, lot.uniform(0, 6.28), t)
