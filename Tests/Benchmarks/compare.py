# SPDX-License-Identifier: Apache-2.0
"""Ours against one peer in alternating pairs: ours, peer, ours, peer ...

    python compare.py transformer FOLDER INPUTS.safetensors --ours int8 \
        --peer diffusers --dtype bfloat16 [--pairs 5] [--threads N] [--error]

Both are loaded before the first run; the first run of each is not counted. `--error` says how far
both are from diffusers in float32.
"""

import argparse
import os
import pathlib
import statistics
import tempfile
import time

import numpy
from safetensors.numpy import load_file

import arguments
import shapes
from engine import Engine, EngineUnavailable, Task

PAUSE = 0.2  # seconds, until the other's threads no longer wait by spinning


def alternate(ours, peer, pairs, threads, reference=None):
    """Times, peak memory and, with a reference, the relative error of both commands.

    Gives `ours` and `peer`, each `times` (pairs; seconds), `memory` (bytes), `error` (or None).
    """
    with Engine(ours, threads) as first, Engine(peer, threads) as second:
        engines = dict(ours=first, peer=second)
        times = dict(ours=[], peer=[])
        for turn in range(pairs + 1):
            for name, engine in engines.items():
                time.sleep(PAUSE)
                seconds = engine.run()
                if turn > 0:
                    times[name].append(seconds)
        return {
            name: dict(
                times=times[name], memory=engine.memory(),
                error=reference and relative_error(engine, reference))
            for name, engine in engines.items()}


def alone(command, threads, runs=1):
    """One engine by itself: `times` (runs; seconds) and `memory` (bytes)."""
    with Engine(command, threads) as engine:
        times = [engine.run() for _ in range(runs)]
        return dict(times=times, memory=engine.memory())


def relative_error(engine, reference):
    """The norm of the difference to a saved output, divided by that output's norm."""
    with tempfile.TemporaryDirectory() as scratch:
        path = pathlib.Path(scratch) / "output.safetensors"
        engine.save(path)
        actual = load_file(path)["output"]
    expected = load_file(reference)["output"]
    if actual.shape != expected.shape:
        raise SystemExit(
            f"`{' '.join(engine.command)}`: wanted an output of {expected.shape}, "
            f"but it saved one of {actual.shape}")
    difference = numpy.linalg.norm((actual - expected).astype(numpy.float64))
    return float(difference / numpy.linalg.norm(expected.astype(numpy.float64)))


def reference(task, folder, threads):
    """The path of what diffusers in float32 makes of a task; it is made where it is missing."""
    path = folder / f"{task.folder.name}-{task.inputs.stem}.safetensors"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        with Engine(task.peer("diffusers", "float32"), threads) as engine:
            engine.run()
            engine.save(partial)
        partial.rename(path)
    return path


def ratio(result):
    """How many times as fast ours is: of the medians, and the lowest and highest of the pairs."""
    ours, peer = result["ours"]["times"], result["peer"]["times"]
    each = [b / a for a, b in zip(ours, peer, strict=True)]
    return statistics.median(peer) / statistics.median(ours), min(each), max(each)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("kind", choices=arguments.KINDS)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("inputs", type=pathlib.Path)
    parser.add_argument("--ours", choices=shapes.PRECISIONS, required=True)
    parser.add_argument("--peer", choices=["diffusers", "openvino"], required=True)
    parser.add_argument("--dtype", choices=shapes.PRECISIONS, required=True)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--program", type=pathlib.Path, default=".build/release/bench")
    parser.add_argument("--error", action="store_true")
    options = parser.parse_args()

    task = Task(options.kind, options.folder, options.inputs)
    expected = None
    if options.error:
        expected = reference(task, options.inputs.parent / "references", options.threads)
    try:
        result = alternate(
            task.ours(options.program, options.ours), task.peer(options.peer, options.dtype),
            options.pairs, options.threads, expected)
    except EngineUnavailable as reason:
        raise SystemExit(str(reason)) from None
    for name, side in result.items():
        times = side["times"]
        error = "" if side["error"] is None else f", error {side['error']:.2e}"
        print(f"{name}: {statistics.median(times):.3f} s ({min(times):.3f}-{max(times):.3f}), "
              f"{side['memory'] / 1e6:.0f} MB{error}")
    print("ratio: {:.2f} ({:.2f}-{:.2f})".format(*ratio(result)))


if __name__ == "__main__":
    main()
