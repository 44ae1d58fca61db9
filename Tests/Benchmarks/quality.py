# SPDX-License-Identifier: Apache-2.0
"""What lower precisions cost on the starter: PSNR of their frames against our own float32.

    python Tests/Benchmarks/quality.py [--rushes PATH] [--models models] [--model starter]

Eight prompts, two seeds each, lossless frames. A clip's figure is the mean over its frames; a frame
that is equal counts as 99 dB.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy
import PIL.Image

import markdown
import shapes
from session import REPOSITORY

PROMPTS = [
    "a red balloon drifts to the right over the sea at sunset",
    "a blue ball moves to the left in the desert on a sunny day",
    "a yellow star falls over snowy mountains at night",
    "a green car drives to the right through the city at night",
    "a white cat stays still in the snow by day",
    "an orange fish bounces in front of the forest at sunset",
    "a purple butterfly circles over the hills, watercolour",
    "a blue rocket rises in space, pixel art",
]
SEEDS = [1, 2]
EQUAL = 99.0


def make_clip(options, prompt, seed, *words):
    """The frames of one clip, (F, H, W, 3) of 8 bits, and its record; `words` say how it is made."""
    request = dict(
        mode="text-to-video", prompt=prompt, seed=seed, model=options.model, format="png")
    with tempfile.TemporaryDirectory() as scratch:
        path = pathlib.Path(scratch) / "request.json"
        path.write_text(json.dumps(request))
        output = pathlib.Path(scratch) / "output"
        done = subprocess.run(
            [options.rushes, "generate", path, "--output", output, "--models", options.models,
             *words], capture_output=True, text=True)
        story = f"'{prompt}' with {' '.join(words)}"
        if done.returncode != 0:
            sys.exit(f"{story}: {done.stderr.strip()}")
        pictures = sorted(p for p in output.rglob("*.png") if p.name != "poster.png")
        if not pictures:
            sys.exit(f"{story}: wanted PNG frames, but there are none")
        frames = [numpy.asarray(PIL.Image.open(p).convert("RGB")) for p in pictures]
        return numpy.stack(frames), json.loads((output / "result.json").read_text())


def decibels(frame, expected):
    error = numpy.mean((frame.astype(float) - expected.astype(float)) ** 2)
    return EQUAL if error == 0 else min(EQUAL, float(10 * numpy.log10(255**2 / error)))


def compare(actual, expected):
    """The mean over a clip's frames, and its lowest frame."""
    each = [decibels(a, b) for a, b in zip(actual, expected, strict=True)]
    return numpy.mean(each), min(each)


def measure(options):
    """For each precision, the mean of every clip's frames and every clip's lowest frame."""
    figures = {precision: [] for precision in shapes.PRECISIONS if precision != "float32"}
    for prompt in PROMPTS:
        for seed in SEEDS:
            expected, _ = make_clip(options, prompt, seed, "--precision", "float32")
            for precision, clips in figures.items():
                actual, _ = make_clip(options, prompt, seed, "--precision", precision)
                clips.append(compare(actual, expected))
                print(f"{precision:8}  seed {seed}  {clips[-1][0]:5.2f} dB  {prompt}", flush=True)
    return figures


def parser(description):
    """The options of every program that makes clips."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--rushes", type=pathlib.Path,
                        default=REPOSITORY / ".build" / "release" / "rushes")
    parser.add_argument("--models", type=pathlib.Path, default=REPOSITORY / "models")
    parser.add_argument("--model", default="starter")
    return parser


def main():
    figures = measure(parser(__doc__.split("\n")[0]).parse_args())
    rows = []
    for precision, clips in figures.items():
        means, lowest = zip(*clips, strict=True)
        rows.append([
            precision, f"{numpy.mean(means):.1f} dB", f"{min(means):.1f} dB",
            f"{min(lowest):.1f} dB"])
    print()
    print("\n".join(markdown.table(
        ["precision", "mean of the clips", "lowest clip", "lowest frame"], rows)))


if __name__ == "__main__":
    main()
