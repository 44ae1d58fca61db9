# SPDX-License-Identifier: Apache-2.0
"""python -m pretraining.style_examples --to FOLDER

Renders examples of a look that pretraining never shows, stills and clips, and writes a request that
trains a style on them. Captions say what is seen as ordinary captions do, and nothing of the look.
"""

from __future__ import annotations

import argparse
import json
import random
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from pretraining.evaluate.engine import save_clip
from pretraining.example_media import save_picture
from pretraining.studio import captions, words
from pretraining.studio.footage import render
from pretraining.studio.scene import ATTRIBUTES, UNSEEN_LOOKS, Scene, places_of, random_scene

LOOK = UNSEEN_LOOKS[0]
TRIGGER = f"in {LOOK} style"
STILLS, CLIPS = 10, 10


@dataclass(frozen=True)
class Example:
    """A rendered example.

    Attributes:
        scene: what it shows, in the unseen look.
        caption: its words, none for the look.
        pixels: uint8 (3, T, H, W), one frame of a still.
    """

    scene: Scene
    caption: str
    pixels: Tensor


def caption(scene: Scene, lot: random.Random) -> str:
    """Words for a scene as if it were flat, without any for a look and without a full stop."""
    looks = {word for table in words.LOOKS.values() for phrase in table for word in phrase.split()}
    looks -= {"in", "an", "as", "a", "of", "and", "black", "white", "old", "made", "colours"}
    while True:
        text = captions.caption(scene.but(look="flat"), lot, keep=1.0)
        named = any(kind in text.lower() for kind in words.KINDS[scene.kind])
        if named and not looks & set(text.lower().rstrip(".").split()):
            return text.rstrip(".")


def draw(stills: int, clips: int, seed: int) -> list[Example]:
    """Examples of training combinations, kinds and places in turn so that none is left out.

    A still shows the first frame of a subject that does not move.
    """
    lot = random.Random(f"style examples {seed}")
    kinds, places = list(ATTRIBUTES["kind"]), list(ATTRIBUTES["place"])
    lot.shuffle(kinds)
    lot.shuffle(places)
    examples: list[Example] = []
    while len(examples) < stills + clips:
        number = len(examples)
        scene = random_scene(lot, plain=True)
        still = number < stills
        scene = scene.but(look=LOOK, motion="still" if still else scene.motion)
        kind, place = kinds[number % len(kinds)], places[number % len(places)]
        elsewhere = place in places_of(kind) and scene.place != place
        if scene.kind != kind or elsewhere:
            continue
        pixels = render([scene], [lot.getrandbits(64)]).clips[0]
        pixels = pixels[:, :1] if still else pixels
        examples.append(Example(scene, caption(scene, lot), pixels))
    return examples


def write(to: Path, examples: list[Example], settings: dict) -> Path:
    """Writes examples and the request, and returns the request's path."""
    to.mkdir(parents=True, exist_ok=True)
    listed = []
    for number, example in enumerate(examples, 1):
        still = example.pixels.shape[1] == 1
        name = f"{LOOK}-{number:02d}.{'png' if still else 'mkv'}"
        if still:
            save_picture(to / name, example.pixels[:, 0].numpy())
        else:
            save_clip(to / name, example.pixels)
        listed.append({"image" if still else "video": name, "caption": example.caption})
    wish = {"mode": "customization", "name": LOOK, "trigger": TRIGGER, **settings}
    path = to / f"{LOOK}.json"
    path.write_text(json.dumps({**wish, "examples": listed}, indent=2) + "\n")
    return path


def main() -> None:
    """Writes examples and their request."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--stills", type=int, default=STILLS)
    parser.add_argument("--clips", type=int, default=CLIPS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--model", help="the name of the model to train on, if several are there")
    given = parser.parse_args()
    torch.set_num_threads(2)
    settings = {"model": given.model} if given.model else {}
    print(write(given.to, draw(given.stills, given.clips, given.seed), settings))


if __name__ == "__main__":
    main()
