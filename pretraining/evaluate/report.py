# SPDX-License-Identifier: Apache-2.0
"""The scoreboard as Markdown for people and as JSON for programs."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pretraining.evaluate.statistics import EXACT_DECIBELS, Interval

DOMAIN = "closed-vocabulary rendered scenes"


@dataclass(frozen=True)
class Line:
    """One measurement of one thing.

    Attributes:
        name: what is measured.
        how: one sentence that says how.
        generated: what the model made.
        ceiling: the same by what the autoencoder leaves of the truth, the most it can reach.
        real: the same by the truth itself, which for readings is the reader's own accuracy.
        floor: the same by something that did not follow the request.
        gain: generated less floor, paired by clip.
        unit: "share" (0 to 1), "dB", or what is printed behind the number.
        verdict: what the numbers say where the section asks a question.
        details: more numbers, for the JSON.
    """

    name: str
    how: str
    generated: Interval
    ceiling: Interval | None = None
    real: Interval | None = None
    floor: Interval | None = None
    gain: Interval | None = None
    unit: str = "share"
    verdict: str = ""
    details: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Section:
    """Lines that belong together.

    `columns` names what ceiling, real and floor are in this section.
    """

    title: str
    about: str
    lines: list[Line]
    columns: tuple[str, str, str] = ("ceiling", "real renders", "floor")


@dataclass(frozen=True)
class Facts:
    """What a scoreboard is of: the command, the model's weights (SHA-256), seeds, versions."""

    command: str
    model: str
    weights: dict[str, str]
    seed: int
    seconds: float
    reader: str
    title: str = "Scoreboard"


def weights(model: Path) -> dict[str, str]:
    """The SHA-256 of each part's weights."""
    files = sorted(model.rglob("*.safetensors"))
    return {f.parent.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def _number(value: float, unit: str) -> str:
    if unit == "dB":
        return "exact" if value >= EXACT_DECIBELS else f"{value:.1f}"
    return f"{value:.3f}" if unit == "flicker" else f"{value:.2f}"


def _cell(interval: Interval | None, unit: str) -> str:
    if interval is None or interval.value != interval.value:
        return ""
    text = _number(interval.value, unit)
    if interval.low is None or text == "exact":
        return text
    return f"{text} [{_number(interval.low, unit)}, {_number(interval.high, unit)}]"


def _table(section: Section) -> list[str]:
    gains = any(line.gain for line in section.lines)
    verdicts = any(line.verdict for line in section.lines)
    parts = [
        (title, part)
        for title, part in zip(section.columns, ("ceiling", "real", "floor"))
        if any(getattr(line, part) for line in section.lines)
    ]
    head = ["", "clips", "**generated**", *(title for title, _ in parts)]
    head += ["gain"] * gains + ["verdict"] * verdicts
    rows = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for line in section.lines:
        unit = "" if line.unit in ("share", "flicker") else f" ({line.unit})"
        cells = [line.name + unit, str(line.generated.count or "")]
        cells.append(f"**{_cell(line.generated, line.unit)}**")
        cells += [_cell(getattr(line, part), line.unit) for _, part in parts]
        cells += [_cell(line.gain, line.unit)] * gains + [line.verdict] * verdicts
        rows.append("| " + " | ".join(cells) + " |")
    return rows


def _joined(names: list[str]) -> str:
    """Names that share a sentence: one or two of them, or the first and the last."""
    return " and ".join(names) if len(names) < 3 else f"{names[0]} to {names[-1]}"


def markdown(facts: Facts, sections: list[Section]) -> str:
    """The whole scoreboard."""
    text = [
        f"# {facts.title}",
        "",
        f"Domain: {DOMAIN}; the numbers say nothing about other prompts, pictures or benchmarks.",
        "Every generated clip was made by the Rushes engine, with this model folder and the",
        f"request's own defaults, seeds from {facts.seed} on, none left out. In brackets: 95 %",
        "bootstrap confidence intervals over clips; one of no width says that these clips agree,",
        "not that the next one would.",
        "",
        f"    {facts.command}",
        "",
        f"took {facts.seconds / 60:.0f} minutes. {facts.reader}",
    ]
    for section in sections:
        text += ["", f"## {section.title}", "", section.about, "", *_table(section), ""]
        names: dict[str, list[str]] = {}
        for line in section.lines:
            names.setdefault(line.how, []).append(line.name)
        text += [f"* *{_joined(some)}*: {how}" for how, some in names.items()]
    text += ["", "Weights (SHA-256, the first twelve digits): "]
    text[-1] += ", ".join(f"{part} {digest[:12]}" for part, digest in facts.weights.items()) + "."
    return "\n".join(text) + "\n"


def write(to: Path, facts: Facts, sections: list[Section]) -> None:
    """Writes the Markdown, and a JSON of the same name beside it."""
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(markdown(facts, sections))
    content = {"domain": DOMAIN, **asdict(facts), "sections": [asdict(s) for s in sections]}
    # Not a number is no JSON.
    blank = json.loads(json.dumps(content), parse_constant=lambda _: None)
    to.with_suffix(".json").write_text(json.dumps(blank, indent=1) + "\n")
