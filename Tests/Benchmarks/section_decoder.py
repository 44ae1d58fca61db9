# SPDX-License-Identifier: Apache-2.0
"""The VAE's decoder: speed in pairs, and memory and time by length at full size."""

import functools
import statistics
import subprocess
import sys

import compare
import markdown
import shapes
from engine import HERE
from session import HEAD, NAMES, Pair

PAIRS = [
    Pair("bfloat16", "diffusers", "bfloat16"),
    Pair("float32", "diffusers", "float32"),
    Pair("bfloat16", "openvino", "bfloat16"),
    Pair("float32", "openvino", "float32"),
]


def work(session, results, clip):
    """What PyTorch counts, kept with the results; None before it was counted."""
    found = results.good(f"{clip.name}, work")
    return found and found["work"]


def count(session, results, clip):
    task = session.decoder(clip)
    command = [sys.executable, HERE / "flops.py", task.kind, task.folder, task.inputs]
    session.measure(
        results, f"{clip.name}, work", with_ours=False,
        make=lambda: dict(
            work=int(subprocess.run(command, check=True, capture_output=True).stdout)))


def measure(session):
    results = session.results("decoder")
    for clip in session.scale.decoded:
        count(session, results, clip)
        for pair in PAIRS:
            session.compare(results, clip.name, session.decoder(clip), pair)


def lines(session):
    results = session.results("decoder")
    works = {clip.name: work(session, results, clip) for clip in session.scale.decoded}
    rows, remarks = session.rows(results, works, PAIRS, works.get)
    if not rows and not remarks:
        return []
    return [
        "### VAE decode", "",
        "The real Wan VAE's dimensions, random weights; width x height x frames.", "",
        *markdown.table(HEAD, rows), "", *remarks, ""]


def lengths_commands(session, clip):
    """Ours in all precisions; the peer, which takes minutes, for the shortest clip alone."""
    task = session.decoder(clip)
    commands = {
        f"ours {precision}": task.ours(session.program, precision)
        for precision in shapes.PRECISIONS}
    if clip == session.scale.long[0]:
        for dtype in ("float32", "bfloat16"):
            commands[f"{NAMES['diffusers']} {dtype}"] = task.peer("diffusers", dtype)
    return commands


def length_key(session, clip, name):
    return f"{clip.name}, {name}, {session.threads} threads"


def measure_lengths(session):
    results = session.results("lengths")
    for clip in session.scale.long:
        count(session, results, clip)
        for name, command in lengths_commands(session, clip).items():
            session.measure(
                results, length_key(session, clip, name),
                functools.partial(compare.alone, command, session.threads),
                with_ours=name.startswith("ours"))


def length_lines(session):
    results = session.results("lengths")
    rows, keys = [], []
    for clip in session.scale.long:
        for name in lengths_commands(session, clip):
            key = length_key(session, clip, name)
            keys.append(key)
            found = results.good(key)
            if found:
                each = statistics.median(found["times"]) / clip.frames
                rows.append([
                    clip.name, name, markdown.seconds(found["times"]), markdown.short(each),
                    markdown.megabytes(found["memory"])])
    if not rows:
        return []
    return [
        "### VAE decode: memory and time by length", "", "One run each, the first of its process.",
        "", *markdown.table(["", "engine", "s", "s a frame", "peak memory, MB"], rows), "",
        *results.remarks(keys), ""]
