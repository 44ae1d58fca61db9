# SPDX-License-Identifier: Apache-2.0
"""Compares the engine with diffusers on one request, frame by frame.

    python parity.py MODEL_FOLDER REQUEST.json [--rushes PATH] [--at-least DECIBELS]

The request needs `prompt`, `size`, `frames`, `steps`, `guidance` and `seed`; its format and model
are set here. Prints the PSNR of each frame and of the clip; the frames of the engine are PNG, so
59 dB is the rounding to 8 bits and the comparison is also made with diffusers' frames rounded the
same way. Exits with 1 below the wanted PSNR (50 dB).
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy
import PIL.Image

from make_golden import open_pipeline, run


def decibels(actual, expected):
    error = numpy.mean((actual.astype(numpy.float64) - expected.astype(numpy.float64)) ** 2)
    return float("inf") if error == 0 else -10 * numpy.log10(error)


def engine_frames(rushes, folder, request, beside=None, options=()):
    """Runs `rushes generate` and reads its PNG files: (F, H, W, 3) in 0...1.

    The request is written `beside` its media, if it has any.
    """
    with tempfile.TemporaryDirectory() as scratch:
        path = pathlib.Path(beside or scratch) / "request.json"
        path.write_text(json.dumps(request))
        output = pathlib.Path(scratch) / "output"
        subprocess.run(
            [rushes, "generate", path, "--output", output, "--models", folder.parent,
             "--precision", "float32", *options], check=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        images = sorted(p for p in output.rglob("*.png") if p.name != "poster.png")
        return numpy.stack([numpy.asarray(PIL.Image.open(p).convert("RGB")) for p in images]) / 255


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("request", type=pathlib.Path)
    parser.add_argument("--rushes", default=".build/release/rushes")
    parser.add_argument("--at-least", type=float, default=50)
    options = parser.parse_args()
    folder = options.model.resolve()
    request = json.loads(options.request.read_text())
    request |= dict(mode="text-to-video", model=folder.name, format="png")
    expected = run(open_pipeline(folder), request).numpy()
    actual = engine_frames(options.rushes, folder, request)
    if actual.shape != expected.shape:
        sys.exit(f"the engine made {actual.shape}, diffusers {expected.shape}")
    for i, (a, b) in enumerate(zip(actual, expected)):
        print(f"frame {i:3d}  {decibels(a, b):6.2f} dB")
    rounded = (expected * 255).round() / 255
    different = numpy.mean(numpy.abs(actual - rounded) > 1 / 512)
    clip = decibels(actual, expected)
    print(f"clip       {clip:6.2f} dB; {decibels(actual, rounded):.2f} dB to the rounded frames, "
          f"{100 * different:.3f} % of the values differ there")
    sys.exit(int(clip < options.at_least))


if __name__ == "__main__":
    main()
