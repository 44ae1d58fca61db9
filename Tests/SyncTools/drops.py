# SPDX-License-Identifier: Apache-2.0
"""What is dropped: requests good and bad, with and without pictures, under difficult names."""

import hashlib
import json
import random
import struct
import unicodedata
import zlib
from dataclasses import dataclass, field, replace
from pathlib import Path


@dataclass(frozen=True)
class Drop:
    """One request, and what must become of it."""

    path: str
    """Of the request, below the inbox."""
    text: bytes
    succeeds: bool
    media: dict[str, bytes] = field(default_factory=dict)
    """Files that it names, by their paths below the inbox."""
    ordinal: int = 1
    """2 for a request of the same name that came later and is another one, and so on."""

    @property
    def result(self) -> str:
        """The folder of its result, below the outbox; however letters are composed."""
        stem = self.path.removesuffix(".json") + (f"-{self.ordinal}" if self.ordinal > 1 else "")
        return composed(stem + ("" if self.succeeds else ".failed"))

    @property
    def hashes(self) -> list[str]:
        """SHA-256 of its media, sorted."""
        return sorted(hashlib.sha256(data).hexdigest() for data in self.media.values())

    def with_composed_names(self) -> "Drop":
        media = {composed(path): data for path, data in self.media.items()}
        return replace(self, path=composed(self.path), media=media)

    def files(self) -> dict[str, bytes]:
        """Everything to be dropped, media first."""
        return self.media | {self.path: self.text}

    def edited(self, ordinal: int = 1) -> "Drop":
        """The same request with another seed: another request."""
        values = json.loads(self.text)
        values["seed"] = values.get("seed", 0) + 1_000_000
        return replace(self, text=encoded(values), ordinal=ordinal)


def composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def encoded(values: dict) -> bytes:
    return json.dumps(values, ensure_ascii=False, indent=2).encode() + b"\n"


NAMES = [
    "plain",
    "two  words",
    "🎈 balloon",
    decomposed("Häfen über Köln"),
    "below/further/plain",
    decomposed("süb földer/Ünder"),
    "it's 100% (draft) [1]",
    "a.b.c",
    "Capital/Name",
    "story-ж中",
]
"""Stems of names; subfolders, spaces, emoji, umlauts as macOS writes them, quotes and brackets."""

PICTURE_BYTES = 48 << 10


def mixed(folder: str, count: int) -> list[Drop]:
    """That many requests in a top-level folder: in ten, six of text, two with a picture, and two
    that must be refused."""
    return [drop(folder, number) for number in range(count)]


def drop(folder: str, number: int) -> Drop:
    stem = f"{folder}/{NAMES[number % len(NAMES)]} {number:03}"
    path = stem + ".json"
    # Kinds go through names: eleven has nothing in common with ten.
    kind = number % 11 % 10
    if kind in (3, 8):
        values = {"mode": "image-to-video", "image": composed(stem.split("/")[-1]) + ".png"}
        return Drop(path, small(values, number), True, {stem + ".png": picture(number)})
    if kind == 1:
        return Drop(path, small({"mode": "text-to-vidio", "prompt": "a ball"}, number), False)
    if kind == 6:
        return Drop(path, small({"mode": "text-to-video", "promt": "a ball"}, number), False)
    return text_drop(path, number)


def text_drop(path: str, seed: int) -> Drop:
    return Drop(path, small({"mode": "text-to-video", "prompt": "a red ball"}, seed), True)


def picture_drop(path: str, seed: int, size: int = PICTURE_BYTES) -> Drop:
    """A request whose picture has at least `size` bytes."""
    stem = path.removesuffix(".json")
    values = {"mode": "image-to-video", "image": stem.split("/")[-1] + ".png"}
    return Drop(path, small(values, seed), True, {stem + ".png": picture(seed, size)})


def small(values: dict, seed: int) -> bytes:
    """The least work: one step, one frame."""
    return encoded(values | {"seed": seed, "steps": 1, "frames": 1})


def picture(seed: int, size: int = PICTURE_BYTES) -> bytes:
    """A PNG of noise, which no tool can shorten: half of it is no picture."""
    width, chance = 128, random.Random(seed)
    height = -(-size // (width * 3))
    rows = b"".join(b"\0" + chance.randbytes(width * 3) for _ in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows, 0)) + chunk(b"IEND", b"")
    )


def write(drops: list[Drop], folder: Path) -> None:
    """Writes all files into a folder that nobody watches."""
    for drop in drops:
        for path, data in drop.files().items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
