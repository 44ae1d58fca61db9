# SPDX-License-Identifier: Apache-2.0
"""A step of training with diffusers and PEFT: loss, gradients of factors of rank 16, AdamW.

Every block is computed again on the way back (gradient checkpointing), as its own training scripts
do. In bfloat16 the frozen weights are stored so and the products run under autocast; factors are float32.
The learning rate is 0, so that every step begins with the same factors. Projection i has `torch.randn` of
seed 2i for A, of 2i + 1 for B, times 0.02; the noise has seed 12345.
"""

import torch
from diffusers import WanTransformer3DModel
from peft import LoraConfig

import arguments

RANK = 16
ATTENTION = ["to_q", "to_k", "to_v", "to_out.0"]
PLACES = [f"attn{i}.{name}" for i in (1, 2) for name in ATTENTION] + ["ffn.net.0.proj", "ffn.net.2"]


def random(shape, seed):
    return torch.randn(shape, generator=torch.Generator("cpu").manual_seed(seed))


def factors(model):
    """All factors in the order of the network, A before B, with their values."""
    found = []
    for layer, block in enumerate(model.blocks):
        for place, name in enumerate(PLACES):
            module = block.get_submodule(name)
            for part, weight in enumerate((module.lora_A, module.lora_B)):
                weight = weight["default"].weight
                seed = 2 * (layer * len(PLACES) + place) + part
                weight.data.copy_(0.02 * random(weight.shape, seed))
                found.append(weight)
    return found


def open_step(folder, inputs, dtype):
    """A function that makes a step and gives the gradients as one array."""
    latents, timestep, text = (torch.from_numpy(x) for x in arguments.read("transformer", inputs))
    model = WanTransformer3DModel.from_pretrained(folder, dtype=dtype)
    model.requires_grad_(False)
    model.add_adapter(LoraConfig(
        r=RANK, lora_alpha=RANK,
        target_modules=r"blocks\.\d+\.(" + "|".join(PLACES).replace(".", r"\.") + ")"))
    model.enable_gradient_checkpointing()
    model.train()
    weights = factors(model)
    optimizer = torch.optim.AdamW(weights, lr=0.0)
    noise = random(latents.shape, 12345)
    sigma = timestep.float() / 1000
    noisy, target = (1 - sigma) * latents + sigma * noise, noise - latents

    def step():
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", dtype, enabled=dtype != torch.float32):
            velocity = model(
                hidden_states=noisy.to(dtype), timestep=timestep.float(),
                encoder_hidden_states=text.to(dtype), return_dict=False)[0]
        torch.nn.functional.mse_loss(velocity.float(), target).backward()
        gradients = torch.cat([weight.grad.flatten() for weight in weights]).numpy().copy()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        return gradients

    return step
