# SPDX-License-Identifier: Apache-2.0
"""Trains VACE's control branch beside the frozen text-to-video transformer."""

from __future__ import annotations

import random
from pathlib import Path

import torch
from diffusers import WanVACETransformer3DModel
from torch import Tensor, nn

from pretraining import contexts, denoiser, leg as legs, text_to_video
from pretraining.optimiser import Optimiser
from pretraining.studio import captions

BATCH, FIRST_FILL = 16, 120
LAYERS = [0, 2, 4]
# How many references a batch has: 0, 1, 2, 3. All processes draw alike, so that none waits.
_REFERENCES = (0.80, 0.16, 0.03, 0.01)


def base(folder: Path):
    """Tokeniser, transformer and text encoder with the trained (average) weights, float32."""
    words, transformer, text_encoder, reader = text_to_video.models(folder, 0)
    saved = torch.load(folder / "text_to_video.pt", map_location="cpu")["average"]
    with torch.no_grad():
        for name, p in text_to_video.parameters(transformer, text_encoder, reader).items():
            p.copy_(saved[name])
    return words, transformer, text_encoder


def build(transformer: nn.Module) -> WanVACETransformer3DModel:
    """The transformer with a control branch that changes nothing yet (proj_out is zero).

    Blocks start as copies of the base blocks that they stand beside. VACE starts proj_in at
    zero, too; with hours instead of days it pays to start as if the context were one more
    picture in the base's own embedding, so proj_in is the identity and the kept and the
    changed half are embedded as the base embeds latents.
    """
    settings = dict(transformer.config)
    for name in ("_class_name", "_diffusers_version", "_name_or_path"):
        settings.pop(name, None)
    model = WanVACETransformer3DModel(**settings, vace_layers=LAYERS, vace_in_channels=96)
    missing, unexpected = model.load_state_dict(transformer.state_dict(), strict=False)
    if unexpected or any(not name.startswith("vace_") for name in missing):
        raise ValueError("the base does not fit the model with a control branch")
    with torch.no_grad():
        for block, layer in zip(model.vace_blocks, LAYERS):
            block.load_state_dict(transformer.blocks[layer].state_dict(), strict=False)
            nn.init.zeros_(block.proj_out.weight)
            nn.init.zeros_(block.proj_out.bias)
        nn.init.eye_(model.vace_blocks[0].proj_in.weight)
        nn.init.zeros_(model.vace_blocks[0].proj_in.bias)
        embedding = model.vace_patch_embedding
        nn.init.normal_(embedding.weight, std=0.01)
        nn.init.zeros_(embedding.bias)
        for start in (0, 16):
            embedding.weight[:, start : start + 16] = 0.5 * model.patch_embedding.weight
    model.requires_grad_(False)
    model.vace_blocks.requires_grad_(True)
    model.vace_patch_embedding.requires_grad_(True)
    return model


def control_parameters(model: WanVACETransformer3DModel) -> dict[str, nn.Parameter]:
    """The control branch's parameters by name; nothing else is trained."""
    return {name: p for name, p in model.named_parameters() if name.startswith("vace_")}


def flow_error(
    model: WanVACETransformer3DModel,
    target: Tensor,
    context: Tensor,
    states: Tensor,
    level: Tensor,
    noise: Tensor,
    scale: Tensor | None = None,
) -> Tensor:
    """Squared error of the flow that the model sees in noised targets, element by element."""
    share = level.view(-1, 1, 1, 1, 1)
    noisy = (1 - share) * target + share * noise
    flow = model(
        noisy.bfloat16(),
        level * 1000,
        states,
        control_hidden_states=context.bfloat16(),
        control_hidden_states_scale=torch.ones(len(LAYERS)).to(target) if scale is None else scale,
        return_dict=False,
    )[0].float()
    return (flow - (noise - target)) ** 2


def prompts(batch: contexts.Batch, lot: random.Random) -> list[str]:
    """A caption for each example of a batch, or none where the task goes without."""
    return [
        "" if lot.random() < one.wordless else captions.caption(scene, lot)
        for one, scene in zip(batch.examples, batch.scenes)
    ]


def optimiser_for(named: dict[str, nn.Parameter]) -> Optimiser:
    """Muon for the branch's matrices, Adam for the rest."""
    matrices = {name for name, p in named.items() if p.ndim == 2}
    return Optimiser(named, matrices, muon_rate=0.02, adam_rate=1.5e-3, weight_decay=0.01)


def work(rank: int, leg: legs.Leg) -> None:
    """One process of a leg; option "kept" trains on kept examples only."""
    words, transformer, text_encoder = base(leg.folder)
    torch.manual_seed(leg.seed)
    model = build(transformer).to(leg.device)
    text_encoder.to(leg.device)
    optimiser = optimiser_for(control_parameters(model))
    denoiser.to_bfloat16(model, text_encoder)
    denoiser.use_fast_attention(model)
    path = leg.folder / "control.pt"
    if path.exists():
        optimiser.load(torch.load(path, map_location=leg.device))
    else:
        optimiser.publish()
    model.compile_repeated_blocks(dynamic=False)
    pool, encoder = contexts.Pool(leg.folder, rank), contexts.Encoder(leg.folder, leg.device)
    size = BATCH if leg.device == "cpu" else 16 * BATCH
    lot = random.Random(f"control {leg.seed} {optimiser.steps} {rank}")
    shared = random.Random(f"control {leg.seed} {optimiser.steps}")
    torch.manual_seed(lot.getrandbits(31))
    while len(pool) < FIRST_FILL:
        pool.add(contexts.make(contexts.fresh_takes(contexts.TAKES, lot), encoder, lot))
    clock, log = legs.Clock(leg), legs.Log(leg.folder / "control.jsonl", rank, 25)
    while (scale := clock.tick()) is not None:
        # A few fresh examples now and then: the pool grows while it is used.
        if leg.option != "kept" and optimiser.steps % 8 == 0:
            pool.add(contexts.make(contexts.fresh_takes(contexts.TAKES, lot), encoder, lot))
        # The first step compiles the blocks for batches without references; the rarer shapes
        # are not worth minutes of compiling and run as they are.
        kinds = _REFERENCES if clock.steps > 1 else _REFERENCES[:1]
        if clock.steps == 2:
            torch.compiler.set_stance("eager_on_recompile")
        batch = pool.batch(shared.choices(range(len(kinds)), kinds)[0], size, lot).to(leg.device)
        texts = prompts(batch, lot)
        with torch.no_grad():
            states = denoiser.encode_text(text_encoder, [words.ids(text) for text in texts])
        level = text_to_video.noise_levels(size).to(leg.device)
        noise = torch.randn_like(batch.target)
        squared = flow_error(model, batch.target, batch.context, states, level, noise)
        fit = (squared * batch.weight).mean() / batch.weight.mean()
        fit.backward()
        norm = optimiser.step(scale)
        log.add(clock, optimiser.steps, fit=fit, plain=squared.mean(), pool=len(pool), norm=norm)
        if rank == 0 and optimiser.steps % 100 == 0:
            legs.save(path, optimiser.state())
    if rank == 0:
        legs.save(path, optimiser.state())
