# SPDX-License-Identifier: Apache-2.0
"""The phrases that captions are made of."""

from __future__ import annotations

KINDS = {
    "ball": ("ball", "ball", "ball", "beach ball", "round ball", "rubber ball", "sphere"),
    "balloon": ("balloon", "balloon", "hot air balloon", "hot-air balloon", "air balloon"),
    "star": ("star", "star", "star", "five-pointed star", "shining star"),
    "heart": ("heart", "heart", "heart", "love heart", "heart shape"),
    "butterfly": ("butterfly", "butterfly", "butterfly", "butterfly with two wings", "moth"),
    "fish": ("fish", "fish", "fish", "flying fish", "goldfish"),
    "rocket": ("rocket", "rocket", "spaceship", "space rocket", "rocket ship", "spacecraft"),
    "boat": ("boat", "boat", "sailboat", "sailing boat", "ship", "sailing ship", "yacht"),
    "car": ("car", "car", "car", "automobile", "motor car", "vehicle"),
    "cat": ("cat", "cat", "cat", "kitten", "kitty", "house cat"),
}
COLOURS = {
    "red": ("red", "red", "bright red", "dark red", "crimson", "scarlet"),
    "orange": ("orange", "orange", "bright orange", "orange-coloured"),
    "yellow": ("yellow", "yellow", "bright yellow", "lemon yellow", "golden"),
    "green": ("green", "green", "bright green", "dark green", "emerald"),
    "blue": ("blue", "blue", "bright blue", "deep blue", "dark blue", "royal blue"),
    "purple": ("purple", "purple", "violet", "bright purple", "lilac"),
    "white": ("white", "white", "bright white", "snow-white"),
}
# Third person and -ing form of the verbs that fit every kind, and of those that fit some.
GOES = (
    ("moves", "moving"),
    ("moves", "moving"),
    ("goes", "going"),
    ("travels", "travelling"),
    ("passes", "passing"),
    ("slides", "sliding"),
    ("glides", "gliding"),
    ("heads", "heading"),
    ("speeds", "speeding"),
    ("races", "racing"),
    ("wanders", "wandering"),
)
_FLIES = (
    ("drifts", "drifting"),
    ("floats", "floating"),
    ("flies", "flying"),
    ("drifts", "drifting"),
    ("flies", "flying"),
    ("soars", "soaring"),
    ("hovers", "hovering"),
)
GOES_OWN = {
    "ball": (*_FLIES, ("rolls", "rolling")),
    "balloon": _FLIES,
    "star": (*_FLIES, ("shoots", "shooting")),
    "heart": _FLIES,
    "butterfly": (*_FLIES, ("flutters", "fluttering")),
    "fish": (*_FLIES, ("swims", "swimming")),
    "rocket": (*_FLIES, ("shoots", "shooting")),
    "boat": (("sails", "sailing"), ("sails", "sailing"), ("drifts", "drifting")),
    "car": (("drives", "driving"), ("drives", "driving"), ("rolls", "rolling")),
    "cat": (("walks", "walking"), ("walks", "walking"), ("runs", "running")),
}
SIDEWAYS = (
    "to the {0}",
    "to the {0}",
    "to the {0}",
    "{0}",
    "{0}wards",
    "towards the {0}",
    "from {1} to {0}",
    "from {1} to {0}",
    "from the {1} to the {0}",
    "across the picture from {1} to {0}",
)
OTHERWISE = {
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
    "bounce": (
        ("bounces", "bouncing"),
        ("bounces up and down", "bouncing up and down"),
        ("hops", "hopping"),
        ("jumps up and down", "jumping up and down"),
        ("jumps", "jumping"),
    ),
    "orbit": (
        ("circles", "circling"),
        ("flies in circles", "flying in circles"),
        ("goes round and round", "going round and round"),
        ("moves in a circle", "moving in a circle"),
        ("orbits", "orbiting"),
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
PLACES = {
    "sea": (
        "over the sea",
        "on the sea",
        "over the ocean",
        "on the water",
        "at sea",
        "by the sea",
        "above the sea",
        "over the waves",
        "near the coast",
        "across the sea",
    ),
    "hills": (
        "over green hills",
        "over the hills",
        "in the hills",
        "in a green meadow",
        "over grassy hills",
        "in the countryside",
        "above the hills",
        "over rolling hills",
        "across the fields",
        "on the grass",
    ),
    "desert": (
        "over the desert",
        "in the desert",
        "in a sandy desert",
        "over sand dunes",
        "across the dunes",
        "above the desert",
        "on the sand",
        "through the desert",
    ),
    "mountains": (
        "over the mountains",
        "in the mountains",
        "near the mountains",
        "in front of tall mountains",
        "among rocky peaks",
        "above the mountains",
        "in front of snow-capped mountains",
        "over a mountain valley",
    ),
    "city": (
        "over the city",
        "in the city",
        "in a big city",
        "in front of a city skyline",
        "downtown",
        "in front of tall buildings",
        "above the city",
        "in a town",
        "over the rooftops",
        "along the street",
        "between skyscrapers",
        "through the city",
    ),
    "snow": (
        "over the snow",
        "in the snow",
        "over a snowy field",
        "in a winter landscape",
        "in a snowy landscape",
        "above the snow",
        "on the ice",
        "across a white winter field",
    ),
    "forest": (
        "in the forest",
        "in a forest",
        "in the woods",
        "in front of tall trees",
        "among the trees",
        "over the forest",
        "above the forest",
        "through the forest",
        "in a pine forest",
        "between the trees",
    ),
    "space": (
        "in space",
        "in outer space",
        "among the stars and planets",
        "in front of a planet",
        "in the universe",
        "through space",
        "in the galaxy",
        "near a ringed planet",
    ),
}
TIMES = {
    "day": (
        "by day",
        "during the day",
        "on a sunny day",
        "under a blue sky",
        "in daylight",
        "at noon",
        "in bright sunshine",
        "in the daytime",
        "at midday",
    ),
    "sunset": (
        "at sunset",
        "at sunset",
        "at sunset",
        "at dusk",
        "in the evening",
        "under an orange sky",
        "as the sun sets",
        "at sundown",
        "at dawn",
        "at sunrise",
    ),
    "night": (
        "at night",
        "at night",
        "at night",
        "under the stars",
        "at midnight",
        "in the moonlight",
        "in the dark",
        "under the moon",
        "late at night",
    ),
}
# A covered sky is neither sunny nor blue.
TIMES_COVERED = {
    "day": ("by day", "during the day", "in daylight", "at noon"),
    "sunset": ("at sunset", "at dusk", "in the evening"),
    "night": ("at night", "at midnight"),
}
WEATHERS = {
    "clear": ("in clear weather", "under a clear sky"),
    "fog": ("in fog", "in the fog", "in the mist", "on a foggy day"),
    "rain": ("in the rain", "in the rain", "while it rains", "on a rainy day"),
    "snowfall": ("while it snows", "in falling snow", "as snow falls", "in a snowstorm"),
}
CAMERAS = {
    "still": ("static camera", "the camera stands still"),
    "pan left": ("camera pans left", "the camera pans to the left", "pan left"),
    "pan right": ("camera pans right", "the camera pans to the right", "pan right"),
    "zoom in": ("zoom in", "the camera zooms in", "camera moves closer"),
    "zoom out": ("zoom out", "the camera zooms out", "camera moves away"),
}
LOOKS = {
    "flat": ("flat colours", "as a cartoon", "in flat cartoon style"),
    "watercolour": (
        "watercolour",
        "in watercolour",
        "as a watercolour painting",
        "watercolor painting",
        "painted in watercolour",
    ),
    "neon": ("neon", "in neon lights", "in neon style", "glowing neon lines"),
    "pixel": ("pixel art", "as pixel art", "in pixel art style", "in an old video game"),
    "sketch": ("pencil sketch", "as a sketch", "as a pencil drawing", "sketched in pencil"),
    "monochrome": (
        "black and white",
        "in black and white",
        "monochrome",
        "an old black and white film",
    ),
    "clay": ("clay", "made of clay", "as clay animation", "claymation", "modelled in clay"),
}
# How a caption may begin when it names the look first, as in "a watercolour painting of".
LOOKS_IN_FRONT = {
    "watercolour": ("a watercolour painting of", "a watercolour of", "watercolor of"),
    "neon": ("a neon picture of", "neon lines of", "a glowing neon film of"),
    "pixel": ("pixel art of", "a pixel art film of", "an old video game with"),
    "sketch": ("a pencil sketch of", "a sketch of", "a pencil drawing of"),
    "monochrome": (
        "a black and white film of",
        "a monochrome film of",
        "a black and white video of",
    ),
    "clay": ("a clay animation of", "claymation of", "a clay model of"),
    "flat": ("a cartoon of", "a flat cartoon of"),
}
OPENINGS = ("a video of", "a clip of", "a film of", "an animation of", "a scene with", "there is")
MANNERS = ("slowly", "gently", "steadily", "quietly")
ADJECTIVES = ("big", "large", "lovely", "beautiful", "small", "little", "single")
SUNSETS = ("a sunset", "sunset", "sunrise")
JOINTS = ("the", "a", "an", "and", "it", "with", "of")


# What people are told that the model knows; each in words that captions have.
KNOWS = {
    "subjects": list(KINDS),
    "colours": list(COLOURS),
    "motions": [
        "to the left",
        "to the right",
        "rises",
        "falls",
        "bounces",
        "circles",
        "stays still",
    ],
    "places": list(PLACES),
    "times": list(TIMES),
    "weather": ["fog", "rain", "falling snow"],
    "looks": [
        "watercolour",
        "neon",
        "pixel art",
        "pencil sketch",
        "black and white",
        "clay",
        "cartoon",
    ],
    "camera": ["pans left", "pans right", "zooms in", "zooms out"],
}


def phrases() -> list[str]:
    """Every phrase, so that each word becomes a piece of its own."""
    tables = (
        KINDS,
        COLOURS,
        PLACES,
        TIMES,
        TIMES_COVERED,
        WEATHERS,
        CAMERAS,
        LOOKS,
        LOOKS_IN_FRONT,
    )
    found = [phrase for table in tables for values in table.values() for phrase in values]
    verbs = (*GOES, *(verb for own in GOES_OWN.values() for verb in own))
    verbs += tuple(verb for values in OTHERWISE.values() for verb in values)
    found += [form for verb in verbs for form in verb]
    ways = (("left", "right"), ("right", "left"))
    found += [form.format(*way) for form in SIDEWAYS for way in ways]
    return sorted({*found, *OPENINGS, *MANNERS, *ADJECTIVES, *SUNSETS, *JOINTS})


def vocabulary() -> list[str]:
    """Every lower-case word that a caption can hold, hyphens taken as spaces."""
    known = {w for phrase in phrases() for w in phrase.lower().replace("-", " ").split()}
    told = {w for names in KNOWS.values() for name in names for w in name.split()}
    if told - known:
        raise ValueError(f"no caption has {sorted(told - known)}")
    return sorted(known)
