# SPDX-License-Identifier: Apache-2.0
"""What the control branch is asked for: a scene's clip, and what of it is given.

A task gives a control clip in -1...1 with 0 (mid-grey) for what is missing, a mask with 1 for
what is to be made, and reference pictures: the same three things the eight modes feed.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import numpy as np

from pretraining import mockup
from pretraining.studio.footage import render
from pretraining.studio.scene import (
    COLOURS,
    FRAMES,
    HEIGHT,
    KINDS,
    LOOKS,
    TIMES,
    WIDTH,
    Scene,
    motions_of,
    places_of,
)

# Places whose ground has the same shape, so that one can stand for another.
_SOFT = ("hills", "desert", "snow")


@dataclass
class Given:
    """What a task gives the model.

    Attributes:
        task: the task's name, a key of TASKS.
        scene: what the target shows; its caption is the prompt.
        video: float32 (3, T, H, W) in -1...1, or None for nothing at all (mid-grey).
        mask: float32 (T, H, W), 1 where something is to be made, or None for everywhere.
        references: uint8 pictures (3, H, W), the user's first one first.
        wordless: the chance that the prompt is left out.
    """

    task: str
    scene: Scene
    video: np.ndarray | None = None
    mask: np.ndarray | None = None
    references: list[np.ndarray] = field(default_factory=list)
    wordless: float = 0.10


class Take:
    """One rendered scene, and other renders of the same geometry."""

    def __init__(self, scene: Scene, seed: int) -> None:
        self.scene, self.seed = scene, seed
        self.footage = render([scene], [seed])
        self.clip, self.cover = self.footage.clips[0].numpy(), self.footage.covers[0].numpy()

    @property
    def signal(self) -> np.ndarray:
        """The clip in -1...1."""
        return self.clip.astype(np.float32) / 127.5 - 1

    def untextured(self) -> np.ndarray:
        """The same geometry in one grey."""
        return self.footage.untextured()[0].numpy()

    def relit(self, lot: random.Random) -> np.ndarray:
        """The same geometry at another time, the subject in another colour, at times elsewhere,
        often in another look."""
        other = self.scene.but(
            colour=lot.choice(tuple(COLOURS)),
            look="flat" if lot.random() < 0.6 else lot.choice(LOOKS),
        )
        if other.place != "space":
            other = other.but(time=lot.choice(TIMES))
        if other.place in _SOFT and lot.random() < 0.5:
            other = other.but(place=lot.choice(_SOFT))
        return render([other], [self.seed]).clips[0].numpy()

    def another(self, lot: random.Random) -> np.ndarray:
        """A picture of the same place, time and look, at times with another subject."""
        scene = self.scene
        if lot.random() < 0.5:
            kinds = [
                k for k in KINDS if scene.place in places_of(k) and scene.motion in motions_of(k)
            ]
            scene = scene.but(kind=lot.choice(kinds), colour=lot.choice(tuple(COLOURS)))
        clip = render([scene], [lot.getrandbits(64)]).clips[0].numpy()
        return clip[:, lot.randrange(FRAMES)]


def structure(lot: random.Random, usual: float) -> float:
    """A structure 0...1 by lot, most often near a mode's usual one."""
    if lot.random() < 0.3:
        return lot.random()
    return min(1.0, max(0.0, lot.gauss(usual, 0.15)))


def _kept(take: Take, frames: set[int]) -> tuple[np.ndarray, np.ndarray]:
    """Video and mask that keep some frames."""
    mask = np.ones((FRAMES, HEIGHT, WIDTH), np.float32)
    mask[sorted(frames)] = 0
    return take.signal * (1 - mask), mask


def _control(clip: np.ndarray, amount: float) -> np.ndarray:
    return mockup.grey(clip, amount).astype(np.float32) / 127.5 - 1


def _subject(take: Take, lot: random.Random, zoom: bool | None = None) -> np.ndarray:
    """The subject on white, from any frame in which it is seen."""
    seen = np.flatnonzero((take.cover > 127).any((1, 2)))
    frame = int(lot.choice(seen)) if len(seen) else 0
    return mockup.on_white(
        take.clip, take.cover, frame, lot.random() < 0.6 if zoom is None else zoom
    )


def first(take: Take, lot: random.Random) -> Given:
    return Given("first", take.scene, *_kept(take, {0}), wordless=0.35)


def last(take: Take, lot: random.Random) -> Given:
    return Given("last", take.scene, *_kept(take, {FRAMES - 1}), wordless=0.35)


def ends(take: Take, lot: random.Random) -> Given:
    return Given("ends", take.scene, *_kept(take, {0, FRAMES - 1}), wordless=0.35)


def panels(take: Take, lot: random.Random) -> Given:
    """One to five frames at times drawn by lot, the first one often among them."""
    frames = set(lot.sample(range(FRAMES), lot.randint(1, 5)))
    if lot.random() < 0.5:
        frames |= {0, FRAMES - 1} if lot.random() < 0.5 else {0}
    return Given("panels", take.scene, *_kept(take, frames), wordless=0.2)


def extend(take: Take, lot: random.Random) -> Given:
    """The first frames kept; at times the last four, too, as where a loop closes."""
    count = 5 if lot.random() < 0.6 else lot.choice((1, 2, 3, 4, 6, 7, 8, 9))
    frames = set(range(count))
    if lot.random() < 0.25:
        frames |= set(range(FRAMES - 4, FRAMES))
    return Given("extend", take.scene, *_kept(take, frames), wordless=0.25)


def reference(take: Take, lot: random.Random) -> Given:
    """One to three pictures: the subject on white, the place, any frame of the clip."""
    makers = [
        lambda: _subject(take, lot),
        lambda: take.clip[:, lot.randrange(FRAMES)],
        lambda: take.another(lot),
    ]
    count = lot.choices((1, 2, 3), (0.7, 0.22, 0.08))[0]
    pictures = [lot.choice(makers)() for _ in range(count)]
    return Given("reference", take.scene, references=pictures, wordless=0.5)


def first_and_reference(take: Take, lot: random.Random) -> Given:
    video, mask = _kept(take, {0})
    pictures = [_subject(take, lot)]
    return Given("first_and_reference", take.scene, video, mask, pictures, 0.25)


def grey(take: Take, lot: random.Random) -> Given:
    """Structure control by the clip itself."""
    return Given("grey", take.scene, _control(take.clip, structure(lot, 0.6)))


def restyle(take: Take, lot: random.Random) -> Given:
    """Structure control by the same geometry under another look; the prompt names the new one."""
    return Given("restyle", take.scene, _control(take.relit(lot), structure(lot, 0.6)), wordless=0)


def style(take: Take, lot: random.Random) -> Given:
    """As above, and a picture that shows the new look, most often without words."""
    source = take.untextured() if lot.random() < 0.3 else take.relit(lot)
    video = _control(source, structure(lot, 0.6))
    return Given("style", take.scene, video, None, [take.another(lot)], 0.6)


def untextured(take: Take, lot: random.Random) -> Given:
    return Given("untextured", take.scene, _control(take.untextured(), structure(lot, 0.9)))


def mock_up(take: Take, lot: random.Random) -> Given:
    colour = COLOURS[take.scene.colour] if lot.random() < 0.5 else None
    video = _control(mockup.boxes(take.cover, lot, colour), structure(lot, 0.3))
    return Given("mock_up", take.scene, video)


def control_on(take: Take, lot: random.Random) -> Given:
    """Structure control continued: the first frames are already made and kept."""
    kept, mask = _kept(take, set(range(5)))
    source = lot.choice((take.relit, lambda _: take.untextured()))(lot)
    video = kept + mask * _control(source, structure(lot, 0.7))
    return Given("control_on", take.scene, video, mask)


def _region(take: Take, lot: random.Random) -> np.ndarray:
    """What is masked: the subject's shape or box, grown a little, in 0 and 1."""
    mask = np.zeros((FRAMES, HEIGHT, WIDTH), np.float32)
    grown = lot.randint(0, 5)
    if lot.random() < 0.5:
        shape = take.cover > 60
        for _ in range(grown):
            wide = shape.copy()
            wide[:, 1:] |= shape[:, :-1]
            wide[:, :-1] |= shape[:, 1:]
            wide[:, :, 1:] |= shape[:, :, :-1]
            wide[:, :, :-1] |= shape[:, :, 1:]
            shape = wide
        return shape.astype(np.float32)
    for frame in range(FRAMES):
        if found := mockup.box(take.cover[frame]):
            left, top, right, bottom = found
            rows = slice(max(0, top - grown), bottom + grown)
            mask[frame, rows, max(0, left - grown) : right + grown] = 1
    if lot.random() < 0.15:
        mask[:] = mask.max(0)
    return mask


def edit(take: Take, lot: random.Random) -> Given:
    mask = _region(take, lot)
    pictures = [_subject(take, lot)] if lot.random() < 0.15 else []
    return Given("edit", take.scene, take.signal * (1 - mask), mask, pictures, 0.05)


def background(take: Take, lot: random.Random) -> Given:
    mask = 1 - _region(take, lot)
    pictures = [take.another(lot)] if lot.random() < 0.15 else []
    return Given("background", take.scene, take.signal * (1 - mask), mask, pictures, 0.05)


TASKS = {
    first: 0.15,
    last: 0.04,
    ends: 0.07,
    panels: 0.08,
    extend: 0.10,
    reference: 0.10,
    first_and_reference: 0.03,
    grey: 0.06,
    restyle: 0.10,
    style: 0.07,
    untextured: 0.07,
    mock_up: 0.08,
    control_on: 0.03,
    edit: 0.13,
    background: 0.07,
}
"""Every task and its share of the mix."""
NAMES = [task.__name__ for task in TASKS]


def draw(take: Take, count: int, lot: random.Random) -> list[Given]:
    """So many tasks for one take."""
    return [task(take, lot) for task in lot.choices(list(TASKS), list(TASKS.values()), k=count)]
