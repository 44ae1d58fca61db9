# SPDX-License-Identifier: Apache-2.0
"""What a scene is: eight attributes that a caption may name, and how they are drawn by lot."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

HEIGHT, WIDTH, FRAMES, FRAMES_PER_SECOND = 64, 96, 17, 8

PLACES = ("sea", "hills", "desert", "mountains", "city", "snow", "forest", "space")
TIMES = ("day", "sunset", "night")
KINDS = ("ball", "balloon", "star", "heart", "butterfly", "fish", "rocket", "boat", "car", "cat")
COLOURS: dict[str, tuple[float, float, float]] = {
    "red": (0.90, 0.08, 0.08),
    "orange": (1.00, 0.50, 0.05),
    "yellow": (1.00, 0.90, 0.10),
    "green": (0.10, 0.72, 0.18),
    "blue": (0.10, 0.22, 0.95),
    "purple": (0.60, 0.14, 0.85),
    "white": (0.97, 0.97, 0.97),
}
MOTIONS = ("left", "right", "up", "down", "bounce", "orbit", "still")
WEATHERS = ("clear", "fog", "rain", "snowfall")
CAMERAS = ("still", "pan left", "pan right", "zoom in", "zoom out")
LOOKS = ("flat", "watercolour", "neon", "pixel", "sketch", "monochrome", "clay")
# Can be rendered, and is never drawn by lot nor labelled: what a style is to teach must be new.
UNSEEN_LOOKS = ("blueprint",)

ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "place": PLACES,
    "time": TIMES,
    "kind": KINDS,
    "colour": tuple(COLOURS),
    "motion": MOTIONS,
    "weather": WEATHERS,
    "camera": CAMERAS,
    "look": LOOKS,
}

_KIND_SHARES = (1.0, 1.1, 1.0, 1.0, 1.0, 1.0, 1.0, 0.8, 1.0, 0.9)
_MOTION_SHARES = (1.0, 1.0, 0.9, 0.9, 0.5, 0.5, 0.5)
_WEATHER_SHARES = (0.79, 0.07, 0.07, 0.07)
_CAMERA_SHARES = (0.84, 0.04, 0.04, 0.04, 0.04)
_LOOK_SHARES = (0.52, 0.08, 0.08, 0.08, 0.08, 0.08, 0.08)


@dataclass(frozen=True)
class Scene:
    """One value for each key of ATTRIBUTES."""

    place: str
    time: str
    kind: str
    colour: str
    motion: str
    weather: str = "clear"
    camera: str = "still"
    look: str = "flat"

    @property
    def held_out(self) -> bool:
        """Whether this combination of kind, colour, place and time is kept away from training
        (one in eleven)."""
        mix = (
            KINDS.index(self.kind) * 3
            + tuple(COLOURS).index(self.colour)
            + 2 * PLACES.index(self.place)
            + 5 * TIMES.index(self.time)
        )
        return mix % 11 == 0

    @property
    def labels(self) -> list[int]:
        """The index of each attribute, in the order of ATTRIBUTES; an error for an unseen look,
        which so stays out of everything that is kept for training."""
        if self.look in UNSEEN_LOOKS:
            raise ValueError(f"the look {self.look} is kept from pretraining")
        return [values.index(getattr(self, name)) for name, values in ATTRIBUTES.items()]

    @staticmethod
    def of(labels: list[int]) -> Scene:
        """The scene that `labels` came from."""
        return Scene(*(names[at] for names, at in zip(ATTRIBUTES.values(), labels)))

    def but(self, **attributes: str) -> Scene:
        """The same scene with some attributes changed."""
        return replace(self, **attributes)


def places_of(kind: str) -> tuple[str, ...]:
    """Where a kind of subject can be: boats on the sea, what walks or drives on land."""
    if kind == "boat":
        return ("sea",)
    if kind in ("car", "cat"):
        return tuple(place for place in PLACES if place not in ("sea", "space"))
    return PLACES


def motions_of(kind: str) -> tuple[str, ...]:
    """How a kind of subject can move: what is bound to the ground goes sideways or stays."""
    return ("left", "right", "still") if kind in ("boat", "car", "cat") else MOTIONS


def random_scene(lot: random.Random, held_out: bool = False, plain: bool = False) -> Scene:
    """Draws a scene by lot, from the training combinations or from the held-out ones.

    A plain scene is flat, in clear weather, under a camera that stands still.
    """
    while True:
        kind = lot.choices(KINDS, _KIND_SHARES)[0]
        motions = motions_of(kind)
        shares = [share for name, share in zip(MOTIONS, _MOTION_SHARES) if name in motions]
        place = lot.choice(places_of(kind))
        weather = lot.choices(WEATHERS, _WEATHER_SHARES)[0]
        camera = lot.choices(CAMERAS, _CAMERA_SHARES)[0]
        look = lot.choices(LOOKS, _LOOK_SHARES)[0]
        scene = Scene(
            place,
            # There is no day in space.
            "night" if place == "space" else lot.choice(TIMES),
            kind,
            lot.choice(tuple(COLOURS)),
            # A pan moves all of the picture sideways, so that what goes sideways would hide it.
            "still" if camera.startswith("pan") else lot.choices(motions, shares)[0],
            "clear" if place == "space" else weather,
            camera,
            look,
        )
        if plain:
            scene = scene.but(weather="clear", camera="still", look="flat")
        if scene.held_out == held_out:
            return scene
