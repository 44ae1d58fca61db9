# SPDX-License-Identifier: Apache-2.0
"""Compares the engine with diffusers on one request with an adapter, frame by frame.

    python adapter_parity.py MODEL_FOLDER ADAPTER.safetensors REQUEST.json
        [--weight 1] [--rushes PATH] [--at-least DECIBELS]

diffusers takes the adapter by `load_lora_weights`; the engine finds it as a style. The request is
as for parity.py, or for a model with a control branch as vace.py takes it, its media beside it.
Exits with 1 below the wanted PSNR (45 dB).
"""

import argparse
import json
import pathlib
import shutil
import sys
import tempfile

import make_golden
import vace
from parity import decibels, engine_frames


def diffusers_frames(folder, adapter, weight, request, beside):
    """Frames of (F, H, W, 3) in 0...1, as the engine delivers the mode, with and without it."""
    has_control = "VACE" in json.loads((folder / "model_index.json").read_text())["_class_name"]
    pipeline = (vace if has_control else make_golden).open_pipeline(folder)
    if has_control and request["mode"] == "text-to-video":
        # The engine leaves the control branch out where words alone lead.
        pipeline, has_control = vace.base_pipeline(pipeline), False

    def frames():
        if not has_control:
            return make_golden.run(pipeline, request).numpy()
        return vace.delivered(vace.run(pipeline, request, beside).numpy(), request, beside)

    plain = frames()
    # See make_adapter_golden.py for why memory is not saved.
    pipeline.load_lora_weights(adapter, adapter_name="style", low_cpu_mem_usage=False)
    pipeline.set_adapters(["style"], [weight])
    pipeline.transformer.float().eval()
    return frames(), plain


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("adapter", type=pathlib.Path)
    parser.add_argument("request", type=pathlib.Path)
    parser.add_argument("--weight", type=float, default=1)
    parser.add_argument("--rushes", default=".build/release/rushes")
    parser.add_argument("--at-least", type=float, default=45)
    options = parser.parse_args()
    folder = options.model.resolve()
    request = json.loads(options.request.read_text())
    request |= dict(model=folder.name, format="png")
    request.setdefault("mode", "text-to-video")
    request.pop("style", None)
    with tempfile.TemporaryDirectory() as scratch:
        beside, styles = pathlib.Path(scratch) / "request", pathlib.Path(scratch) / "styles"
        shutil.copytree(options.request.parent, beside)
        styles.mkdir()
        shutil.copy(options.adapter, styles / "compared.safetensors")
        expected, plain = diffusers_frames(
            folder, options.adapter.resolve(), options.weight, request, beside)
        # The trigger stays out: the prompt must be the same in both.
        style = dict(name="compared", weight=options.weight, trigger=False)
        actual = engine_frames(
            options.rushes, folder, request | dict(style=style), beside, ["--styles", styles])
    if actual.shape != expected.shape:
        sys.exit(f"the engine made {actual.shape}, diffusers {expected.shape}")
    for i, (a, b) in enumerate(zip(actual, expected)):
        print(f"frame {i:3d}  {decibels(a, b):6.2f} dB")
    clip = decibels(actual, expected)
    change = decibels(expected, plain)
    print(f"clip       {clip:6.2f} dB; without the adapter it would be {change:.2f} dB")
    sys.exit(int(clip < options.at_least))


if __name__ == "__main__":
    main()
