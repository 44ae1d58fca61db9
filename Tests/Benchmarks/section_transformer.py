# SPDX-License-Identifier: Apache-2.0
"""The transformer of 1.3B dimensions, with and without control, and how it scales."""

import statistics

import flops
import markdown
import shapes
from session import HEAD, Pair, rate

PAIRS = [
    Pair("int8", "diffusers", "bfloat16"),
    Pair("int8", "openvino", "bfloat16"),
    Pair("int8", "openvino", "int8"),
    Pair("bfloat16", "diffusers", "bfloat16"),
    Pair("bfloat16", "openvino", "bfloat16"),
    Pair("float32", "diffusers", "float32"),
    Pair("float32", "openvino", "float32"),
]
THREAD_PAIRS = [PAIRS[0], PAIRS[4], PAIRS[5]]
THREAD_LENGTH = 2240
TITLES = dict(transformer="Transformer forward", vace="Transformer forward with control, VACE")


def name(tokens):
    return f"N = {tokens:,}"


def measure(session, kind):
    results = session.results(kind)
    for tokens in session.lengths:
        task = session.transformer(kind, tokens)
        for pair in PAIRS:
            session.compare(results, name(tokens), task, pair)


def work(session, kind, tokens):
    control = len(range(0, session.layers, 2)) if kind == "vace" else 0
    return flops.transformer(tokens, session.layers, control, session.scale.transformer)


def lines(session, kind):
    works = {name(tokens): work(session, kind, tokens) for tokens in session.lengths}
    rows, remarks = session.rows(session.results(kind), works, PAIRS, works.get)
    if not rows and not remarks:
        return []
    control = len(range(0, session.layers, 2))
    layers = f"{session.layers} layers" + (f", {control} with control" if kind == "vace" else "")
    return [
        f"### {TITLES[kind]}", "", f"{layers}; width {width(session)}.", "",
        *markdown.table(HEAD, rows), "", *remarks, ""]


def width(session):
    dimensions = session.scale.transformer
    model = dimensions["num_attention_heads"] * dimensions["attention_head_dim"]
    return f"{model}, {dimensions['ffn_dim']} in the middle"


def scaling_lines(session, kind="transformer"):
    """GFLOP/s by N, from the same measurements: the best median of each engine."""
    results = session.results(kind)
    columns = [("ours", precision) for precision in reversed(shapes.PRECISIONS)]
    columns += dict.fromkeys(("peer", pair.peer) for pair in PAIRS)
    rows = []
    for tokens in session.lengths:
        cells = [best_rate(session, results, kind, tokens, *column) for column in columns]
        if any(cells):
            rows.append([f"{tokens:,}"] + [cell or "–" for cell in cells])
    if not rows:
        return []
    head = ["N"] + [f"ours {what}" if side == "ours" else what for side, what in columns]
    return ["### Scaling with N", "", "GFLOP/s.", "", *markdown.table(head, rows), ""]


def best_rate(session, results, kind, tokens, side, what):
    """Of `ours` in a precision, or of the `peer` of that name, or None."""
    medians = []
    for pair in PAIRS:
        found = results.good(session.key(name(tokens), pair))
        if found and what == (pair.ours if side == "ours" else pair.peer):
            medians.append(statistics.median(found[side]["times"]))
    return rate([min(medians)], work(session, kind, tokens)) if medians else None


def thread_length(session):
    return THREAD_LENGTH if THREAD_LENGTH in session.lengths else session.lengths[0]


def thread_counts(session):
    return sorted({1, session.threads})


def measure_threads(session):
    """Beside the transformer's results: with all threads they are the same measurements."""
    results = session.results("transformer")
    tokens = thread_length(session)
    task = session.transformer("transformer", tokens)
    for threads in thread_counts(session):
        for pair in THREAD_PAIRS:
            session.compare(results, name(tokens), task, pair, threads)


def thread_lines(session):
    results, tokens = session.results("transformer"), thread_length(session)
    rows, keys = [], []
    for pair in THREAD_PAIRS:
        for threads in thread_counts(session):
            key = session.key(name(tokens), pair, threads)
            row = session.row(
                results, name(tokens), pair, work(session, "transformer", tokens), threads)
            if row:
                keys.append(key)
                gains = [
                    gain(session, results, tokens, pair, threads, side)
                    for side in ("ours", "peer")]
                rows.append([threads, *row[1:9], *gains])
    if not any(row[0] == 1 for row in rows):
        return []
    head = ["threads", *HEAD[1:9], "ours, to 1 thread", "peer, to 1 thread"]
    return [
        "### Scaling with threads", "", f"Transformer forward, {name(tokens)}.", "",
        *markdown.table(head, rows), "", *results.remarks(keys), ""]


def gain(session, results, tokens, pair, threads, side):
    """How many times as fast as on one thread."""
    one = results.good(session.key(name(tokens), pair, 1))
    many = results.good(session.key(name(tokens), pair, threads))
    if not one or not many:
        return "–"
    medians = [statistics.median(entry[side]["times"]) for entry in (one, many)]
    return f"{medians[0] / medians[1]:.2f}"
