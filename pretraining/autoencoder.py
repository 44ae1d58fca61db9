# SPDX-License-Identifier: Apache-2.0
"""The Wan autoencoder: its shape here, its start values, and passes over whole clips.

diffusers encodes and decodes in chunks with caches; without the caches it silently skips the
temporal resampling. The passes below give what the chunked ones give, over the whole clip at
once, so that gradients flow through all frames.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from diffusers import AutoencoderKLWan
from diffusers.models.autoencoders import autoencoder_kl_wan as wan
from torch import Tensor, nn

LATENT_CHANNELS = 16


def build(base: int = 16) -> AutoencoderKLWan:
    """The starter's autoencoder: 8 times smaller in space, 4 times in time, 16 channels."""
    return AutoencoderKLWan(
        base_dim=base,
        decoder_base_dim=base,
        z_dim=LATENT_CHANNELS,
        dim_mult=[1, 2, 4, 4],
        num_res_blocks=1,
        temperal_downsample=[False, True, True],
        latents_mean=[0.0] * LATENT_CHANNELS,
        latents_std=[1.0] * LATENT_CHANNELS,
    )


def encode(model: AutoencoderKLWan, clip: Tensor) -> Tensor:
    """Clip (B, 3, T, H, W) in -1...1 to moments (B, 2·16, 1 + (T - 1)/4, H/8, W/8)."""
    encoder = model.encoder
    x = encoder.conv_in(clip)
    for layer in encoder.down_blocks:
        x = _resample(layer, x) if isinstance(layer, wan.WanResample) else layer(x)
    x = encoder.mid_block(x)
    x = encoder.conv_out(F.silu(encoder.norm_out(x)))
    return model.quant_conv(x)


def decode(model: AutoencoderKLWan, latent: Tensor) -> Tensor:
    """Latents (B, 16, t, h, w) to a clip (B, 3, 1 + 4·(t - 1), 8·h, 8·w), not clamped."""
    decoder = model.decoder
    x = decoder.conv_in(model.post_quant_conv(latent))
    x = decoder.mid_block(x)
    for block in decoder.up_blocks:
        for resnet in block.resnets:
            x = resnet(x)
        if block.upsamplers is not None:
            x = _resample(block.upsamplers[0], x)
    return decoder.conv_out(F.silu(decoder.norm_out(x)))


def _resample(layer: wan.WanResample, x: Tensor) -> Tensor:
    if layer.mode == "upsample3d" and x.shape[2] > 1:
        # The first frame is never doubled, and the second one's history starts with zeros.
        batch, channels, frames, height, width = x.shape
        pairs = layer.time_conv(x[:, :, 1:]).reshape(batch, 2, channels, frames - 1, height, width)
        pairs = torch.stack((pairs[:, 0], pairs[:, 1]), 3).reshape(
            batch, channels, 2 * (frames - 1), height, width
        )
        x = torch.cat([x[:, :, :1], pairs], 2)
    batch, channels, frames, height, width = x.shape
    flat = layer.resample(x.transpose(1, 2).reshape(batch * frames, channels, height, width))
    x = flat.view(batch, frames, *flat.shape[1:]).transpose(1, 2)
    if layer.mode == "downsample3d" and x.shape[2] > 1:
        x = torch.cat([x[:, :, :1], layer.time_conv(x)], 2)
    return x


def _orthogonal(rows: int, columns: int) -> Tensor:
    matrix = nn.init.orthogonal_(torch.empty(rows, columns))
    return matrix * (rows / columns) ** 0.5 if rows > columns else matrix


@torch.no_grad()
def initialise(model: AutoencoderKLWan) -> None:
    """Start values that make the model nearly a space-to-depth code.

    Convolutions start as their centre tap (the latest in time) times an orthogonal matrix,
    the second one of a residual block at a tenth, down-samplers as space-to-depth, temporal
    up-samplers as repetition, and the posterior with little noise.
    """
    for name, module in model.named_modules():
        if isinstance(module, wan.WanCausalConv3d) and "time_conv" not in name:
            rows, columns, depth, height, width = module.weight.shape
            module.weight *= 0.15 if depth * height * width > 1 else 0.0
            gain = 0.1 if name.endswith("conv2") else 1.0
            module.weight[:, :, -1, height // 2, width // 2] += gain * _orthogonal(rows, columns)
            module.bias.zero_()
    for module in model.modules():
        if isinstance(module, wan.WanResample):
            _initialise_resample(module)
        if isinstance(module, wan.WanAttentionBlock):
            module.proj.weight.zero_()
            module.proj.bias.zero_()
    nn.init.normal_(model.encoder.conv_in.bias, std=0.7)
    nn.init.normal_(model.decoder.conv_in.bias, std=0.5)
    channels = model.config.z_dim
    model.quant_conv.weight[:channels] *= 3
    model.quant_conv.weight[channels:] *= 0.05
    model.quant_conv.bias[channels:] = -5.0
    model.post_quant_conv.weight *= 0.4
    model.decoder.conv_out.weight *= 0.5


def _initialise_resample(module: wan.WanResample) -> None:
    space = module.resample[1]
    rows, columns = space.weight.shape[:2]
    space.bias.zero_()
    if "down" in module.mode:
        space.weight *= 0.1
        space.weight[:, :, :2, :2] += 1.4 * _orthogonal(rows, 4 * columns).view(rows, columns, 2, 2)
    else:
        space.weight *= 0.5
        space.weight[:, :, 1, 1] += _orthogonal(rows, columns)
    if module.mode == "downsample3d":
        weight = module.time_conv.weight
        rows, columns = weight.shape[:2]
        weight.zero_()
        weight[:, :, 1:, 0, 0] += 1.2 * _orthogonal(rows, 2 * columns).view(rows, columns, 2)
        module.time_conv.bias.zero_()
    if module.mode == "upsample3d":
        weight = module.time_conv.weight
        columns = weight.shape[1]
        weight *= 0.15
        weight[:columns, :, -1, 0, 0] += torch.eye(columns)
        weight[columns:, :, -1, 0, 0] += torch.eye(columns)
        module.time_conv.bias.zero_()
