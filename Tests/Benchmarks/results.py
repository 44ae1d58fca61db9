# SPDX-License-Identifier: Apache-2.0
"""What was measured, a JSON file for each section, written after every single measurement.

A run that was interrupted goes on where it was. What was measured with another build of ours or
another number of pairs is measured again when its section runs, and shown as it is until then.
"""

import datetime
import json
import re

from engine import EngineFailure, EngineUnavailable


class Results:
    """The results of one section by key; each has `setup`, `commit`, `date` and its own figures.

    One that could not be measured has `unavailable` or `failed` and the reason in place of figures.
    """

    def __init__(self, folder, section):
        self.path = folder / f"{section}.json"
        self.entries = json.loads(self.path.read_text()) if self.path.exists() else {}

    def measure(self, key, make, setup, commit, again=False):
        """Calls `make` for a dictionary of figures, unless they are there."""
        old = self.entries.get(key, {})
        if old.get("setup") == setup and "failed" not in old and not again:
            return
        print(f"{self.path.stem}: {key}", flush=True)
        try:
            figures = make()
        except EngineUnavailable as reason:
            figures = dict(unavailable=str(reason))
        except EngineFailure as failure:
            print(f"    failed: {failure}", flush=True)
            figures = dict(failed=str(failure))
        date = str(datetime.date.today())
        self.entries[key] = dict(setup=setup, commit=commit, date=date, **figures)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        partial = self.path.with_suffix(".partial")
        partial.write_text(json.dumps(self.entries, indent=1))
        partial.rename(self.path)

    def good(self, key):
        """The figures, or None where there are none."""
        entry = self.entries.get(key)
        return None if entry is None or "unavailable" in entry or "failed" in entry else entry

    def remarks(self, keys):
        """When and at which commits these were measured, and what could not be."""
        entries = {key: self.entries[key] for key in keys if key in self.entries}
        when = sorted({f"{entry['date']} at {entry['commit']}" for entry in entries.values()})
        pairs = {len(entry["ours"]["times"]) for entry in entries.values() if "ours" in entry}
        counted = f"; {' or '.join(map(str, sorted(pairs)))} pairs" if pairs else ""
        lines = [f"Measured on {', '.join(when)}{counted}."] if when else []
        missing = []
        for key, entry in entries.items():
            for word in ("unavailable", "failed"):
                if word in entry:
                    missing.append(f"* {key}: {word}: {without_folders(entry[word])}")
        return lines + ([""] + missing if missing else [])


def without_folders(words):
    """The first line, with files named without the folders of this machine."""
    return re.sub(r"/(\S+/)+", "", words.splitlines()[0])
