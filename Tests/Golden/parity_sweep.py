# SPDX-License-Identifier: Apache-2.0
"""Compares the engine with diffusers on random models of random shapes.

    python Tests/Golden/parity_sweep.py [--count 10] [--seed 5] [--rushes PATH]

Every model has its own head width, patch, autoencoder, precision, shift and tokenizer files, every
request its own prompt, seed, steps, guidance and size. Prints the PSNR of each clip against diffusers'
float frames (59 dB is what rounding to 8 bits costs) and against its frames rounded the same way.
Exits with 1 when one is below 50 dB.
"""

import argparse
import json
import pathlib
import random
import sys
import tempfile

import torch
from transformers import AutoTokenizer

import make_golden
from parity import decibels, engine_frames

PROMPTS = [
    make_golden.TEXTS[0], "a red   ball &amp; “snow” ☃ zebra 東京",
    "wild QUARTZ fjord 🚀🚀 vex", "x",
]


def random_shape(lot: random.Random, number: int) -> make_golden.Shape:
    """A model of dimensions drawn by lot."""
    z, text_dim = lot.choice([4, 8, 16]), lot.choice([16, 24, 32])
    return make_golden.Shape(
        f"random-{number}",
        text=dict(
            d_model=text_dim, d_kv=lot.choice([4, 8, 16]), d_ff=lot.choice([20, 64]),
            num_heads=lot.choice([1, 2, 4]), num_layers=lot.choice([1, 2, 3])),
        transformer=dict(
            num_attention_heads=lot.choice([1, 2, 3, 4]),
            attention_head_dim=lot.choice([12, 14, 16, 24, 32, 40, 64, 96, 128]),
            in_channels=z, out_channels=z, text_dim=text_dim,
            freq_dim=lot.choice([32, 100, 256]), ffn_dim=lot.choice([30, 64, 128]),
            num_layers=lot.choice([1, 2, 3]), rope_max_seq_len=lot.choice([64, 1024]),
            patch_size=lot.choice([(1, 2, 2), (1, 2, 2), (1, 1, 1), (1, 4, 4)])),
        vae=dict(
            base_dim=lot.choice([3, 4, 8]), z_dim=z, num_res_blocks=lot.choice([1, 2]),
            dim_mult=lot.choice([[1, 1, 1, 1], [1, 2, 4, 4], [1, 2, 2, 2]]),
            temperal_downsample=lot.choice([[False, True, True], [True, True, False]])),
        dtype=lot.choice([torch.float32, torch.bfloat16, torch.float16]),
        vae_dtype=lot.choice([torch.float32, torch.bfloat16]),
        flow_shift=lot.choice([1.0, 2.5, 3.0, 8.0, 16.0]), shard=lot.choice([None, "60KB"]),
        normalization=lot.choice(["identity", "nmt_nfkc"]), unknown=3, compression=8,
        seed=lot.randrange(1 << 20))


def random_request(lot: random.Random, shape: make_golden.Shape) -> dict:
    """A request that the shape can serve."""
    sizes = ["32x32", "64x96"] if shape.transformer["patch_size"][1] == 4 else [
        "32x32", "48x32", "64x64", "16x48"]
    request = dict(
        mode="text-to-video", model=shape.name, format="png", prompt=lot.choice(PROMPTS),
        seed=lot.choice([0, 5, 2**33 + 1, 123456789]), steps=lot.choice([1, 2, 3, 5, 10, 20]),
        guidance=lot.choice([1.0, 3.0, 5.0, 7.5]), frames=lot.choice([1, 5, 9, 13]),
        size=lot.choice(sizes))
    if lot.random() < 0.6:
        request["negative_prompt"] = lot.choice(["", "blur, 悪い", "a blue boat"])
    return request


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--rushes", default=".build/release/rushes")
    options = parser.parse_args()
    lot, worst = random.Random(options.seed), float("inf")
    with tempfile.TemporaryDirectory() as scratch:
        for number in range(options.count):
            shape = random_shape(lot, number)
            folder = pathlib.Path(scratch) / shape.name
            make_golden.random_checkpoint(shape, folder)
            if number % 2:
                # As transformers saves it: tokenizer.json beside, or instead of, spiece.model.
                AutoTokenizer.from_pretrained(folder / "tokenizer").save_pretrained(
                    folder / "tokenizer")
                if number % 4 == 3:
                    (folder / "tokenizer" / "spiece.model").unlink()
            request = random_request(lot, shape)
            expected = make_golden.run(make_golden.open_pipeline(folder), request).numpy()
            actual = engine_frames(options.rushes, folder, request)
            exact, rounded = decibels(actual, expected), decibels(
                actual, (expected * 255).round() / 255)
            worst = min(worst, exact)
            print(f"{exact:6.2f} dB ({rounded:6.2f} dB rounded)  {json.dumps(request, ensure_ascii=False)}",
                  flush=True)
    print(f"lowest {worst:.2f} dB")
    sys.exit(int(worst < 50))


if __name__ == "__main__":
    main()
