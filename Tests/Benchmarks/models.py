# SPDX-License-Identifier: Apache-2.0
"""Writes random models and their inputs, which every engine then reads.

    python models.py --into DIR [--scale full|tiny] [--layers 2]

The weights are diffusers' own initial values from fixed seeds, in float32; what is there already is
kept. DIR gets:

* `transformer-N`, `vace-N` (N layers, control at every second), `vae`, `text_encoder`: folders as
  `save_pretrained` writes them.
* `inputs/transformer-TOKENS.safetensors`: `latents` (16, T, h, w), `timestep` (1), `text` (40,
  text_dim), `padded` (1; zero rows follow up to this length).
* `inputs/vace-N-TOKENS.safetensors`: the same, `control` (96, T, h, w), `strengths` (control
  layers).
* `inputs/decoder-SIZE.safetensors`: `latents` (16, T, h, w), normalised.
* `inputs/text-PADDED.safetensors`: `tokens` (40; ids stored as float32), `padded` (1).
"""

import argparse
import pathlib
import shutil

import torch
from diffusers import AutoencoderKLWan, WanTransformer3DModel, WanVACETransformer3DModel
from safetensors.torch import save_file
from transformers import UMT5Config, UMT5EncoderModel

import shapes

CONTROL_CHANNELS = 96  # latents of what stays and of what changes, and an 8 x 8 mask


def control_layers(layers):
    """Every second one, as in VACE 1.3B."""
    return list(range(0, layers, 2))


def write_model(folder, seed, make):
    """Makes a model, unless its folder is there, which is renamed into place when it is whole."""
    if folder.exists():
        return
    print(f"writing {folder.name}", flush=True)
    torch.manual_seed(seed)
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    make().eval().save_pretrained(partial, max_shard_size="100GB")
    partial.rename(folder)


def write_inputs(path, tensors):
    """Writes float32 tensors, unless the file is there."""
    if path.exists():
        return
    partial = path.with_suffix(".partial")
    save_file({name: value.float().contiguous() for name, value in tensors.items()}, partial)
    partial.rename(path)


def write_models(into, scale, layers):
    write_model(
        into / f"transformer-{layers}", 1,
        lambda: WanTransformer3DModel(**scale.transformer, num_layers=layers))
    write_model(
        into / f"vace-{layers}", 2,
        lambda: WanVACETransformer3DModel(
            **scale.transformer, num_layers=layers, vace_layers=control_layers(layers),
            vace_in_channels=CONTROL_CHANNELS))
    write_model(into / "vae", 3, lambda: AutoencoderKLWan(**scale.autoencoder))
    config = UMT5Config(**scale.text, feed_forward_proj="gated-gelu", num_decoder_layers=1)
    write_model(into / "text_encoder", 4, lambda: UMT5EncoderModel(config))


def control_signal(time, rows, columns, generator):
    """Random latents in the first 32 channels, a mask of the right half in the rest."""
    latents = torch.randn(32, time, rows, columns, generator=generator)
    mask = torch.zeros(CONTROL_CHANNELS - 32, time, rows, columns)
    mask[..., columns // 2:] = 1
    return torch.cat([latents, mask])


def write_all_inputs(into, scale, layers):
    folder = into / "inputs"
    folder.mkdir(exist_ok=True)
    padded = torch.tensor([shapes.TEXT_LENGTH])
    width = scale.transformer["text_dim"]
    for clip in scale.clips:
        generator = torch.Generator("cpu").manual_seed(clip.tokens)
        tensors = dict(
            latents=torch.randn(16, *clip.latents, generator=generator),
            timestep=torch.tensor([500]),
            text=0.2 * torch.randn(shapes.WORDS, width, generator=generator),
            padded=padded)
        write_inputs(folder / f"transformer-{clip.tokens}.safetensors", tensors)
        tensors["control"] = control_signal(*clip.latents, generator)
        tensors["strengths"] = torch.ones(len(control_layers(layers)))
        write_inputs(folder / f"vace-{layers}-{clip.tokens}.safetensors", tensors)
    for clip in scale.decoded + scale.long:
        generator = torch.Generator("cpu").manual_seed(clip.tokens)
        write_inputs(
            folder / f"decoder-{clip.name}.safetensors",
            dict(latents=torch.randn(16, *clip.latents, generator=generator)))
    generator = torch.Generator("cpu").manual_seed(shapes.WORDS)
    tokens = torch.randint(2, scale.text["vocab_size"], (shapes.WORDS,), generator=generator)
    tokens[-1] = 1  # the end of the text
    for length in (shapes.TEXT_LENGTH, shapes.WORDS):
        write_inputs(
            folder / f"text-{length}.safetensors",
            dict(tokens=tokens, padded=torch.tensor([length])))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--into", type=pathlib.Path, required=True)
    parser.add_argument("--scale", choices=shapes.SCALES, default="full")
    parser.add_argument("--layers", type=int, default=2)
    options = parser.parse_args()
    options.into.mkdir(parents=True, exist_ok=True)
    scale = shapes.SCALES[options.scale]
    write_models(options.into, scale, options.layers)
    write_all_inputs(options.into, scale, options.layers)


if __name__ == "__main__":
    main()
