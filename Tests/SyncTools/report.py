# SPDX-License-Identifier: Apache-2.0
"""Tests/RESULTS.md: the figures of the long runs, a section for each kind."""

import datetime
import os
import platform
import subprocess
import sys
from pathlib import Path

from service import PROGRAM, REPOSITORY

RESULTS = REPOSITORY / "Tests" / "RESULTS.md"
TITLE = "# Results of the long runs\n\nWhat CI does not run; each section is written by its program.\n"


def circumstances() -> str:
    """Date, commit, command, machine, and when the program was built, which may be earlier."""
    commit = subprocess.run(
        ["git", "-C", str(REPOSITORY), "describe", "--always", "--dirty"],
        capture_output=True, text=True,
    ).stdout.strip()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30
    command = " ".join([str(Path(sys.argv[0]).resolve().relative_to(REPOSITORY)), *sys.argv[1:]])
    built = datetime.datetime.fromtimestamp(PROGRAM.stat().st_mtime)
    return (
        f"{datetime.date.today()}, commit {commit}, program built {built:%Y-%m-%d %H:%M}, `{command}`\n"
        f"on {os.cpu_count()} cores, {memory} GiB, Linux {platform.release()}, {system()}."
    )


def system() -> str:
    for line in Path("/etc/os-release").read_text().splitlines():
        if line.startswith("PRETTY_NAME="):
            return line.partition("=")[2].strip('"')
    return "unknown"


def write_section(title: str, text: str) -> None:
    """Replaces the section of that title, or appends it."""
    whole = RESULTS.read_text() if RESULTS.exists() else TITLE
    head = f"## {title}\n"
    section = f"{head}\n{text.strip()}\n"
    begin = whole.find(head)
    if begin < 0:
        whole = whole.rstrip() + "\n\n" + section
    else:
        end = whole.find("\n## ", begin)
        rest = "" if end < 0 else whole[end:]
        whole = whole[:begin] + section + rest
    RESULTS.write_text(whole)


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
