# SPDX-License-Identifier: Apache-2.0
"""Writes the character tables of Sources/Model/Text from Python's and ftfy's own data.

    python3 Tests/Golden/make_text_tables.py

Needs the versions in requirements.txt. The tables are facts (which name or byte stands for which
character); the rules that use them are written by hand beside them.
"""

import html.entities
import re
import textwrap
import unicodedata
from pathlib import Path

import ftfy.badness
import ftfy.bad_codecs  # registers the sloppy codecs

TARGET = Path(__file__).resolve().parents[2] / "Sources/Model/Text"
HEADER = """// SPDX-License-Identifier: Apache-2.0
// Made by Tests/Golden/make_text_tables.py; change that instead.
"""


def literal(words, indent=8):
    """A multi-line string literal that holds `words`, separated by single spaces."""
    pad = " " * indent
    lines = textwrap.wrap(
        " ".join(words), 98 - indent, break_long_words=False, break_on_hyphens=False
    )
    body = "".join(f"{pad}{line} \\\n" for line in lines[:-1]) + f"{pad}{lines[-1]}\n"
    return f'"""\n{body}{pad}"""'


def entities():
    table = html.entities.html5
    words = []
    for name in sorted(table):
        bare = name.rstrip(";")
        if name != bare and bare in table:
            continue  # written once, with '?'
        mark = "?" if name == bare else ";"
        words.append(f"{bare}{mark}{'+'.join(f'{ord(c):X}' for c in table[name])}")
    for bare in (n for n in table if not n.endswith(";")):
        assert table[bare] == table[bare + ";"], bare
    return f"""{HEADER}
/// The {len(table)} named character references of HTML 5 as Python's html.entities.html5 has them.
enum EntityTable {{
    /// `NAME;CODE` for a name that needs its semicolon, `NAME?CODE` for one that does not; CODE is
    /// one or two code points in hexadecimal, joined by a plus sign.
    static let words =
        {literal(words)}
}}
"""


def code_pages():
    pages = [
        ("windows1252", "sloppy-windows-1252"),
        ("windows1251", "sloppy-windows-1251"),
        ("windows1250", "sloppy-windows-1250"),
        ("windows1253", "sloppy-windows-1253"),
        ("windows1254", "sloppy-windows-1254"),
        ("windows1257", "sloppy-windows-1257"),
        ("iso88592", "iso-8859-2"),
        ("macRoman", "macroman"),
        ("cp437", "cp437"),
    ]
    parts = []
    for name, codec in pages:
        high = bytes(range(0x80, 0x100)).decode(codec)
        assert len(high) == 128
        words = [f"{ord(c):X}" for c in high]
        parts.append(f"    /// Python calls it `{codec}`.\n    static let {name} =\n        {literal(words)}\n")
    return f"""{HEADER}
/// What the bytes 80 to FF mean in each code page, in hexadecimal.
enum CodePageTable {{
{chr(10).join(parts)}}}
"""


def ranges(characters):
    points = sorted(map(ord, characters))
    words, start = [], None
    for i, p in enumerate(points):
        if start is None:
            start = p
        if i + 1 == len(points) or points[i + 1] != p + 1:
            words.append(f"{start:X}" if start == p else f"{start:X}-{p:X}")
            start = None
    return words


def categories():
    names = {
        "common": "common", "c1": "control", "bad": "bad", "law": "law", "currency": "currency",
        "start_punctuation": "opening", "end_punctuation": "closing", "numeric": "numeric",
        "kaomoji": "kaomoji", "upper_accented": "upperAccented",
        "lower_accented": "lowerAccented", "upper_common": "upperCommon",
        "lower_common": "lowerCommon", "box": "box",
    }  # fmt: skip
    parts = []
    for key, name in names.items():
        match = re.compile("[" + ftfy.badness.MOJIBAKE_CATEGORIES[key] + "]").match
        members = [chr(i) for i in range(0x110000) if match(chr(i))]
        parts.append(f"    static let {name} =\n        {literal(ranges(members))}\n")
    return f"""{HEADER}
/// The characters that occur in mojibake, by what they would be if they were meant.
///
/// Ranges of code points in hexadecimal. Data of ftfy 6.3.1, ftfy/badness.py (Apache-2.0).
enum MojibakeTable {{
{chr(10).join(parts)}}}
"""


def widths():
    words = []
    for i in range(0xFF01, 0xFFF0):
        normal = unicodedata.normalize("NFKC", chr(i))
        words.append("-" if normal == chr(i) else "+".join(f"{ord(c):X}" for c in normal))
    return f"""{HEADER}
/// The usual form of the half-width and full-width characters.
enum WidthTable {{
    /// For each code point from FF01 on: its NFKC form in hexadecimal, or a minus sign.
    static let words =
        {literal(words)}
}}
"""


if __name__ == "__main__":
    for file, text in {
        "EntityTable.swift": entities(),
        "CodePageTable.swift": code_pages(),
        "MojibakeTable.swift": categories(),
        "WidthTable.swift": widths(),
    }.items():
        (TARGET / file).write_text(text, encoding="utf-8")
        print(file, len(text))
