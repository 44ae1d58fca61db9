# SPDX-License-Identifier: Apache-2.0
"""The models as modules of plain tensors, so that each peer runs the very same computation."""

import torch
from diffusers import AutoencoderKLWan, WanTransformer3DModel, WanVACETransformer3DModel
from transformers import UMT5EncoderModel


class Transformer(torch.nn.Module):
    """Latents, timestep and text to velocity."""

    def __init__(self, folder, dtype):
        super().__init__()
        self.model = WanTransformer3DModel.from_pretrained(folder, dtype=dtype)

    def forward(self, latents, timestep, text):
        return self.model(
            hidden_states=latents, timestep=timestep, encoder_hidden_states=text,
            return_dict=False)[0]


class ControlledTransformer(torch.nn.Module):
    """The same with the control branch, VACE."""

    def __init__(self, folder, dtype):
        super().__init__()
        self.model = WanVACETransformer3DModel.from_pretrained(folder, dtype=dtype)

    def forward(self, latents, timestep, text, control, strengths):
        return self.model(
            hidden_states=latents, timestep=timestep, encoder_hidden_states=text,
            control_hidden_states=control, control_hidden_states_scale=strengths,
            return_dict=False)[0]


class Decoder(torch.nn.Module):
    """Normalised latents to frames, as the pipeline does it."""

    def __init__(self, folder, dtype):
        super().__init__()
        self.model = AutoencoderKLWan.from_pretrained(folder, dtype=dtype)
        config = self.model.config
        for name, values in (("mean", config.latents_mean), ("std", config.latents_std)):
            self.register_buffer(name, torch.tensor(values, dtype=dtype).view(1, -1, 1, 1, 1))

    def forward(self, latents):
        return self.model.decode(latents * self.std + self.mean, return_dict=False)[0]


class TextEncoder(torch.nn.Module):
    """Ids and mask to states."""

    def __init__(self, folder, dtype):
        super().__init__()
        self.model = UMT5EncoderModel.from_pretrained(folder, dtype=dtype)

    def forward(self, ids, mask):
        return self.model(ids, mask, return_dict=False)[0]


WRAPPERS = dict(
    transformer=Transformer, vace=ControlledTransformer, decoder=Decoder, text=TextEncoder)


def load(kind, folder, dtype):
    return WRAPPERS[kind](folder, dtype).eval()
