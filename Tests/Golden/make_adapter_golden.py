# SPDX-License-Identifier: Apache-2.0
"""Writes small adapters in every spelling, and what the tiny checkpoints do with them.

    python make_adapter_golden.py            # into the folder of this file
    python make_adapter_golden.py --into DIR

PEFT makes an adapter where it can, diffusers loads it where it can; what neither knows is added to
the weights by the definition. Where diffusers loads a file, the definition must agree with it.
"""

import argparse
import copy
import json
import pathlib
import shutil
import tempfile

import numpy
import peft
import torch
from peft.utils import get_peft_model_state_dict
from safetensors.torch import load_file, save_file

import vace
from make_golden import open_pipeline, run, write
from make_vace_golden import write_media

CHECKPOINTS = {"narrow": open_pipeline, "vace-narrow": vace.open_pipeline}

# The names of diffusers and of the original network for what a block multiplies by.
LAYERS = {
    f"{ours}.{a}": f"{theirs}.{b}"
    for ours, theirs in [("attn1", "self_attn"), ("attn2", "cross_attn")]
    for a, b in [("to_q", "q"), ("to_k", "k"), ("to_v", "v"), ("to_out.0", "o")]
} | {"ffn.net.0.proj": "ffn.0", "ffn.net.2": "ffn.2"}
HEADS = {
    "condition_embedder.text_embedder.linear_1": "text_embedding.0",
    "condition_embedder.text_embedder.linear_2": "text_embedding.2",
    "condition_embedder.time_embedder.linear_1": "time_embedding.0",
    "condition_embedder.time_embedder.linear_2": "time_embedding.2",
    "condition_embedder.time_proj": "time_projection.1",
    "proj_out": "head.head",
}


def blocks(numbers, layers=LAYERS, prefix="blocks"):
    """Names in diffusers and in the original network, of some layers of some blocks."""
    return {f"{prefix}.{i}.{a}": f"{prefix}.{i}.{LAYERS[a]}" for i in numbers for a in layers}


class Adapter:
    """What a file holds, and by the definition what it adds to which parameter."""

    def __init__(self):
        self.tensors, self.changes = {}, {}

    def change(self, parameter, value):
        self.changes[parameter] = self.changes.get(parameter, 0) + value.double()


class Maker:
    def __init__(self, weights):
        self.weights = weights

    def factors(self, generator, name, rank):
        shape = self.weights[name + ".weight"].shape
        columns = shape[1:].numel()
        down = torch.randn(rank, *shape[1:], generator=generator) / columns ** 0.5
        up = torch.randn(shape[0], rank, *[1] * (len(shape) - 2), generator=generator) / rank ** 0.5
        return down, 0.7 * up

    def low_rank(self, names, words, rank, alpha=None, seed=0, dtype=torch.float32,
                 spell=lambda name: name, adapter=None):
        """Factors for layers, under the given words for A and B."""
        generator = torch.Generator("cpu").manual_seed(seed)
        adapter = adapter or Adapter()
        for name, written in names.items():
            down, up = (x.to(dtype) for x in self.factors(generator, name, rank))
            adapter.tensors[f"{spell(written)}.{words[0]}.weight"] = down
            adapter.tensors[f"{spell(written)}.{words[1]}.weight"] = up
            if alpha is not None:
                adapter.tensors[f"{spell(written)}.alpha"] = torch.tensor(alpha)
            product = up.double().flatten(1) @ down.double().flatten(1)
            scale = 1 if alpha is None else alpha / rank
            weight = self.weights[name + ".weight"]
            adapter.change(name + ".weight", scale * product.view(weight.shape))
        return adapter

    def differences(self, names, seed, adapter=None):
        """A difference for each parameter: its name and how the file calls it."""
        generator = torch.Generator("cpu").manual_seed(seed)
        adapter = adapter or Adapter()
        for name, written in names.items():
            shape = self.weights[name].shape
            value = torch.randn(shape, generator=generator)
            value *= 0.3 / shape[1:].numel() ** 0.5 if name.endswith(".weight") else 0.1
            adapter.tensors[written] = value
            adapter.change(name, value)
        return adapter


def original(name):
    return "diffusion_model." + name


def adapters(weights):
    """The adapters that are not PEFT's, by name."""
    make = Maker(weights)
    result = {}
    spelled = make.low_rank(
        blocks([1, 2], ["attn1.to_q", "attn1.to_out.0", "attn2.to_v", "ffn.net.0.proj"]) | HEADS,
        ("lora_A", "lora_B"), 2, seed=1, spell=original)
    result["original"] = make.differences(
        {"blocks.1.attn1.to_q.bias": original("blocks.1.self_attn.q.diff_b"),
         "blocks.2.ffn.net.0.proj.bias": original("blocks.2.ffn.0.diff_b"),
         "condition_embedder.time_proj.bias": original("time_projection.1.diff_b"),
         "proj_out.bias": original("head.head.diff_b")}, 2, spelled)
    # Half of bfloat16 is bfloat16: diffusers multiplies the scale into the factors.
    result["original-alpha"] = make.low_rank(
        blocks([0, 2], ["attn1.to_k", "attn2.to_q", "attn2.to_out.0", "ffn.net.2"]),
        ("lora_down", "lora_up"), 4, alpha=2.0, seed=3, dtype=torch.bfloat16, spell=original)
    result["difference"] = make.differences({
        "blocks.0.attn1.to_k.weight": original("blocks.0.self_attn.k.diff"),
        "blocks.0.attn1.to_k.bias": original("blocks.0.self_attn.k.diff_b"),
        "blocks.0.attn1.norm_q.weight": original("blocks.0.self_attn.norm_q.diff"),
        "blocks.1.attn2.norm_k.weight": original("blocks.1.cross_attn.norm_k.diff"),
        "blocks.1.norm2.weight": original("blocks.1.norm3.diff"),
        "blocks.1.norm2.bias": original("blocks.1.norm3.diff_b"),
        "blocks.2.scale_shift_table": original("blocks.2.modulation.diff"),
        "patch_embedding.weight": original("patch_embedding.diff"),
        "patch_embedding.bias": original("patch_embedding.diff_b"),
        "proj_out.weight": original("head.head.diff"),
        "scale_shift_table": original("head.modulation.diff"),
    }, 4)
    result["kohya"] = make.low_rank(
        blocks([0, 1, 2]), ("lora_down", "lora_up"), 1, alpha=2, seed=5,
        spell=lambda name: "lora_unet_" + name.replace(".", "_"))
    result["named"] = make.low_rank(
        blocks([0, 1], ["attn1.to_v", "attn2.to_k", "ffn.net.2"])
        | {"patch_embedding": "patch_embedding"},
        ("lora_A.default", "lora_B.default"), 2, seed=6)
    if any(name.startswith("vace_") for name in weights):
        branch = make.low_rank(
            blocks([0, 1], ["attn1.to_q", "attn2.to_v", "ffn.net.0.proj"], "vace_blocks")
            | {"vace_blocks.0.proj_in": "vace_blocks.0.before_proj",
               "vace_blocks.1.proj_out": "vace_blocks.1.after_proj"},
            ("lora_down", "lora_up"), 2, alpha=3.0, seed=7, spell=original)
        result["control"] = make.differences(
            {"vace_blocks.1.scale_shift_table": original("vace_blocks.1.modulation.diff"),
             "vace_patch_embedding.bias": original("vace_patch_embedding.diff_b")}, 8, branch)
    return result


def training(transformer, seed):
    """A few steps of flow matching with PEFT's factors, so that B is not zero."""
    generator = torch.Generator("cpu").manual_seed(seed)
    config = transformer.config
    parameters = [p for p in transformer.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=0.03)
    x = torch.randn(1, config.in_channels, 2, 2, 4, generator=generator)
    text = torch.randn(1, 7, config.text_dim, generator=generator)
    for _ in range(12):
        noise = torch.randn(x.shape, generator=generator)
        sigma = float(torch.rand((), generator=generator))
        velocity = transformer(
            hidden_states=(1 - sigma) * x + sigma * noise, timestep=torch.tensor([1000 * sigma]),
            encoder_hidden_states=text, return_dict=False)[0]
        loss = ((velocity - (noise - x)) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"    loss {float(loss):.3f}")


def peft_adapters(folder):
    """Adapters that PEFT makes on the tiny base, saved by diffusers and by PEFT itself."""
    configurations = {
        # Trained; three different scales.
        "peft": dict(r=4, lora_alpha=8, target_modules=[
            "attn1.to_q", "attn1.to_v", "attn2.to_k", "attn2.to_out.0", "ffn.net.2"],
            alpha_pattern={"blocks.1.attn1.to_q": 2, "ffn.net.2": 12}),
        "peft-bias": dict(r=3, lora_alpha=2, use_rslora=True, lora_bias=True, target_modules=[
            "attn2.to_q", "proj_out"]),
        "plain": dict(r=1, lora_alpha=4, target_modules=["attn1.to_k", "ffn.net.0.proj"]),
        "wrapped": dict(r=2, lora_alpha=2, target_modules=["attn1.to_out.0", "attn2.to_v"]),
    }
    for name, settings in configurations.items():
        torch.manual_seed(len(name))
        pipeline = open_pipeline(folder)
        transformer = pipeline.transformer
        config = peft.LoraConfig(init_lora_weights=name == "peft", **settings)
        with tempfile.TemporaryDirectory() as scratch:
            if name == "wrapped":
                peft.get_peft_model(transformer, config).save_pretrained(scratch)
            else:
                transformer.requires_grad_(False)
                transformer.add_adapter(config)
                if name == "peft":
                    training(transformer, 9)
                if name == "plain":
                    transformer.save_lora_adapter(scratch, weight_name="adapter_model.safetensors")
                else:
                    settings = transformer.peft_config["default"].to_dict()
                    pipeline.save_lora_weights(
                        scratch, transformer_lora_layers=get_peft_model_state_dict(transformer),
                        transformer_lora_adapter_metadata=settings,
                        weight_name="adapter_model.safetensors")
            yield name, (pathlib.Path(scratch) / "adapter_model.safetensors").read_bytes()


def loaded(open_, folder, styles):
    """A pipeline with files loaded by diffusers, each with its weight."""
    pipeline = open_(folder)
    for path, _ in styles:
        if path.stem == "plain":
            # Asked for safetensors by name, it reads the metadata too.
            pipeline.transformer.load_lora_adapter(
                path, prefix=None, adapter_name=path.stem, use_safetensors=True)
        elif path.stem == "wrapped":
            tensors = {"transformer." + name.removeprefix("base_model.model."): value
                       for name, value in load_file(path).items()}
            pipeline.load_lora_weights(tensors, adapter_name=path.stem)
        else:
            # Otherwise the biases that a file has for some layers only are never made for others.
            pipeline.load_lora_weights(path, adapter_name=path.stem, low_cpu_mem_usage=False)
    pipeline.transformer.set_adapters([p.stem for p, _ in styles], [w for _, w in styles])
    pipeline.transformer.float().eval()
    return pipeline


@torch.no_grad()
def changed(open_, folder, adapter):
    """A pipeline whose weights are changed by the definition: W + (alpha/r)·B·A, W + D."""
    pipeline = open_(folder)
    weights = pipeline.transformer.state_dict()
    for name, change in adapter.changes.items():
        weights[name].copy_((weights[name].double() + change).float())
    return pipeline


@torch.no_grad()
def velocity(pipeline, inputs):
    """The velocity (C, T, h, w), with the control branch where there is one."""
    text = inputs["text"][None]
    padded = torch.cat([text, text.new_zeros(1, 512 - text.shape[1], text.shape[2])], 1)
    control = {}
    if "vace_layers" in pipeline.transformer.config:
        control = dict(control_hidden_states=inputs["context"][None],
                       control_hidden_states_scale=inputs["scales"])
    return pipeline.transformer(
        hidden_states=inputs["latents"][None], timestep=inputs["timestep"],
        encoder_hidden_states=padded, return_dict=False, **control)[0][0]


def inputs():
    generator = torch.Generator("cpu").manual_seed(10)
    return dict(
        latents=torch.randn(16, 2, 2, 4, generator=generator),
        text=torch.randn(9, 32, generator=generator), timestep=torch.tensor([700.0]),
        context=torch.randn(96, 2, 2, 4, generator=generator), scales=torch.tensor([1.0, 0.8]))


REQUESTS = {
    "narrow": dict(mode="text-to-video", model="narrow", prompt="a red ball over the sea",
                   style="peft", seed=12, steps=4, guidance=5.0, frames=5, size="32x16",
                   format="png"),
    "vace-narrow": dict(
        mode="text-image-to-video", model="vace-narrow", prompt="a blue boat", image="look.png",
        image_role="reference", style=dict(name="kohya", weight=0.6), seed=13, steps=4,
        guidance=5.0, frames=5, size="32x16", pictures=dict(look=(32, 16)), fps=16, format="png"),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--into", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    into = parser.parse_args().into
    torch.set_num_threads(1)
    values = into / "values" / "adapters"
    shutil.rmtree(values, ignore_errors=True)
    styles = values / "styles"
    styles.mkdir(parents=True)
    models = into / "checkpoints"
    for name, content in peft_adapters(models / "narrow"):
        (styles / f"{name}.safetensors").write_bytes(content)
    given = inputs()
    results = dict(given)
    for checkpoint, open_ in CHECKPOINTS.items():
        folder = models / checkpoint
        plain = velocity(open_(folder), given)
        results[f"velocity.{checkpoint}"] = plain
        made = adapters(open_(folder).transformer.state_dict())
        for name, adapter in made.items():
            save_file(adapter.tensors, styles / f"{name}.safetensors")
            results[f"velocity.{checkpoint}.{name}"] = velocity(
                changed(open_, folder, adapter), given)
        stories = {name: [(name, 1.0)] for name in
                   ["peft", "peft-bias", "plain", "wrapped", "original", "original-alpha", "kohya"]}
        stories["several"] = [("peft", 0.7), ("original-alpha", -0.4), ("kohya", 1.3)]
        for name, story in stories.items():
            files = [(styles / f"{style}.safetensors", weight) for style, weight in story]
            found = velocity(loaded(open_, folder, files), given)
            defined = results.setdefault(f"velocity.{checkpoint}.{name}", found)
            difference = (found - defined).abs().max() / defined.abs().max()
            assert difference < 1e-5, (name, difference)
            results[f"velocity.{checkpoint}.{name}"] = found
        for name, value in results.items():
            if name.startswith(f"velocity.{checkpoint}."):
                print(f"  {name}: changed by {float((value - plain).std() / plain.std()):.2f}")
    write(values / "velocities.safetensors", results)
    for checkpoint, request in REQUESTS.items():
        folder, request = values / checkpoint, copy.deepcopy(request)
        folder.mkdir()
        style = request["style"]
        style = dict(name=style, weight=1.0) if isinstance(style, str) else style
        pipeline = loaded(CHECKPOINTS[checkpoint], models / checkpoint,
                          [(styles / f"{style['name']}.safetensors", style["weight"])])
        if "image" in request:
            write_media(request, folder, numpy.random.default_rng(14))
            frames = vace.run(pipeline, request, folder)
            plain = vace.run(vace.open_pipeline(models / checkpoint), request, folder)
        else:
            frames = run(pipeline, request)
            plain = run(open_pipeline(models / checkpoint), request)
        error = float(((frames - plain) ** 2).mean())
        print(f"  {checkpoint}: {tuple(frames.shape)}, std {frames.std():.3f}, "
              f"{-10 * torch.tensor(error).log10():.1f} dB from no style")
        (folder / "request.json").write_text(json.dumps(request, indent=2) + "\n")
        write(folder / "frames.safetensors", {"frames": frames.half()})


if __name__ == "__main__":
    main()
