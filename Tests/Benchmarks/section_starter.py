# SPDX-License-Identifier: Apache-2.0
"""The starter end to end: from the start of the process to the file."""

import functools
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import compare
import engine
import markdown
from engine import HERE, EngineFailure
from session import REPOSITORY

REQUEST = REPOSITORY / "examples" / "demo" / "sunset.json"
MODELS = REPOSITORY / "models"
DTYPES = ["float32", "bfloat16"]
OURS = ["default", "float32", "bfloat16", "int8"]


def key(session, ours, dtype):
    return f"{ours} : diffusers {dtype}, {session.threads} threads"


def measure(session):
    results = session.results("starter")
    for ours in OURS:
        for dtype in DTYPES:
            make = functools.partial(alternate, session, ours, dtype)
            session.measure(results, key(session, ours, dtype), make)


def alternate(session, ours, dtype):
    """`ours` and `peer`, each `times` (seconds) and `memory` (bytes), without the first pair."""
    sides = {name: dict(times=[], memory=0, error=None) for name in ("ours", "peer")}
    for turn in range(session.pairs + 1):
        for name, side in sides.items():
            with tempfile.TemporaryDirectory() as scratch:
                command, file = commands(session, ours, dtype, pathlib.Path(scratch))[name]
                seconds, memory = timed(command, session.threads, file)
            if turn > 0:
                side["times"].append(seconds)
                side["memory"] = max(side["memory"], memory)
    return sides


def commands(session, ours, dtype, scratch):
    """Each command with the file that it makes."""
    precision = [] if ours == "default" else ["--precision", ours]
    return dict(
        ours=(
            [session.rushes, "generate", REQUEST, "--models", MODELS, "--output", scratch / "ours",
             *precision], scratch / "ours" / f"{REQUEST.stem}.mp4"),
        peer=(
            [sys.executable, HERE / "starter_peer.py", REQUEST, "--model", MODELS / "starter",
             "--dtype", dtype, "--output", scratch / "peer.mp4"], scratch / "peer.mp4"))


def timed(command, threads, file):
    """Seconds of a whole process, and its peak of resident memory in bytes."""
    with tempfile.TemporaryFile("w+") as said:
        begin = time.perf_counter()
        try:
            child = subprocess.Popen(
                engine.pinned(command, threads), env=engine.environment(threads), stdout=said,
                stderr=said)
        except OSError as error:
            raise EngineFailure(f"`{command[0]}` could not be started: {error}") from error
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = "".join(said.readlines()[-12:]).strip()
    if child.returncode != 0 or not file.exists():
        raise EngineFailure(
            f"`{' '.join(map(str, command))}`: wanted {file.name}, but it ended with status "
            f"{child.returncode} and {'with' if file.exists() else 'without'} the file: {text}")
    return seconds, usage.ru_maxrss * 1024


def lines(session):
    results = session.results("starter")
    rows, keys = [], []
    for ours in OURS:
        for dtype in DTYPES:
            keys.append(key(session, ours, dtype))
            found = results.good(keys[-1])
            if found:
                sides = found["ours"], found["peer"]
                rows.append([
                    ours, markdown.seconds(sides[0]["times"]), f"diffusers {dtype}",
                    markdown.seconds(sides[1]["times"]),
                    "**{:.2f}** ({:.2f}–{:.2f})".format(*compare.ratio(found)),
                    " / ".join(markdown.megabytes(side["memory"]) for side in sides)])
    remarks = results.remarks(keys)
    if not rows and not remarks:
        return []
    return [
        "### The starter, process start to file", "",
        f"`{REQUEST.relative_to(REPOSITORY)}`: 96 x 64, 17 frames, 16 steps with guidance, mp4. "
        "The peer is `Tests/Benchmarks/starter_peer.py`: `WanPipeline` over the same folder.", "",
        *markdown.table(["ours", "s", "peer", "s", "ratio", "MB, ours / peer"], rows), "",
        *remarks, ""]
