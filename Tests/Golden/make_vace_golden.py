# SPDX-License-Identifier: Apache-2.0
"""Writes the tiny VACE checkpoints, and what diffusers' WanVACEPipeline makes of them.

    python make_vace_golden.py            # into the folder of this file
    python make_vace_golden.py --into DIR

Needs the program ffmpeg for the clips. See make_golden.py for how the models are made.
"""

import argparse
import gc
import json
import pathlib
import shutil

import numpy
import PIL.Image
import torch

import vace
from make_golden import TEXTS, Shape, random_checkpoint, write

SHAPES = [
    # The shape of diffusers' own pipeline test: odd channel counts, everything float32.
    Shape(
        "vace-narrow",
        text=dict(d_model=32, d_kv=8, d_ff=37, num_heads=4, num_layers=2),
        transformer=dict(
            num_attention_heads=2, attention_head_dim=12, in_channels=16, out_channels=16,
            text_dim=32, freq_dim=256, ffn_dim=32, num_layers=3, patch_size=(1, 2, 2),
            rope_max_seq_len=32, vace_layers=[0, 2], vace_in_channels=96),
        vae=dict(
            base_dim=3, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1,
            temperal_downsample=[False, True, True]),
        dtype=torch.float32, vae_dtype=torch.float32, flow_shift=3.0, shard=None,
        normalization="identity", unknown=3, compression=8, seed=505),
    # 4x in space and 2x in time, two residual blocks, an encoder wider than the decoder; bfloat16
    # with float32 norms, tables and time embedder, in shards.
    Shape(
        "vace-mixed",
        text=dict(d_model=24, d_kv=16, d_ff=40, num_heads=2, num_layers=1),
        transformer=dict(
            num_attention_heads=2, attention_head_dim=20, in_channels=8, out_channels=8,
            text_dim=24, freq_dim=64, ffn_dim=50, num_layers=4, patch_size=(1, 2, 2),
            rope_max_seq_len=64, vace_layers=[0, 1, 3], vace_in_channels=32),
        vae=dict(
            base_dim=4, decoder_base_dim=3, z_dim=8, dim_mult=[1, 2, 3], num_res_blocks=2,
            temperal_downsample=[False, True], scale_factor_spatial=4, scale_factor_temporal=2),
        dtype=torch.bfloat16, vae_dtype=torch.bfloat16, flow_shift=5.0, shard="100KB",
        normalization="identity", unknown=3, compression=4, seed=606, mixed=True),
    # One control layer, a wide head, float16, the time halved at other levels.
    Shape(
        "vace-single",
        text=dict(d_model=20, d_kv=20, d_ff=30, num_heads=1, num_layers=2),
        transformer=dict(
            num_attention_heads=1, attention_head_dim=64, in_channels=4, out_channels=4,
            text_dim=20, freq_dim=32, ffn_dim=80, num_layers=1, patch_size=(1, 1, 1),
            vace_layers=[0], vace_in_channels=72),
        vae=dict(
            base_dim=2, z_dim=4, dim_mult=[1, 2, 4, 4], num_res_blocks=1,
            temperal_downsample=[True, True, False]),
        dtype=torch.float16, vae_dtype=torch.float16, flow_shift=1.5, shard=None,
        normalization="identity", unknown=3, compression=8, seed=707),
]

LOOK = "a red ball moves left over the sea at sunset"

# Requests as `rushes generate` takes them, with the sizes of the pictures they name.
VIDEOS = {
    "vace-narrow": {
        "words": dict(
            mode="text-to-video", prompt=LOOK, seed=7, steps=3, guidance=5.0, frames=5, size="48x16"),
        "first-frame": dict(
            mode="text-image-to-video", prompt=LOOK, image="first.png", seed=1, steps=3,
            guidance=5.0, frames=5, size="48x32"),
        "last-frame": dict(
            mode="text-image-to-video", prompt=TEXTS[3], negative_prompt="rain", image="last.png",
            image_role="last-frame", seed=2, steps=4, guidance=3.0, frames=17, size="32x16"),
        "both-ends": dict(
            mode="image-to-video", image=["first.png", "last.png"], seed=2**33 + 3, steps=3,
            guidance=4.0, frames=9, size="32x16"),
        "reference": dict(
            mode="text-image-to-video", prompt=LOOK, image="look.png", image_role="reference",
            seed=4, steps=3, guidance=5.0, frames=5, size="48x32", pictures=dict(look=(37, 53))),
        "references": dict(
            mode="text-image-to-video", prompt=LOOK, image=["a.png", "b.png", "c.png"],
            image_role="reference", seed=5, steps=3, guidance=5.0, frames=9, size="16x32",
            pictures=dict(a=(64, 40), b=(17, 90), c=(32, 32))),
        "control": dict(
            mode="stylization", prompt=TEXTS[2], video="source.mkv", structure=1, strength=0.7,
            seed=6, steps=3, guidance=5.0, frames=9, size="32x16"),
        "control-reference": dict(
            mode="render", video="source.mkv", image="look.png", structure=1, strength=1.5, seed=7,
            steps=3, guidance=1.0, frames=5, size="32x16", pictures=dict(look=(50, 21))),
        "mask": dict(
            mode="mask", prompt="a blue boat", video="source.mkv", mask="mask.mkv", seed=8, steps=3,
            guidance=5.0, frames=5, size="48x32"),
    },
    "vace-mixed": {
        "words": dict(
            mode="text-to-video", prompt=TEXTS[2], seed=17, steps=3, guidance=5.0, frames=5,
            size="32x32"),
        "first-and-reference": dict(
            mode="text-image-to-video", prompt=LOOK, image=["look.png", "first.png"],
            image_role=["reference", "first-frame"], seed=11, steps=3, guidance=5.0, frames=9,
            size="32x16", pictures=dict(look=(90, 17))),
        "references": dict(
            mode="image-to-video", image=["a.png", "b.png", "c.png"], image_role="reference",
            strength=1.2, seed=12, steps=6, guidance=7.5, frames=5, size="48x16",
            pictures=dict(a=(9, 9), b=(101, 77), c=(40, 13))),
        "mask": dict(
            mode="mask", prompt="a blue boat", video="source.mkv", mask="mask.mkv", strength=0.7,
            image="look.png", seed=13, steps=3, guidance=5.0, frames=5, size="32x32",
            pictures=dict(look=(31, 45))),
    },
    "vace-single": {
        "last-frame": dict(
            mode="text-image-to-video", prompt=LOOK, image="last.png", image_role="last-frame",
            seed=21, steps=10, guidance=5.0, frames=9, size="16x32"),
        "control": dict(
            mode="stylization", prompt=TEXTS[2], video="source.mkv", structure=1, strength=0.7,
            seed=22, steps=3, guidance=3.0, frames=9, size="16x48"),
    },
}

RATE = 16


def picture(width, height, lot):
    """Something with edges, gradients and saturated colours, (H, W, 3) of 8 bits."""
    y, x = numpy.mgrid[0:height, 0:width] / max(width, height)
    colours = lot.integers(0, 256, (3, 3))
    image = colours[0] * x[..., None] + colours[1] * (1 - x[..., None])
    disc = (x - lot.uniform(0.2, 0.8)) ** 2 + (y - lot.uniform(0.1, 0.5)) ** 2 < 0.04
    image[disc] = colours[2]
    image[(y * 9 + x * 5).astype(int) % 3 == 0] *= 0.6
    return image.round().astype(numpy.uint8)


def clip(width, height, count, lot):
    """A square on its way over a picture, and where it is: twice (F, H, W, 3) of 8 bits."""
    frames = numpy.stack([picture(width, height, lot)] * count)
    mask = numpy.zeros_like(frames)
    colour, side = lot.integers(0, 256, 3), height // 2
    for i in range(count):
        left, top = (width - side) * i // max(1, count - 1), 3 + i % 3
        frames[i, top:top + side, left:left + side] = colour + i
        mask[i, top:top + side, left:left + side] = 255
    return frames, mask


def write_media(request, folder, lot):
    """Invents what a request names."""
    folder.mkdir(parents=True, exist_ok=True)
    width, height = map(int, request["size"].split("x"))
    sizes = request.pop("pictures", {})
    images = request.get("image", [])
    for name in [images] if isinstance(images, str) else images:
        size = sizes.get(name.removesuffix(".png"), (width, height))
        PIL.Image.fromarray(picture(*size, lot)).save(folder / name, optimize=True)
    if "video" in request:
        frames, mask = clip(width, height, request["frames"], lot)
        vace.write_clip(folder / request["video"], frames, RATE)
        if "mask" in request:
            vace.write_clip(folder / request["mask"], mask, RATE)


def normalized(vae, posterior):
    mean = torch.tensor(vae.config.latents_mean).view(1, -1, 1, 1, 1)
    std = torch.tensor(vae.config.latents_std).view(1, -1, 1, 1, 1)
    return (posterior.latent_dist.mode() - mean) / std


@torch.no_grad()
def encoder_values(pipeline, folder, seed):
    """Frames (F, 3, H, W) in -1...1 and their latents (z, T, h, w), normalized."""
    generator = torch.Generator("cpu").manual_seed(seed)
    step, values = pipeline.vae_scale_factor_spatial, {}
    for frames, rows, columns in [(1, 3, 5), (5, 1, 3), (9, 3, 1), (17, 1, 1)]:
        clip = torch.rand(
            1, 3, frames, rows * step, columns * step, generator=generator) * 2 - 1
        latents = normalized(pipeline.vae, pipeline.vae.encode(clip))[0]
        values[f"frames.{frames}"] = clip[0].transpose(0, 1)
        values[f"latents.{frames}"] = latents
        print(f"  encoder {frames}: mean {latents.mean():.3f}, std {latents.std():.3f}")
    grey = torch.zeros(1, 3, 17, 2 * step, step)
    values["grey.17"] = normalized(pipeline.vae, pipeline.vae.encode(grey))[0]
    write(folder / "encoder.safetensors", values)


@torch.no_grad()
def control_values(pipeline, folder, seed):
    """Passes of the transformer with a control signal: `scales.i.j` gives `velocity.i.j`."""
    generator = torch.Generator("cpu").manual_seed(seed)
    config, values = pipeline.transformer.config, {}
    layers = len(config.vace_layers)
    lists = [[1.0] * layers, [0.5] * layers, [1.3 - 0.7 * i for i in range(layers)],
             [0.0] * (layers - 1) + [1.0], [1.0] + [0.0] * (layers - 1), [0.0] * layers]
    base = vace.base_pipeline(pipeline).transformer
    for i, (frames, rows, columns, time, length) in enumerate([(3, 2, 3, 999, 9), (1, 1, 2, 37, 1)]):
        _, ph, pw = config.patch_size
        size = (frames, rows * ph, columns * pw)
        x = torch.randn(1, config.in_channels, *size, generator=generator)
        context = torch.randn(1, config.vace_in_channels, *size, generator=generator)
        text = torch.randn(1, length, config.text_dim, generator=generator)
        common = dict(
            hidden_states=x, timestep=torch.tensor([time]), return_dict=False,
            encoder_hidden_states=torch.cat(
                [text, text.new_zeros(1, 512 - length, config.text_dim)], 1))
        plain = base(**common)[0][0]
        values |= {f"latents.{i}": x[0], f"context.{i}": context[0], f"text.{i}": text[0],
                   f"timestep.{i}": torch.tensor([float(time)]), f"velocity.{i}": plain}
        for j, scales in enumerate(lists):
            scales = torch.tensor(scales)
            values[f"scales.{i}.{j}"] = scales
            values[f"velocity.{i}.{j}"] = pipeline.transformer(
                control_hidden_states=context, control_hidden_states_scale=scales, **common)[0][0]
        change = (values[f"velocity.{i}.0"] - plain).std() / plain.std()
        print(f"  control {i}: changes the velocity by {change:.2f}")
    write(folder / "control.safetensors", values)


@torch.no_grad()
def context_values(pipeline, folder, seed):
    """Contexts of clips (F, 3, H, W), soft masks (F, H, W) and references (R, 3, H, W).

    diffusers fails where there are more references than latent frames of the clip.
    """
    generator = torch.Generator("cpu").manual_seed(seed)
    base, values = pipeline.vae_scale_factor_spatial * pipeline.transformer.config.patch_size[1], {}
    for i, (frames, rows, columns, count) in enumerate([(5, 1, 2, 0), (5, 2, 1, 1), (9, 1, 1, 3)]):
        size = (rows * base, columns * base)
        clip = torch.rand(1, 3, frames, *size, generator=generator) * 2 - 1
        mask = torch.rand(1, 1, frames, *size, generator=generator)
        references = list(torch.rand(count, 3, *size, generator=generator) * 2 - 1)
        latents = pipeline.prepare_video_latents(clip, mask.expand(-1, 3, -1, -1, -1), [references])
        packed = pipeline.prepare_masks(mask.expand(-1, 3, -1, -1, -1), [references])
        values |= {f"frames.{i}": clip[0].transpose(0, 1), f"mask.{i}": mask[0, 0],
                   f"context.{i}": torch.cat([latents, packed], 1)[0]}
        if references:
            values[f"references.{i}"] = torch.stack(references)
    write(folder / "context.safetensors", values)


def video_values(pipeline, name, folder):
    for number, (case, request) in enumerate(VIDEOS[name].items()):
        into = folder / case
        request = dict(request, model=name, fps=RATE, format="png")
        write_media(request, into, numpy.random.default_rng(1000 + number))
        (into / "request.json").write_text(json.dumps(request, indent=2) + "\n")
        frames = vace.run(pipeline, request, into)
        print(f"  {case}: {tuple(frames.shape)}, mean {frames.mean():.3f}, std {frames.std():.3f}, "
              f"clamped {((frames == 0) | (frames == 1)).float().mean():.3f}")
        # Float16 of 0...1 is good for 80 dB and half the size.
        values = dict(frames=frames.half())
        if request["mode"] == "mask":
            mask = vace.conditions(request, into)["mask"][0, ..., 0]
            values["inside"] = torch.from_numpy(mask).half()
        write(into / "frames.safetensors", values)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--into", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    into = parser.parse_args().into
    torch.set_num_threads(1)
    for shape in SHAPES:
        folder, values = into / "checkpoints" / shape.name, into / "values" / shape.name
        shutil.rmtree(values, ignore_errors=True)
        random_checkpoint(shape, folder)
        pipeline = vace.open_pipeline(folder)
        print(shape.name)
        encoder_values(pipeline, values, shape.seed + 4)
        control_values(pipeline, values, shape.seed + 5)
        context_values(pipeline, values, shape.seed + 6)
        video_values(pipeline, shape.name, values)
        del pipeline
        gc.collect()


if __name__ == "__main__":
    main()
