# SPDX-License-Identifier: Apache-2.0
"""What plain products reach on this machine, and where our time goes."""

import functools

import markdown
import shapes
from engine import EngineFailure

UNITS = dict(float32="float32", bfloat16="bfloat16", int8="int8 (operations)")


def thread_counts(session):
    return sorted({1, session.threads})


def measure(session):
    results = session.results("peaks")
    for threads in thread_counts(session):
        make = functools.partial(read_peaks, session, threads)
        session.measure(results, f"{threads} threads", make)


def read_peaks(session, threads):
    """`peaks` by precision, GFLOP/s, from lines such as `float32 440`."""
    printed = session.run_ours([session.program, "peaks"], threads)
    try:
        pairs = [line.split() for line in printed.splitlines() if line.strip()]
        peaks = {name: float(value) for name, value in pairs}
    except ValueError:
        peaks = {}
    if set(peaks) != set(shapes.PRECISIONS):
        raise EngineFailure(
            f"`{session.program} peaks`: wanted a line of a name and a number for each of "
            f"{', '.join(shapes.PRECISIONS)}; got:\n{printed}")
    return dict(peaks=peaks)


def lines(session):
    rows = []
    for threads in thread_counts(session):
        peaks = session.peaks(threads)
        if peaks:
            rows.append([threads] + [f"{peaks[name]:,.0f}" for name in shapes.PRECISIONS])
    if not rows:
        return []
    head = ["threads"] + [UNITS[name] for name in shapes.PRECISIONS]
    return [
        "### Measured peaks of plain products", "",
        "The most of several shapes of the model, GFLOP/s; the shares below are of these.", "",
        *markdown.table(head, rows), ""]
