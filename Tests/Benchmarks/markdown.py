# SPDX-License-Identifier: Apache-2.0
"""Figures as people read them, tables, and the part of BENCHMARKS.md that the program writes."""

import statistics

BEGIN = "<!-- bench.py writes what follows -->"
END = "<!-- bench.py writes what precedes -->"
TITLE = "# Benchmarks\n"


def table(head, rows):
    """Markdown; the first column to the left, the others to the right."""
    ruler = ["---"] + ["---:"] * (len(head) - 1)
    return ["| " + " | ".join(map(str, row)) + " |" for row in [head, ruler, *rows]]


def seconds(times):
    """The median, and the lowest and highest where there are several."""
    middle = f"{short(statistics.median(times))}"
    if len(times) == 1:
        return middle
    return f"{middle} ({short(min(times))}–{short(max(times))})"


def short(value):
    """Three digits."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def megabytes(size):
    return f"{size / 1e6:,.0f}"


def error(value):
    return "–" if value is None else f"{value:.1e}"


def write_section(path, lines):
    """Replaces what stands between the marks, or appends it with them."""
    part = "\n".join([BEGIN, "", *lines, "", END])
    whole = path.read_text() if path.exists() else TITLE
    begin, end = whole.find(BEGIN), whole.find(END)
    if begin < 0 or end < begin:
        path.write_text(f"{whole.rstrip()}\n\n{part}\n")
    else:
        path.write_text(whole[:begin] + part + whole[end + len(END):])
