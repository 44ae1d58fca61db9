# SPDX-License-Identifier: Apache-2.0
"""python -m pretraining.evaluate.style --styles FOLDER --to models/starter/STYLE.md

Measures a trained style by what the engine makes with it: whether it brings a look that the model
was never shown, and what it costs prompts that do not ask for it. Where the folder holds no such
style, the engine trains it first, on examples that the studio renders.
"""

from __future__ import annotations

import argparse
import json
import random
import shlex
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from pretraining import style_examples
from pretraining.evaluate import adherence, report, statistics
from pretraining.evaluate.engine import Engine, Request
from pretraining.evaluate.prompts import Prompt, Prompts
from pretraining.evaluate.readers import blueprint, network, reading, training
from pretraining.evaluate.report import Line, Section
from pretraining.evaluate.truth import Autoencoder
from pretraining.studio.footage import render
from pretraining.studio.scene import LOOKS, UNSEEN_LOOKS, random_scene

LOOK, TRIGGER = style_examples.LOOK, style_examples.TRIGGER
# What is wanted: at least so much with the style, at most so much without, at most so much lost.
LEAST, MOST, LOST = 0.70, 0.20, 0.05
HOW = (
    f"by arithmetic on colours: at least 80 % of the clip's pixels are mixtures of a {LOOK}'s paper"
    " and its ink (within 24 in L*a*b*), and 2 to 45 % are ink."
)
ABOUT_LOOK = (
    "Held-out combinations, none of them among the examples, plain prompts. Generated: with the"
    f' style, which adds "{TRIGGER}". Without the style: the same prompts with the same words and'
    " seeds. Ceiling: true renders in the look through the autoencoder."
)
ABOUT_OTHERS = (
    "Real renders of the looks that the model knows, nothing that it generated: the share that is"
    " taken for the new one, through the autoencoder (in the first column) and before it."
)
ABOUT_ORDINARY = (
    "Other held-out prompts, in requests that do not name the style. Generated: while it is"
    " installed. Without the style: the same prompts and seeds where no style is. Gain: the paired"
    " difference."
)
ABOUT_WORDLESS = (
    "The same prompts in requests that name the style and forbid its words, for which nobody has a"
    " use: how much of the style is in its words, and how much in its weights."
)


@dataclass(frozen=True)
class Calibration:
    """The shares that are read as the look of real renders, and of those through an autoencoder."""

    real: float
    passed: float


def _seen(clips: Tensor) -> list[float]:
    """Per clip of uint8 (B, 3, T, H, W) 1 where the look is read and 0 where not."""
    return [float(blueprint.is_blueprint(clip)) for clip in clips]


def calibration(count: int, autoencoder: Autoencoder) -> dict[str, Calibration]:
    """What the look's reader says of so many real renders of each look, held-out combinations."""
    lot, found = random.Random("calibration"), {}
    for look in (*LOOKS, *UNSEEN_LOOKS):
        scenes = [random_scene(lot, held_out=True).but(look=look) for _ in range(count)]
        clips = render(scenes, [lot.getrandbits(64) for _ in scenes]).clips
        values = (_seen(clips), _seen(autoencoder.through(clips)))
        found[look] = Calibration(*(sum(value) / count for value in values))
    return found


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _requests(name: str, prompts: Sequence[Prompt], words: str = "", **keys) -> list[Request]:
    return [
        Request(
            f"{name}-{at:03d}",
            {"mode": "text-to-video", "prompt": p.text + words, "seed": p.seed, **keys},
        )
        for at, p in enumerate(prompts)
    ]


def measure_look(
    prompts: Sequence[Prompt], styled: Tensor, unstyled: Tensor, autoencoder: Autoencoder
) -> Section:
    """Whether clips show the look, with the style and without, uint8 (B, 3, T, H, W)."""
    scenes = [p.scene.but(look=LOOK) for p in prompts]
    real = render(scenes, [p.render_seed for p in prompts]).clips
    made, without = _seen(styled), _seen(unstyled)
    generated, floor = statistics.mean(made), statistics.mean(without)
    met = generated.value >= LEAST and floor.value <= MOST
    line = Line(
        LOOK,
        HOW,
        generated=generated,
        ceiling=statistics.mean(_seen(autoencoder.through(real))),
        real=statistics.mean(_seen(real)),
        floor=floor,
        gain=statistics.gain(made, without),
        verdict=f"{'met' if met else 'not met'}: at least {LEAST:.2f} against at most {MOST:.2f}",
        details={
            name: [[round(share, 3) for share in blueprint.shares(clip)] for clip in clips]
            for name, clips in (
                ("paper and ink with the style", styled),
                ("paper and ink without", unstyled),
            )
        },
    )
    columns = ("ceiling", "real renders", "without the style")
    return Section("A look that pretraining never showed", ABOUT_LOOK, [line], columns)


def measure_others(found: dict[str, Calibration], count: int) -> Section:
    """How often the reader takes a known look for the new one."""
    lines = []
    for look in LOOKS:
        # Counts stand for clips, so that the interval is the one of so many clips.
        shares = (found[look].real, found[look].passed)
        real, passed = (
            statistics.mean([1.0] * round(s * count) + [0.0] * (count - round(s * count)))
            for s in shares
        )
        lines.append(Line(look, HOW, generated=passed, real=real))
    columns = ("ceiling", "before the autoencoder", "floor")
    return Section("Known looks read as the new one", ABOUT_OTHERS, lines, columns)


def measure_ordinary(
    title: str,
    about: str,
    prompts: Sequence[Prompt],
    styled: Tensor,
    plain: Tensor,
    reader: network.Reader,
) -> Section:
    """What a style costs prompts that do not call it up."""
    made, alone = reading.read(reader, styled), reading.read(reader, plain)
    attributes = adherence.SETS["plain"][0]
    lines = []
    for name in (*attributes, "all five"):
        names = attributes if name == "all five" else (name,)
        values, before = (adherence.score(prompts, r, names).matched for r in (made, alone))
        change = statistics.gain(values, before)
        verdict = "met" if change.value >= -LOST else "not met"
        lines.append(
            Line(
                name,
                adherence.HOW[name],
                generated=statistics.mean(values),
                floor=statistics.mean(before),
                gain=change,
                verdict=f"{verdict}: at most {LOST:.2f} lost",
            )
        )
    leaked = _seen(styled)
    line = Line(LOOK, HOW, generated=statistics.mean(leaked), floor=statistics.mean(_seen(plain)))
    columns = ("ceiling", "real renders", "without the style")
    return Section(title, about, [*lines, line], columns)


def _trained(engine: Engine, given: argparse.Namespace) -> str:
    """Trains the style where it is not there yet; a sentence about its training."""
    kept = given.styles / f"{LOOK}.about.json"
    if not (given.styles / LOOK).exists() and not (given.styles / f"{LOOK}.safetensors").exists():
        _say(f"training {LOOK}")
        given.styles.mkdir(parents=True, exist_ok=True)
        settings = {"model": given.model.name, **json.loads(given.settings)}
        with tempfile.TemporaryDirectory(prefix="examples-") as scratch:
            examples = style_examples.draw(style_examples.STILLS, style_examples.CLIPS, 0)
            start = time.monotonic()
            record = engine.train(style_examples.write(Path(scratch), examples, settings))
        kept.write_text(json.dumps({"seconds": time.monotonic() - start, "record": record}))
    if not kept.exists():
        return "The style was trained elsewhere."
    about = json.loads(kept.read_text())
    return (
        f"The engine trained the style in {about['seconds'] / 60:.1f} minutes on"
        f" {style_examples.STILLS} stills and {style_examples.CLIPS} clips."
    )


def main() -> None:
    """Writes what a style does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rushes", type=Path, default=Path(".build/release/rushes"))
    parser.add_argument("--model", type=Path, default=Path("models/starter"))
    parser.add_argument("--styles", type=Path, default=Path("pretraining/state/styles"))
    parser.add_argument("--state", type=Path, default=Path("pretraining/state"))
    parser.add_argument("--to", type=Path, default=Path("models/starter/STYLE.md"))
    parser.add_argument("--settings", default="{}", help="more keys of the training's request")
    parser.add_argument("--count", type=int, default=48, help="prompts of each kind")
    parser.add_argument("--others", type=int, default=8, help="real renders of each look")
    parser.add_argument("--seed", type=int, default=2000)
    parser.add_argument("--jobs", type=int, default=1, help="clips made at the same time")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--look-only", action="store_true", help="leaves the reader's network out")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    start = time.monotonic()
    engine = Engine(given.rushes, given.model, given.jobs, given.styles)
    autoencoder, prompts = Autoencoder(given.model), Prompts(given.seed)
    about = _trained(engine, given)
    asked = prompts.draw("style", given.count)
    _say(f"{LOOK}: {given.count} clips with the style and as many without")
    styled = engine.make(_requests("styled", asked, style=LOOK))
    unstyled = engine.make(_requests("unstyled", asked, f", {TRIGGER}"))
    sections = [measure_look(asked, styled, unstyled, autoencoder)]
    sections.append(measure_others(calibration(given.others, autoencoder), given.others))
    if not given.look_only:
        reader = training.trained(given.state, autoencoder, _say)
        ordinary = prompts.plain(given.count)
        _say(f"ordinary prompts: {given.count} clips in each of three ways")
        bare = Engine(given.rushes, given.model, given.jobs)
        plain = bare.make(_requests("plain", ordinary))
        for title, what, keys in (
            ("Prompts that do not ask for it", ABOUT_ORDINARY, {}),
            (
                "The style without its words",
                ABOUT_WORDLESS,
                {"style": [{"name": LOOK, "trigger": False}]},
            ),
        ):
            clips = engine.make(_requests("ordinary", ordinary, **keys))
            sections.append(measure_ordinary(title, what, ordinary, clips, plain, reader))
    command = ["python", "-m", "pretraining.evaluate.style", "--model", given.model]
    command += ["--count", given.count, "--seed", given.seed]
    command += ["--settings", given.settings] if given.settings != "{}" else []
    facts = report.Facts(
        shlex.join(map(str, command)),
        given.model.name,
        report.weights(given.model),
        given.seed,
        time.monotonic() - start,
        f"{about} {training.ABOUT}",
        f"A style: {LOOK}",
    )
    report.write(given.to, facts, sections)
    print(given.to)


if __name__ == "__main__":
    main()
