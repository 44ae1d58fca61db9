# SPDX-License-Identifier: Apache-2.0
"""One request from process start to file through diffusers.

    python starter_peer.py REQUEST.json --model models/starter --output FILE.mp4 [--dtype float32]

What the request does not say is as the model's `rushes.json` has it. A text-to-video request on a
folder with control is `WanPipeline` over its base weights. The program ffmpeg writes the file.
"""

import argparse
import json
import os
import pathlib
import subprocess

import torch
from diffusers import WanPipeline, WanTransformer3DModel
from diffusers.utils import logging

DTYPES = dict(float32=torch.float32, bfloat16=torch.bfloat16)


def open_pipeline(folder, dtype):
    """The control branch is left where it is; diffusers would say so at length."""
    logging.set_verbosity_error()
    transformer = WanTransformer3DModel.from_pretrained(
        folder, subfolder="transformer", dtype=dtype)
    pipeline = WanPipeline.from_pretrained(folder, transformer=transformer, dtype=dtype)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def frames(pipeline, request):
    """(F, H, W, 3) of 8 bits."""
    result = pipeline(
        prompt=request["prompt"], negative_prompt=request["negative_prompt"],
        width=request["width"], height=request["height"], num_frames=request["frames"],
        num_inference_steps=request["steps"], guidance_scale=request["guidance"],
        generator=torch.Generator("cpu").manual_seed(request["seed"]), output_type="np")
    return (result.frames[0] * 255).round().astype("uint8")


def write_clip(path, pictures, rate):
    count, height, width, _ = pictures.shape
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24",
         "-s", f"{width}x{height}", "-r", str(rate), "-i", "-", "-c:v", "libx264",
         "-pix_fmt", "yuv420p", path], input=pictures.tobytes(), check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("request", type=pathlib.Path)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--dtype", choices=DTYPES, default="float32")
    options = parser.parse_args()
    torch.set_num_threads(
        int(os.environ.get("RUSHES_THREADS", len(os.sched_getaffinity(0)))))
    defaults = json.loads((options.model / "rushes.json").read_text())
    request = defaults | json.loads(options.request.read_text())
    pictures = frames(open_pipeline(options.model, DTYPES[options.dtype]), request)
    write_clip(options.output, pictures, request["fps"])


if __name__ == "__main__":
    main()
