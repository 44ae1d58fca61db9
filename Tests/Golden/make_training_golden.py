# SPDX-License-Identifier: Apache-2.0
"""Writes what training must give: gradients of every factor, and losses over 20 steps of AdamW.

    python make_training_golden.py            # into the folder of this file

PEFT puts factors on the checkpoints of `make_golden.py` and `make_vace_golden.py`, PyTorch's autograd
gives their gradients. In `values/training`, a file for each case has, all float32:

* `latents`, `noise` (C, T, h, w), `text` (L, text_dim; zero rows follow up to `padded`), `sigma`;
  with control `context` (C, T, h, w) and `strength`.
* `loss`, and for every factor `value.NAME` and `gradient.NAME` with names as
  `blocks.0.attn1.to_q.lora_A.weight`. Values are random: with B zero A would have no gradient.
* `sigmas` and `losses` of 20 steps that begin with these factors; the noise of step i is
  `torch.randn` with the seed 1000 + i.
* `final`: all factors after them, one after the other by name.
"""

import argparse
import pathlib

import torch
from diffusers import WanTransformer3DModel, WanVACETransformer3DModel
from peft import LoraConfig
from peft.tuners.tuners_utils import BaseTunerLayer

from make_golden import write

TARGETS = [
    "attn1.to_q", "attn1.to_k", "attn1.to_v", "attn1.to_out.0",
    "attn2.to_q", "attn2.to_k", "attn2.to_v", "attn2.to_out.0",
    "ffn.net.0.proj", "ffn.net.2"]

# Name: checkpoint, rank, alpha, latent frames, rows and columns, words, the length they are padded to,
# strengths, branch trained.
CASES = {
    "base": ("narrow", 3, 5.0, (3, 6, 4), 7, 512, None, False),
    "control": ("vace-narrow", 2, 2.0, (2, 4, 6), 5, 512, [0.8, 1.3], False),
    "branch": ("vace-narrow", 2, 3.0, (3, 4, 4), 9, 9, [0.7, 1.1], True),
    # The last hint does not count, but the first does.
    "first-hint": ("vace-narrow", 2, 2.0, (2, 4, 4), 5, 512, [0.5, 0.0], True),
}
STEPS = 20
LEARNING_RATE = 1e-2


def factors(model):
    """The factors by name, as the adapter's file calls them."""
    return {
        name.replace(".default", ""): value for name, value in model.named_parameters()
        if "lora_" in name}


def velocity(model, latents, sigma, text, control, strength):
    arguments = dict(
        hidden_states=latents[None], timestep=1000 * sigma[None],
        encoder_hidden_states=text[None], return_dict=False)
    if control is not None:
        arguments |= dict(
            control_hidden_states=control[None], control_hidden_states_scale=strength)
    return model(**arguments)[0][0]


def loss_of(model, latents, noise, sigma, *rest):
    noisy = (1 - sigma) * latents + sigma * noise
    return ((velocity(model, noisy, sigma, *rest) - (noise - latents)) ** 2).mean()


def case(name, checkpoints, values):
    checkpoint, rank, alpha, size, words, padded, strength, branch = CASES[name]
    generator = torch.Generator("cpu").manual_seed(len(name) + 77)
    random = lambda *shape: torch.randn(*shape, generator=generator)
    kind = WanTransformer3DModel if strength is None else WanVACETransformer3DModel
    model = kind.from_pretrained(checkpoints / checkpoint / "transformer", dtype=torch.float32)
    prefix = r"(vace_)?blocks" if branch else r"blocks"
    pattern = rf"{prefix}\.\d+\.(" + "|".join(t.replace(".", r"\.") for t in TARGETS) + ")"
    model.add_adapter(LoraConfig(r=rank, lora_alpha=alpha, target_modules=pattern))
    adapted = [n for n, m in model.named_modules() if isinstance(m, BaseTunerLayer)]
    blocks = len(model.blocks) + (len(model.vace_blocks) if branch else 0)
    assert len(adapted) == len(TARGETS) * blocks, adapted
    found = factors(model)
    with torch.no_grad():
        for value in found.values():
            value.copy_(random(*value.shape) * value.shape[1] ** -0.5)
    config = model.config
    latents, noise = random(config.in_channels, *size), random(config.in_channels, *size)
    text = random(words, config.text_dim)
    control = None if strength is None else random(config.vace_in_channels, *size)
    strength = None if strength is None else torch.tensor(strength)
    sigma = torch.tensor(0.6)

    result = dict(
        latents=latents, noise=noise, text=text, padded=torch.tensor([float(padded)]),
        sigma=sigma[None], alpha=torch.tensor([alpha]))
    text = torch.nn.functional.pad(text, (0, 0, 0, padded - words))

    loss = loss_of(model, latents, noise, sigma, text, control, strength)
    loss.backward()
    result["loss"] = loss.detach()[None]
    if control is not None:
        result |= dict(context=control, strength=strength)
    for key, value in found.items():
        result[f"value.{key}"] = value.detach().clone()
        gradient = torch.zeros_like(value) if value.grad is None else value.grad.clone()
        result[f"gradient.{key}"] = gradient

    sigmas = torch.rand(STEPS, generator=generator) * 0.9 + 0.05
    optimizer = torch.optim.AdamW(found.values(), lr=LEARNING_RATE, weight_decay=0.01)
    losses = []
    for step in range(STEPS):
        optimizer.zero_grad(set_to_none=False)
        noise = torch.randn(
            latents.shape, generator=torch.Generator("cpu").manual_seed(1000 + step))
        loss = loss_of(model, latents, noise, sigmas[step], text, control, strength)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(found.values(), 1.0)
        optimizer.step()
        losses.append(loss.detach())
    final = torch.cat([found[key].detach().flatten() for key in sorted(found)])
    result |= dict(sigmas=sigmas, losses=torch.stack(losses), final=final)
    path = values / f"{name}.safetensors"
    write(path, result)
    print(f"{name}: {len(found)} factors, losses {[round(float(x), 4) for x in losses]}, "
          f"{path.stat().st_size} bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--into", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    into = parser.parse_args().into
    torch.set_num_threads(1)
    for name in CASES:
        case(name, into / "checkpoints", into / "values" / "training")


if __name__ == "__main__":
    main()
