# SPDX-License-Identifier: Apache-2.0
"""Writes captions of scenes in varied plain English, with attributes left out at times."""

from __future__ import annotations

import random

from pretraining.world import Scene

_NAMES = {
    "ball": ("ball", "ball", "beach ball", "round ball"),
    "balloon": ("balloon", "balloon", "hot air balloon", "hot-air balloon"),
    "star": ("star", "star", "five-pointed star", "big star"),
    "butterfly": ("butterfly",),
    "boat": ("boat", "sailboat", "sailing boat", "ship"),
    "car": ("car", "car", "automobile", "little car"),
}
_COLOURS = {
    "red": ("red", "red", "bright red", "crimson", "scarlet"),
    "orange": ("orange", "orange", "bright orange", "orange-coloured"),
    "yellow": ("yellow", "yellow", "bright yellow", "golden"),
    "green": ("green", "green", "bright green", "emerald"),
    "blue": ("blue", "blue", "bright blue", "deep blue"),
    "purple": ("purple", "purple", "violet", "bright purple"),
    "white": ("white", "white", "bright white", "snow-white"),
}
# Third person and -ing form of the verbs that fit every kind, and of those that fit some.
_GOES = (
    ("moves", "moving"),
    ("moves", "moving"),
    ("goes", "going"),
    ("travels", "travelling"),
    ("passes", "passing"),
    ("slides", "sliding"),
    ("glides", "gliding"),
    ("heads", "heading"),
)
_FLIES = (
    ("drifts", "drifting"),
    ("floats", "floating"),
    ("flies", "flying"),
    ("drifts", "drifting"),
    ("flies", "flying"),
)
_GOES_OWN = {
    "ball": (*_FLIES, ("rolls", "rolling")),
    "balloon": _FLIES,
    "star": (*_FLIES, ("shoots", "shooting")),
    "butterfly": (*_FLIES, ("flutters", "fluttering")),
    "boat": (("sails", "sailing"), ("sails", "sailing"), ("drifts", "drifting")),
    "car": (("drives", "driving"), ("drives", "driving"), ("rolls", "rolling")),
}
_SIDEWAYS = (
    "to the {0}",
    "to the {0}",
    "to the {0}",
    "{0}",
    "{0}wards",
    "towards the {0}",
    "from {1} to {0}",
    "from the {1} to the {0}",
    "across the picture from {1} to {0}",
)
_VERTICAL = {
    "up": (
        ("rises", "rising"),
        ("rises", "rising"),
        ("climbs", "climbing"),
        ("ascends", "ascending"),
        ("moves up", "moving up"),
        ("goes up", "going up"),
        ("floats up", "floating up"),
        ("flies up", "flying up"),
        ("moves upwards", "moving upwards"),
        ("drifts upwards", "drifting upwards"),
        ("rises into the sky", "rising into the sky"),
        ("goes from the bottom to the top", "going from the bottom to the top"),
    ),
    "down": (
        ("falls", "falling"),
        ("falls down", "falling down"),
        ("sinks", "sinking"),
        ("descends", "descending"),
        ("drops", "dropping"),
        ("moves down", "moving down"),
        ("goes down", "going down"),
        ("comes down", "coming down"),
        ("floats down", "floating down"),
        ("moves downwards", "moving downwards"),
        ("drifts downwards", "drifting downwards"),
        ("goes from the top to the bottom", "going from the top to the bottom"),
    ),
    "still": (
        ("stays still", "staying still"),
        ("stands still", "standing still"),
        ("does not move", "not moving"),
        ("rests", "resting"),
        ("stays in place", "staying in place"),
        ("waits", "waiting"),
        ("is motionless", "motionless"),
    ),
}
_PLACES = {
    "sea": ("over the sea", "on the sea", "over the ocean", "on the water", "at sea", "by the sea"),
    "hills": (
        "over green hills",
        "over the hills",
        "in the hills",
        "in a green meadow",
        "over grassy hills",
        "in the countryside",
    ),
    "desert": (
        "over the desert",
        "in the desert",
        "in a sandy desert",
        "over sand dunes",
        "across the dunes",
    ),
    "mountains": (
        "over the mountains",
        "in the mountains",
        "near the mountains",
        "in front of tall mountains",
        "among rocky peaks",
    ),
    "city": (
        "over the city",
        "in the city",
        "in a big city",
        "in front of a city skyline",
        "downtown",
        "in front of tall buildings",
    ),
    "snow": (
        "over the snow",
        "in the snow",
        "over a snowy field",
        "in a winter landscape",
        "in a snowy landscape",
    ),
}
_TIMES = {
    "day": ("by day", "during the day", "on a sunny day", "under a blue sky", "in daylight", "at noon"),
    "sunset": ("at sunset", "at sunset", "at dusk", "in the evening", "under an orange sky"),
    "night": ("at night", "at night", "under the stars", "at midnight", "in the moonlight"),
}
_OPENINGS = ("a video of ", "a clip of ", "a film of ", "an animation of ", "a scene with ")
_MANNERS = ("slowly", "gently", "steadily", "quietly")
_ADJECTIVES = ("big", "large", "lovely", "beautiful", "small", "little", "single")


def _with_article(words: str) -> str:
    return ("an " if words[0] in "aeiou" else "a ") + words


def _subject(scene: Scene, lot: random.Random, keep: float) -> str:
    words = lot.choice(_NAMES[scene.kind])
    if lot.random() < keep:
        words = f"{lot.choice(_COLOURS[scene.colour])} {words}"
    if lot.random() < 0.10:
        words = f"{lot.choice(_ADJECTIVES)} {words}"
    if lot.random() < 0.12:
        return "the " + words
    return _with_article(words) if lot.random() < 0.93 else words


def _motion(scene: Scene, lot: random.Random) -> tuple[str, str]:
    """The motion as a finite phrase and as an -ing phrase."""
    if scene.motion in ("left", "right"):
        finite, doing = lot.choice(_GOES if lot.random() < 0.45 else _GOES_OWN[scene.kind])
        other = "left" if scene.motion == "right" else "right"
        way = lot.choice(_SIDEWAYS).format(scene.motion, other)
        finite, doing = f"{finite} {way}", f"{doing} {way}"
    else:
        finite, doing = lot.choice(_VERTICAL[scene.motion])
    if scene.motion != "still" and lot.random() < 0.10:
        manner = lot.choice(_MANNERS)
        return (f"{manner} {finite}", f"{manner} {doing}")
    return finite, doing


def setting(scene: Scene, lot: random.Random) -> str:
    """A caption of place and time only, as in "a sunset over the sea"."""
    place, time = lot.choice(_PLACES[scene.place]), lot.choice(_TIMES[scene.time])
    if scene.time == "sunset" and lot.random() < 0.5:
        return f"{lot.choice(('a sunset', 'sunset'))} {place}"
    return lot.choice((f"{place} {time}", f"{time} {place}", f"{time}, {place}"))


def caption(scene: Scene, lot: random.Random, keep: float = 0.93, plain: bool = False) -> str:
    """Writes a caption.

    `keep` is the chance that an attribute other than the kind is named; `plain` gives the
    order subject, motion, place, time without further decoration.
    """
    if not plain and lot.random() < 0.03:
        return _finish(setting(scene, lot), lot)
    subject = _subject(scene, lot, keep)
    finite, doing = _motion(scene, lot)
    where = [lot.choice(_PLACES[scene.place])] if lot.random() < keep else []
    when = [lot.choice(_TIMES[scene.time])] if lot.random() < keep else []
    moves = lot.random() < keep
    if plain:
        return " ".join([subject, finite, *where, *when])
    around = where + when if lot.random() < 0.65 else when + where
    form = lot.random()
    if form < 0.45:
        words = " ".join([subject, *([finite] if moves else []), *around])
    elif form < 0.72:
        words = " ".join([subject, *([doing] if moves else []), *around])
        if lot.random() < 0.2:
            words = lot.choice(_OPENINGS) + words
    elif form < 0.85:
        front, back = around[:1], around[1:]
        lead = [" ".join(front) + ","] if front else []
        words = " ".join([*lead, subject, *([finite] if moves else []), *back])
    elif form < 0.93:
        words = ", ".join([subject, *([doing] if moves else []), *around])
    else:
        words = " ".join([subject, *around, *([doing] if moves else [])])
    return _finish(words, lot)


def _finish(words: str, lot: random.Random) -> str:
    if lot.random() < 0.3:
        words = words[0].upper() + words[1:]
    return words + "." if lot.random() < 0.25 else words


def vocabulary() -> list[str]:
    """Every phrase that captions are made of, so that each word becomes a piece of its own."""
    tables = (_NAMES, _COLOURS, _PLACES, _TIMES)
    phrases = [p for table in tables for values in table.values() for p in values]
    verbs = (*_GOES, *(v for own in _GOES_OWN.values() for v in own))
    verbs += tuple(v for values in _VERTICAL.values() for v in values)
    phrases += [form for verb in verbs for form in verb]
    phrases += [w.format(a, b) for w in _SIDEWAYS for a, b in (("left", "right"), ("right", "left"))]
    return sorted({*phrases, *_OPENINGS, *_MANNERS, *_ADJECTIVES, "the", "a", "an", "sunset"})
