# SPDX-License-Identifier: Apache-2.0
"""Writes what step caching (TeaCache, arXiv 2411.19108) must give.

    python make_step_cache_golden.py            # into the folder of this file

In `values/step-cache`, `schedules.safetensors` has the steps that the published formula reuses for
changes that are made up here. `narrow.…` is a request through diffusers, the blocks of whose network
are left out at such steps. The checkpoints are those of `make_golden.py`.
"""

import argparse
import json
import pathlib

import numpy
import torch
from diffusers import UniPCMultistepScheduler

from make_golden import TEXTS, open_pipeline, run, write

# ali-vilab/TeaCache at 7c10efc, TeaCache4Wan2.1, text to video without `use_ret_steps`.
COEFFICIENTS = {
    "plain": [1.0, 0.0],
    "1.3B": [2.39676752e+03, -1.31110545e+03, 2.01331979e+02, -8.29855975e+00, 1.37887774e-01],
    "14B": [-5784.54975374, 5449.50911966, -1811.16591783, 256.27178429, -13.02252404],
}
# Within what the polynomials were fitted to: neither is below zero there.
RANGES = {"plain": (0.0, 0.4), "1.3B": (0.01, 0.17), "14B": (0.135, 0.38)}
THRESHOLDS = [0.02, 0.05, 0.08, 0.14, 0.2, 0.3, 0.5, 1.0]

CHECKPOINT = "narrow"
REQUEST = dict(
    mode="text-to-video", model=CHECKPOINT, prompt=TEXTS[0], seed=11, steps=14, guidance=4.0,
    shift=40.0, frames=9, size="48x32", format="png")
# A random embedding changes much from step to step.
THRESHOLD = 1.0
# No decision hangs on the last places.
MARGIN = 1e-4


def reused(changes, coefficients, threshold):
    """1 for each step that reuses; `changes` are those of every step but the first."""
    rescale = numpy.poly1d(coefficients)
    steps, accumulated = [0.0], 0.0
    for i, change in enumerate(changes):
        accumulated += rescale(change)
        is_last = i == len(changes) - 1
        assert is_last or abs(accumulated - threshold) > MARGIN
        if is_last or accumulated >= threshold:
            accumulated = 0.0
            steps.append(0.0)
        else:
            steps.append(1.0)
    return steps


def schedules(path):
    """Changes as they fall and rise over 50 steps, and what each threshold makes of them."""
    generator = torch.Generator("cpu").manual_seed(606)
    values = {}
    for name, (low, high) in RANGES.items():
        bowl = torch.linspace(-1, 1, 49, dtype=torch.float64) ** 2
        noise = torch.rand(49, generator=generator, dtype=torch.float64)
        changes = (low + (high - low) * (0.7 * bowl + 0.3 * noise)).float()
        rescaled = numpy.poly1d(COEFFICIENTS[name])(changes.double().numpy())
        assert (rescaled >= 0).all()
        values[f"changes.{name}"] = changes
        for threshold in THRESHOLDS:
            steps = reused(changes.double().tolist(), COEFFICIENTS[name], threshold)
            values[f"reused.{name}.{threshold}"] = torch.tensor(steps)
            print(f"{name:6} {threshold:5}: {sum(steps):.0f} of 50")
    write(path, values)


class Cache(torch.nn.Module):
    """Stands in for all blocks: runs them, or adds what they added before to the same text."""

    def __init__(self, blocks, texts):
        super().__init__()
        self.blocks, self.texts = blocks, texts
        self.calls, self.steps, self.residuals = 0, [], {}

    def forward(self, x, *arguments):
        step, text = divmod(self.calls, self.texts)
        self.calls += 1
        if self.steps[step]:
            return x + self.residuals[text]
        y = x
        for block in self.blocks:
            y = block(y, *arguments)
        self.residuals[text] = y - x
        return y


@torch.no_grad()
def clip(folder, values):
    pipeline = open_pipeline(folder)
    pipeline.scheduler = UniPCMultistepScheduler.from_config(
        pipeline.scheduler.config, flow_shift=REQUEST["shift"])
    exact = run(pipeline, REQUEST)
    transformer = pipeline.transformer
    embedder = transformer.condition_embedder
    # The pipeline has set the timesteps of the request.
    times = pipeline.scheduler.timesteps
    embeddings = embedder.time_embedder(embedder.timesteps_proj(times).float())
    changes = [
        float((b - a).abs().mean() / a.abs().mean()) for a, b in zip(embeddings, embeddings[1:])]
    cache = Cache(transformer.blocks, 2)
    cache.steps = reused(changes, COEFFICIENTS["plain"], THRESHOLD)
    transformer.blocks = torch.nn.ModuleList([cache])
    frames = run(pipeline, REQUEST)
    assert cache.calls == 2 * REQUEST["steps"]
    error = float(((frames - exact) ** 2).mean())
    print("changes", [round(change, 3) for change in changes], "reused", cache.steps,
          f"{-10 * numpy.log10(error):.1f} dB from all steps")
    (values / f"{CHECKPOINT}.json").write_text(json.dumps(REQUEST, indent=2) + "\n")
    write(values / f"{CHECKPOINT}.safetensors", {
        "frames": frames.half(), "reused": torch.tensor(cache.steps),
        "threshold": torch.tensor([THRESHOLD]), "changes": torch.tensor(changes)})


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--into", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    into = parser.parse_args().into
    values = into / "values" / "step-cache"
    torch.set_num_threads(1)
    schedules(values / "schedules.safetensors")
    clip(into / "checkpoints" / CHECKPOINT, values)


if __name__ == "__main__":
    main()
