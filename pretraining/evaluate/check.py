# SPDX-License-Identifier: Apache-2.0
"""Measures the measurement: truth as if it had been generated must score high, and clips that
follow nothing must score at the floor. It needs no engine.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from pretraining.evaluate import adherence, anchors, masks, structure, style, temporal
from pretraining.evaluate.prompts import Prompts
from pretraining.evaluate.readers import network, training
from pretraining.evaluate.report import Section
from pretraining.evaluate.truth import Autoencoder, rendered, restyled
from pretraining.studio import words
from pretraining.studio.scene import UNSEEN_LOOKS, random_scene

HIGH = 0.9


class _Findings:
    """What was found beside what was wanted."""

    def __init__(self) -> None:
        self.good = True

    def expect(self, name: str, value: float, low: float = -1e9, high: float = 1e9) -> None:
        """Notes a value and whether it lies between its bounds."""
        fits = low <= value <= high
        self.good &= fits
        bound = f"at least {low:g}" if high == 1e9 else f"at most {high:g}"
        bound = bound if low == -1e9 or high == 1e9 else f"between {low:g} and {high:g}"
        print(f"{'ok  ' if fits else 'FAIL'} {name}: {value:.3f}, wanted {bound}", flush=True)


def _value(section: Section, name: str, part: str = "generated") -> float:
    line = next(line for line in section.lines if line.name == name)
    return getattr(line, part).value


def run(given: argparse.Namespace, say: Callable[[str], None]) -> bool:
    """Whether every reader reads truth and is not fooled by anything else."""
    findings = _Findings()
    prompts, autoencoder = Prompts(given.seed, given.captions), Autoencoder(given.model)
    wanted, count = given.sections, given.count
    if {"adherence", "temporal"} & set(wanted):
        reader = training.trained(given.state, autoencoder, say)
        plain = _adherence(findings, prompts, count, reader, autoencoder)
        _temporal(findings, plain, reader)
    _unseen(findings, autoencoder)
    if "structure" in wanted:
        _structure(findings, prompts, max(4, count // 8))
    if "masks" in wanted:
        _masks(findings, prompts, max(6, count // 6))
    if {"first", "anchors"} & set(wanted):
        _anchors(findings, prompts, max(6, count // 6))
    print("check: passed" if findings.good else "check: FAILED")
    return findings.good


def _unseen(findings: _Findings, autoencoder: Autoencoder) -> None:
    """What a style teaches is kept from pretraining, and its reader tells it from all else."""
    lot = random.Random("unseen")
    drawn = [random_scene(lot, held_out) for held_out in (False, True) for _ in range(2000)]
    share = sum(scene.look in UNSEEN_LOOKS for scene in drawn) / len(drawn)
    findings.expect("random scenes in an unseen look", share, high=0)
    named = set(words.vocabulary()) & set(UNSEEN_LOOKS)
    findings.expect("words of captions for an unseen look", len(named), high=0)
    for look, line in style.calibration(8, autoencoder).items():
        bounds = {"low": HIGH} if look in UNSEEN_LOOKS else {"high": 1 - HIGH}
        findings.expect(f"{look} read as {style.LOOK}", line.real, **bounds)
        findings.expect(f"{look} read as {style.LOOK}, coded", line.passed, **bounds)


def _adherence(
    findings: _Findings,
    prompts: Prompts,
    count: int,
    reader: network.Reader,
    autoencoder: Autoencoder,
) -> adherence.Clips:
    sets = {}
    for name, size in adherence.sizes(count).items():
        asked = getattr(prompts, name)(size)
        real = rendered(asked).clips
        sets[name] = adherence.Clips(asked, real, real, autoencoder.through(real))
    for name, line in (
        (name, line)
        for name, some in sets.items()
        for line in adherence.measure({name: some}, reader).lines
    ):
        least = HIGH if line.name != "all five" else 0.75
        findings.expect(f"{line.name} of real renders", line.generated.value, low=least)
        through = line.ceiling.value
        findings.expect(
            f"{line.name} through the autoencoder",
            through,
            low=least - (0.1 if name == "plain" else 0.3),
        )
        findings.expect(f"{line.name}, shuffled", line.floor.value, high=0.5)
    plain = sets["plain"]
    moving = [at for at, p in enumerate(plain.prompts) if p.scene.motion != "still"]
    some = replace(
        plain,
        prompts=[plain.prompts[at] for at in moving],
        **{part: getattr(plain, part)[moving] for part in ("generated", "real", "passed")},
    )
    middle = some.real.shape[2] // 2

    def fooled(name: str, clips: Tensor, lines: dict[str, float]) -> None:
        found = adherence.measure({"plain": replace(some, generated=clips)}, reader)
        for line, most in lines.items():
            findings.expect(f"{line} of {name}", _value(found, line), high=most)

    frozen = some.real[:, :, middle : middle + 1].expand_as(some.real)
    fooled("frozen clips where motion was asked for", frozen, {"motion": 0.05, "all five": 0.05})
    shuffled = dict.fromkeys(("colour", "kind", "motion", "place", "time", "all five"), 0.5)
    fooled("other prompts' clips", some.real.roll(1, 0), shuffled)
    blank = torch.full_like(some.real, 128)
    lines = {"colour": 0.25, "kind": 0.25, "motion": 0.05, "all five": 0.05}
    fooled("blank clips", blank, lines)
    noise = torch.randint_like(some.real, 256)
    fooled("noise", noise, {"kind": 0.4, "motion": 0.25, "all five": 0.05})
    backwards = some.real.flip(2)
    fooled("clips that run backwards", backwards, {"motion": 0.45})
    return plain


def _temporal(findings: _Findings, plain: adherence.Clips, reader: network.Reader) -> None:
    section = temporal.measure(plain, reader)
    moves = "motion"
    findings.expect("motion of real renders", _value(section, moves), low=0.2)
    findings.expect("motion of frozen clips", _value(section, moves, "floor"), high=0.001)
    calm = "temporal flickering, background"
    findings.expect("flicker of real renders' background", _value(section, calm), low=0.98)
    findings.expect("flicker of frozen clips", _value(section, calm, "floor"), low=0.9999)
    noisy = plain.real.float() + 25 * torch.randn(plain.real.shape)
    noisy = noisy.clamp(0, 255).to(torch.uint8)
    section = temporal.measure(replace(plain, generated=noisy), reader)
    findings.expect("flicker of noisy clips", _value(section, calm), high=0.95)


def _structure(findings: _Findings, prompts: Prompts, count: int) -> None:
    sources = prompts.draw("structure", count)
    source = rendered(sources).clips
    wanted = restyled(sources, structure.targets(sources)).clips
    other = source.roll(1, 0).float()

    def measured(outputs: list[Tensor]) -> Section:
        return structure.measure(structure.Clips(source, wanted, source, outputs))

    mixed = [
        torch.lerp(other, source.float(), amount).to(torch.uint8) for amount in structure.AMOUNTS
    ]
    obedient, deaf = measured(mixed), measured([wanted] * len(mixed))
    for name in structure.MEASURES:
        whole = f"{name}, from structure 0 to 1"
        findings.expect(f"{name} of the source", _value(obedient, f"{name}, structure 1"), low=HIGH)
        findings.expect(f"{name} that follows structure", _value(obedient, whole), low=0.2)
        monotone = next(x for x in obedient.lines if x.name == whole).details["monotone"]
        findings.expect(f"{name} that follows structure is monotone", float(monotone), low=1)
        findings.expect(f"{name} that ignores structure", _value(deaf, whole), -0.001, 0.001)
        monotone = next(x for x in deaf.lines if x.name == whole).details["monotone"]
        findings.expect(f"{name} that ignores structure is monotone", float(monotone), high=0)
        true, floor = (_value(deaf, f"{name}, structure 1", part) for part in ("real", "floor"))
        findings.expect(f"{name}, true restyling above the floor", true - floor, low=0.1)


def _masks(findings: _Findings, prompts: Prompts, count: int) -> None:
    sources = prompts.draw("masks", count)
    targets = masks.recoloured(sources)
    footage, wanted = rendered(sources), restyled(sources, targets).clips
    boxes = masks.boxes(footage.covers)
    pasted = torch.where(boxes[:, None] > 0.5, wanted, footage.clips)
    colours = [target.colour for target in targets]

    def measured(output: Tensor) -> Section:
        return masks.measure(masks.Clips(footage.clips, wanted, output, boxes, colours, None))

    true, idle, alien = (measured(v) for v in (pasted, footage.clips, wanted.roll(1, 0)))
    out, leak = "outside, after paste-back", "leakage, after paste-back"
    findings.expect("outside of a true edit", _value(true, out), low=100)
    findings.expect("colour of a true edit", _value(true, "asked colour inside"), low=HIGH)
    findings.expect("seam of a true edit", _value(true, "seam"), 0.5, 1.5)
    findings.expect("leakage of a true edit", _value(true, leak), high=0.001)
    findings.expect("change by a true edit", _value(true, "change inside"), low=0.02)
    findings.expect("change by none", _value(idle, "change inside"), high=0)
    findings.expect("colour without an edit", _value(idle, "asked colour inside"), high=0.1)
    findings.expect("outside of another clip", _value(alien, out), high=20)
    findings.expect("leakage of another clip", _value(alien, leak), low=0.5)
    hard = _value(true, "seam", "floor") - _value(true, "seam", "real")
    findings.expect("seam of a hard edge above the source's", hard, low=0.3)


def _anchors(findings: _Findings, prompts: Prompts, count: int) -> None:
    real = rendered(prompts.draw("anchors", count)).clips
    true = anchors.Clips(real, real, real)
    section = anchors.measure_first(true)
    findings.expect("first frames that are given", _value(section, "first frame, mean"), low=100)
    good = f"first frame, at least {anchors.GOOD:g} dB"
    findings.expect("first frames that are given, share", _value(section, good), low=1)
    section = anchors.measure_first(replace(true, output=real.roll(1, 0)))
    findings.expect("other clips' first frames, share", _value(section, good), high=0)
    section = anchors.measure_anchors(true)
    findings.expect("panels of real clips", _value(section, "panels, mean"), low=100)
    findings.expect("jump of real clips", _value(section, "jump at the panels"), 0.6, 1.4)
    findings.expect("jump of foreign panels", _value(section, "jump at the panels", "floor"), low=3)
