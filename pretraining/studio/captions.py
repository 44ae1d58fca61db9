# SPDX-License-Identifier: Apache-2.0
"""Writes captions of scenes in varied plain English, with attributes left out at times."""

from __future__ import annotations

import random

from pretraining.studio import words
from pretraining.studio.scene import Scene


def caption(scene: Scene, lot: random.Random, keep: float = 0.93, plain: bool = False) -> str:
    """Writes a caption.

    `keep` is the chance that an attribute other than the kind is named; weather, camera and look
    are named where they are out of the ordinary, and seldom otherwise. `plain` gives the order
    subject, motion, place, time, weather, look, camera, everything named, undecorated.
    """
    if not plain and lot.random() < 0.03:
        return _finish(_styled(setting(scene, lot), scene, lot, keep, 0), lot)
    subject = _subject(scene, lot, 1.0 if plain else keep)
    finite, doing = _motion(scene, lot, plain)
    around = _around(scene, lot, 1.0 if plain else keep)
    if plain:
        ends = [lot.choice(words.LOOKS[scene.look])] if scene.look != "flat" else []
        ends += [lot.choice(words.CAMERAS[scene.camera])] if scene.camera != "still" else []
        return ", ".join([" ".join([subject, finite, *around]), *ends])
    if lot.random() < 0.35:
        lot.shuffle(around)
    moves = lot.random() < keep
    finite, doing = ([finite], [doing]) if moves else ([], [])
    form = lot.random()
    if form < 0.45:
        text = " ".join([subject, *finite, *around])
    elif form < 0.72:
        text = " ".join([subject, *doing, *around])
        if lot.random() < 0.2:
            text = f"{lot.choice(words.OPENINGS)} {text}"
    elif form < 0.85:
        lead = [around[0] + ","] if around else []
        text = " ".join([*lead, subject, *finite, *around[1:]])
    elif form < 0.93:
        text = ", ".join([subject, *doing, *around])
    else:
        text = " ".join([subject, *around, *doing])
    return _finish(_styled(text, scene, lot, keep, 0.3), lot)


def setting(scene: Scene, lot: random.Random) -> str:
    """A caption of place and time only, as in "a sunset over the sea"."""
    place = lot.choice(words.PLACES[scene.place])
    if scene.place == "space":
        return place
    time = lot.choice(words.TIMES[scene.time])
    if scene.time == "sunset" and lot.random() < 0.5:
        return f"{lot.choice(words.SUNSETS)} {place}"
    return lot.choice((f"{place} {time}", f"{time} {place}", f"{time}, {place}"))


def _with_article(text: str) -> str:
    return ("an " if text[0] in "aeiou" else "a ") + text


def _subject(scene: Scene, lot: random.Random, keep: float) -> str:
    text = lot.choice(words.KINDS[scene.kind])
    # In black and white a colour is named less often; the grey of it is still there.
    if lot.random() < (keep if scene.look != "monochrome" else 0.5 * keep):
        text = f"{lot.choice(words.COLOURS[scene.colour])} {text}"
    if lot.random() < 0.10:
        text = f"{lot.choice(words.ADJECTIVES)} {text}"
    if lot.random() < 0.12:
        return "the " + text
    return _with_article(text) if lot.random() < 0.93 else text


def _motion(scene: Scene, lot: random.Random, plain: bool) -> tuple[str, str]:
    """The motion as a finite phrase and as an -ing phrase."""
    if scene.motion in ("left", "right"):
        finite, doing = lot.choice(
            words.GOES if lot.random() < 0.45 else words.GOES_OWN[scene.kind]
        )
        other = "left" if scene.motion == "right" else "right"
        way = lot.choice(words.SIDEWAYS).format(scene.motion, other)
        finite, doing = f"{finite} {way}", f"{doing} {way}"
    else:
        finite, doing = lot.choice(words.OTHERWISE[scene.motion])
    if scene.motion != "still" and not plain and lot.random() < 0.10:
        manner = lot.choice(words.MANNERS)
        return (f"{manner} {finite}", f"{manner} {doing}")
    return finite, doing


def _around(scene: Scene, lot: random.Random, keep: float) -> list[str]:
    """Place, time and weather, each if it is to be named."""
    around = [lot.choice(words.PLACES[scene.place])] if lot.random() < keep else []
    table = words.TIMES if scene.weather == "clear" else words.TIMES_COVERED
    if scene.place != "space" and lot.random() < keep:
        around.append(lot.choice(table[scene.time]))
    if lot.random() < (keep if scene.weather != "clear" else 0.02):
        if scene.place != "space":
            around.append(lot.choice(words.WEATHERS[scene.weather]))
    return around


def _styled(text: str, scene: Scene, lot: random.Random, keep: float, in_front: float) -> str:
    """The caption with its look and camera; `in_front` is the chance that the look opens it."""
    if lot.random() < (0.95 if scene.look != "flat" else 0.04):
        if lot.random() < in_front:
            text = f"{lot.choice(words.LOOKS_IN_FRONT[scene.look])} {text}"
        else:
            look = lot.choice(words.LOOKS[scene.look])
            if lot.random() < 0.2:
                text = f"{look}, {text}"
            elif lot.random() < 0.2:
                text = f"{text}. {look[0].upper()}{look[1:]}"
            else:
                text = f"{text}, {look}"
    if lot.random() < (0.95 if scene.camera != "still" else 0.03):
        text = f"{text}, {lot.choice(words.CAMERAS[scene.camera])}"
    return text


def _finish(text: str, lot: random.Random) -> str:
    if lot.random() < 0.3:
        text = text[0].upper() + text[1:]
    return text + "." if lot.random() < 0.25 else text
