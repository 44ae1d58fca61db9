# SPDX-License-Identifier: Apache-2.0
"""Compares the engine with diffusers' WanVACEPipeline on random models of random shapes.

    python Tests/Golden/vace_sweep.py [--count 10] [--seed 5] [--rushes PATH] [--models FOLDER]

As parity_sweep.py, with a control branch: every model has its own control layers, every request its
own mode (words, first and last frame, one to three references of any size, control, mask) and
strength. Prints the PSNR of each clip, inside the mask where there is one. With --models the models of
that folder are taken in turn instead. Exits with 1 when a clip is below 45 dB. Needs ffmpeg.
"""

import argparse
import json
import pathlib
import random
import sys
import tempfile

import numpy

import make_golden
import make_vace_golden
import vace
from parity import decibels, engine_frames
from parity_sweep import PROMPTS, random_shape

KINDS = ["words", "first-frame", "last-frame", "both-ends", "reference", "references",
         "first-and-references", "stylization", "render", "mask", "mask-and-reference"]


def random_control(lot: random.Random, shape: make_golden.Shape) -> make_golden.Shape:
    """Gives a shape a control branch, and sometimes an autoencoder of three levels."""
    if lot.random() < 0.3:
        halves = lot.choice([[False, True], [True, False], [True, True]])
        shape.vae |= dict(
            dim_mult=[1, 2, 2], temperal_downsample=halves, scale_factor_spatial=4,
            scale_factor_temporal=2 ** sum(halves))
    layers = shape.transformer["num_layers"]
    chosen = sorted({0} | {i for i in range(layers) if lot.random() < 0.5})
    spatial = 2 ** (len(shape.vae["dim_mult"]) - 1)
    shape.transformer |= dict(
        vace_layers=chosen, vace_in_channels=2 * shape.vae["z_dim"] + spatial**2)
    return shape


def random_request(lot: random.Random, kind: str, model: str, patch: int) -> dict:
    """A request of one kind, with the sizes of the pictures it names."""
    sizes = ["32x32", "64x32"] if patch == 4 else ["32x32", "48x32", "16x48"]
    request = dict(
        model=model, format="png", seed=lot.choice([0, 5, 2**33 + 1, 123456789]),
        steps=lot.choice([1, 2, 4, 8]), guidance=lot.choice([1.0, 3.0, 5.0]),
        frames=lot.choice([5, 9, 17]), size=lot.choice(sizes), fps=make_vace_golden.RATE,
        mode="text-image-to-video", prompt=lot.choice(PROMPTS),
        strength=lot.choice([0.3, 0.7, 1, 1, 1.4]), pictures={})

    def pictures(count):
        names = [f"look{i}.png" for i in range(count)]
        for name in names:
            request["pictures"][name.removesuffix(".png")] = (
                lot.randrange(8, 120), lot.randrange(8, 120))
        return names

    if lot.random() < 0.5:
        request["negative_prompt"] = lot.choice(["", "blur, 悪い", "a blue boat"])
    if kind == "words":
        request["mode"] = "text-to-video"
        del request["strength"]
    elif kind in ("first-frame", "last-frame"):
        request |= dict(image="end.png", image_role=kind)
    elif kind == "both-ends":
        request |= dict(mode="image-to-video", image=["one.png", "two.png"])
        del request["prompt"]
    elif kind == "reference":
        request |= dict(image=pictures(1)[0], image_role="reference")
    elif kind == "references":
        # diffusers fails with more references than latent frames.
        request |= dict(image=pictures(lot.choice([2, 3])), image_role="reference", frames=9)
    elif kind == "first-and-references":
        names = pictures(2)
        request |= dict(image=names[:1] + ["end.png"] + names[1:],
                        image_role=["reference", "first-frame", "reference"])
    elif kind.startswith("mask"):
        request |= dict(mode="mask", video="source.mkv", mask="mask.mkv")
        if kind == "mask-and-reference":
            request["image"] = pictures(1)[0]
    else:
        request |= dict(mode=kind, video="source.mkv", structure=1)
        if lot.random() < 0.5:
            request["image"] = pictures(1)[0]
    return request


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--rushes", default=".build/release/rushes")
    parser.add_argument("--models", type=pathlib.Path)
    options = parser.parse_args()
    lot, worst = random.Random(options.seed), float("inf")
    numbers = numpy.random.default_rng(options.seed)
    installed = sorted(options.models.glob("*/model_index.json")) if options.models else []
    with tempfile.TemporaryDirectory() as scratch:
        for number in range(options.count):
            if installed:
                folder = installed[number % len(installed)].parent.resolve()
            else:
                shape = random_control(lot, random_shape(lot, number))
                folder = pathlib.Path(scratch) / "models" / shape.name
                make_golden.random_checkpoint(shape, folder)
            pipeline = vace.open_pipeline(folder)
            kind = KINDS[number % len(KINDS)]
            request = random_request(
                lot, kind, folder.name, pipeline.transformer.config.patch_size[1])
            media = pathlib.Path(scratch) / str(number)
            make_vace_golden.write_media(request, media, numbers)
            made = vace.run(pipeline, request, media).numpy()
            expected = vace.delivered(made, request, media)
            actual = engine_frames(options.rushes, folder, request, beside=media)
            where = numpy.ones(expected.shape[:3], bool)
            if request["mode"] == "mask":
                where = vace.conditions(request, media)["mask"][0, ..., 0] == 1
            exact = decibels(actual[where], expected[where])
            worst = min(worst, exact)
            print(f"{exact:6.2f} dB  {kind:20}  {json.dumps(request, ensure_ascii=False)}",
                  flush=True)
    print(f"lowest {worst:.2f} dB")
    sys.exit(int(worst < 45))


if __name__ == "__main__":
    main()
