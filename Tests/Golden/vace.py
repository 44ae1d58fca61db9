# SPDX-License-Identifier: Apache-2.0
"""A request and its media as diffusers' WanVACEPipeline takes them.

The media must have the size of the clip and, where they move, its frame rate and length: scaling and
resampling are not what is compared here.
"""

import pathlib
import subprocess

import numpy
import PIL.Image
import torch
from diffusers import WanPipeline, WanTransformer3DModel, WanVACEPipeline


def open_pipeline(folder):
    """The whole pipeline in float32, whatever the files hold."""
    pipeline = WanVACEPipeline.from_pretrained(folder, dtype=torch.float32)
    for part in (pipeline.text_encoder, pipeline.transformer, pipeline.vae):
        part.float().eval()
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def base_pipeline(pipeline):
    """WanPipeline over the same weights without the control branch."""
    config = {key: value for key, value in pipeline.transformer.config.items()
              if not key.startswith(("_", "vace_"))}
    transformer = WanTransformer3DModel(**config).eval()
    transformer.load_state_dict({
        name: value for name, value in pipeline.transformer.state_dict().items()
        if not name.startswith("vace_")})
    base = WanPipeline(
        tokenizer=pipeline.tokenizer, text_encoder=pipeline.text_encoder, vae=pipeline.vae,
        scheduler=pipeline.scheduler, transformer=transformer)
    base.set_progress_bar_config(disable=True)
    return base


def write_clip(path, frames, rate):
    """Writes pictures (F, H, W, 3) of 8 bits as FFV1, and checks that they come back."""
    count, height, width, _ = frames.shape
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24",
         "-s", f"{width}x{height}", "-r", str(rate), "-i", "-", "-c:v", "ffv1", "-level", "3",
         "-pix_fmt", "bgr0", "-fflags", "+bitexact", "-flags:v", "+bitexact", path],
        input=frames.tobytes(), check=True)
    assert (read_clip(path, width, height) == frames).all()


def read_clip(path, width, height):
    """The pictures of a clip, (F, H, W, 3) of 8 bits."""
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
        check=True, stdout=subprocess.PIPE).stdout
    return numpy.frombuffer(raw, numpy.uint8).reshape(-1, height, width, 3)


def grey(frames):
    """0.114 R + 0.587 G + 0.299 B, rounded, three times: how VACE computes it."""
    plane = (frames.astype(int) @ numpy.array([114, 587, 299]) + 500) // 1000
    return plane[..., None].repeat(3, -1).astype(numpy.uint8)


def conditions(request, folder):
    """`video`, `mask` and `reference_images` of a request whose media stand in `folder`."""
    folder = pathlib.Path(folder)
    width, height = map(int, request["size"].split("x"))
    video = numpy.full((request["frames"], height, width, 3), 0.5, numpy.float32)
    mask = numpy.ones_like(video)
    references = []

    def picture(name):
        return PIL.Image.open(folder / name).convert("RGB")

    def keep(index, name):
        pixels = numpy.asarray(picture(name), numpy.float32) / 255
        assert pixels.shape == video.shape[1:]
        video[index], mask[index] = pixels, 0

    def clip(name):
        frames = read_clip(folder / name, width, height)
        assert len(frames) == len(video)
        return frames

    images = request.get("image", [])
    images = [images] if isinstance(images, str) else images
    if request["mode"] in ("text-image-to-video", "image-to-video"):
        roles = request.get("image_role", ["first-frame", "last-frame"][:len(images)])
        roles = [roles] * len(images) if isinstance(roles, str) else roles
        for name, role in zip(images, roles, strict=True):
            if role == "reference":
                references.append(picture(name))
            else:
                keep(0 if role == "first-frame" else -1, name)
    else:
        references = [picture(name) for name in images]
    if request["mode"] == "mask":
        video[:] = clip(request["video"]) / numpy.float32(255)
        mask[:] = clip(request["mask"]) / numpy.float32(255)
        video[mask > 0.5] = 0.5
    elif "video" in request:
        assert request["structure"] == 1
        video[:] = grey(clip(request["video"])) / numpy.float32(255)
    result = dict(conditioning_scale=float(request.get("strength", 1)))
    if references:
        result["reference_images"] = references
    if not (mask == 1).all() or (video != 0.5).any():
        # With a batch axis, as the pipeline reads the size of arrays.
        result |= dict(video=video[None], mask=mask[None])
    return result


def delivered(frames, request, folder):
    """Frames (F, H, W, 3) with the pictures at the ends faded in over four frames, as the engine
    delivers modes 02 and 03."""
    if request["mode"] not in ("text-image-to-video", "image-to-video"):
        return frames
    given = conditions(request, folder)
    result = frames.copy()
    for index in (0, len(frames) - 1):
        if "mask" not in given or given["mask"][0, index].any():
            continue
        residual = given["video"][0, index] - frames[index]
        for at in range(len(frames)):
            result[at] += max(0, 1 - abs(at - index) / 4) * residual
    return result.clip(0, 1)


def run(pipeline, request, folder):
    """One request through diffusers: frames of (F, H, W, 3) in 0...1."""
    width, height = map(int, request["size"].split("x"))
    extra = {}
    if request["mode"] == "text-to-video":
        pipeline = base_pipeline(pipeline)
    else:
        extra = conditions(request, folder)
    return torch.from_numpy(pipeline(
        prompt=request.get("prompt", ""), negative_prompt=request.get("negative_prompt", ""),
        height=height, width=width, num_frames=request["frames"],
        num_inference_steps=request["steps"], guidance_scale=request["guidance"],
        generator=torch.Generator("cpu").manual_seed(request["seed"]),
        output_type="np", **extra).frames[0])
