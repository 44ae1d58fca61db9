# SPDX-License-Identifier: Apache-2.0
"""What is asked: held-out scenes, each with its words and the seeds of its clip and its truth."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from pretraining.studio import captions, words
from pretraining.studio.scene import CAMERAS, LOOKS, WEATHERS, Scene, random_scene

STYLES = ("plain", "varied")


@dataclass(frozen=True)
class Prompt:
    """A scene that was kept from training, and how it is asked for.

    Attributes:
        seed: of the generated clip.
        render_seed: of the truth.
    """

    scene: Scene
    text: str
    seed: int
    render_seed: int


class Prompts:
    """Draws sets of prompts; equal seeds give equal sets.

    `style` is "plain" (subject, motion, place, time, look, camera in this order) or "varied" (any
    wording of the captions, everything named).
    """

    def __init__(self, seed: int, style: str = "plain") -> None:
        self.seed, self.style = seed, style

    def caption(self, scene: Scene, lot: random.Random) -> str:
        """Words for a scene, its kind always among them."""
        kinds = words.KINDS[scene.kind]
        while True:
            text = captions.caption(scene, lot, keep=1.0, plain=self.style == "plain")
            if any(kind in text.lower() for kind in kinds):
                return text

    def draw(
        self,
        name: str,
        count: int,
        change: Callable[[Scene, int], Scene] = lambda scene, _: scene,
        fits: Callable[[Scene], bool] = lambda scene: True,
    ) -> list[Prompt]:
        """So many prompts of plain scenes that fit, each changed by its number."""
        lot = random.Random(f"scoreboard {self.seed} {name}")
        prompts = []
        while len(prompts) < count:
            scene = random_scene(lot, held_out=True, plain=True)
            if fits(scene):
                number = len(prompts)
                scene = change(scene, number)
                text = self.caption(scene, lot)
                prompts.append(Prompt(scene, text, self.seed + number, lot.getrandbits(64)))
        return prompts

    def plain(self, count: int) -> list[Prompt]:
        """Flat look, clear weather, still camera."""
        return self.draw("plain", count)

    def looks(self, count: int) -> list[Prompt]:
        """Every look in turn."""
        return self.draw("looks", count, lambda scene, n: scene.but(look=LOOKS[n % len(LOOKS)]))

    def weathers(self, count: int) -> list[Prompt]:
        """Every weather in turn, and never in space, where there is none."""
        return self.draw(
            "weathers",
            count,
            lambda scene, n: scene.but(weather=WEATHERS[n % len(WEATHERS)]),
            lambda scene: scene.place != "space",
        )

    def cameras(self, count: int) -> list[Prompt]:
        """Every camera move in turn; under a pan the subject stays, as in training."""

        def change(scene: Scene, number: int) -> Scene:
            camera = CAMERAS[number % len(CAMERAS)]
            return scene.but(camera=camera, motion="still")

        return self.draw("cameras", count, change)
