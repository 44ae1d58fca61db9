# SPDX-License-Identifier: Apache-2.0
"""What stands in an outbox, or in the sender's copy of it, beside what must stand there."""

import hashlib
import json
import os
import re
from pathlib import Path

from drops import Drop, composed

HOUSEKEEPING = {".stfolder", ".stversions"}
GALLERY = re.compile(r"index\.html|gallery/page-\d+\.(html|js)")
NOTE = ".waiting.txt"


def results(outbox: Path) -> dict[str, list[Path]]:
    """Every result folder, by its composed path below the outbox."""
    found: dict[str, list[Path]] = {}
    for folder, subfolders, files in os.walk(outbox):
        if "result.json" in files:
            path = Path(folder)
            found.setdefault(composed(str(path.relative_to(outbox))), []).append(path)
            subfolders.clear()
    return found


def strays(outbox: Path) -> list[str]:
    """Files of the outbox that belong to no result."""
    found = []
    for folder, subfolders, files in os.walk(outbox):
        if "result.json" in files:
            subfolders.clear()
            continue
        subfolders[:] = [name for name in subfolders if name not in HOUSEKEEPING]
        found += [str((Path(folder) / name).relative_to(outbox)) for name in files]
    return sorted(name for name in found if not GALLERY.fullmatch(name))


def faults(drops: list[Drop], outbox: Path, *, alone_in: str | None = None) -> list[str]:
    """Every difference between what was dropped and what came out, as sentences.

    `alone_in` is a folder of the outbox that may hold nothing else; `.` for all of it.
    """
    found = results(outbox)
    wanted = {drop.result for drop in drops}
    sentences = []
    for drop in drops:
        places = found.get(drop.result, [])
        if len(places) != 1:
            sentences.append(f"'{drop.path}' has {len(places)} results instead of 1")
        sentences += [f"'{drop.path}': {fault}" for place in places for fault in wrong(drop, place)]
    if alone_in is not None:
        inside = lambda name: alone_in == "." or name.startswith(alone_in + "/")
        sentences += [
            f"'{name}' is the result of nothing that was dropped"
            for name in sorted(found.keys() - wanted) if inside(name)
        ]
        sentences += [
            f"'{name}' lies in the outbox and in no result"
            for name in strays(outbox) if inside(name)
        ]
    return sentences


def wrong(drop: Drop, place: Path) -> list[str]:
    """What is not right in one result folder."""
    sentences = []
    try:
        record = json.loads((place / "result.json").read_bytes())
        request = (place / "request.json").read_bytes()
    except (OSError, ValueError) as error:
        return [str(error)]
    if request != drop.text:
        sentences.append("request.json is not what was dropped")
    status = "done" if drop.succeeds else "failed"
    if record["status"] != status:
        sentences.append(f"the status is {record['status']} instead of {status}: {record.get('error')}")
    if not drop.succeeds and not (place / "error.txt").read_text().strip():
        sentences.append("error.txt says nothing")
    if drop.succeeds and not record["files"]:
        sentences.append("it has no files")
    for file in record["files"]:
        data = (place / file["name"]).read_bytes() if (place / file["name"]).exists() else b""
        if hashlib.sha256(data).hexdigest() != file["sha256"]:
            sentences.append(f"{file['name']} is missing or not whole")
    if drop.succeeds and sorted(input["sha256"] for input in record["inputs"]) != drop.hashes:
        sentences.append("it was made from other media than were dropped")
    return sentences
