# SPDX-License-Identifier: Apache-2.0
"""Writes tiny models in other layouts than diffusers', and what diffusers makes of their values.

    python make_formats_golden.py            # into the folder of this file
    python make_formats_golden.py --into DIR

What a file holds is decoded by others: GGUF by gguf-py, 8-bit floats by PyTorch; names are led back to
diffusers' by diffusers' own converters. See README.md for what is written.
"""

import argparse
import json
import pathlib
import shutil
import tempfile

import gguf
import numpy
import PIL.Image
import torch
from diffusers import (
    AutoencoderKLWan, UniPCMultistepScheduler, WanPipeline, WanTransformer3DModel,
    WanVACEPipeline, WanVACETransformer3DModel)
from diffusers.loaders.single_file_utils import (
    convert_wan_transformer_to_diffusers, convert_wan_vae_to_diffusers)
from gguf.quants import dequantize, quantize
from safetensors.torch import save_file
from sentencepiece import sentencepiece_model_pb2
from transformers import UMT5Config, UMT5EncoderModel

import vace
from make_golden import Shape, random_tokenizer, randomize, run
from make_vace_golden import picture

Q = gguf.GGMLQuantizationType

# Where a block's scale and offset are, as float16, and the mean of what is multiplied by the scale.
HALVES = {
    Q.Q4_0: [0], Q.Q4_1: [0, 2], Q.Q5_0: [0], Q.Q5_1: [0, 2], Q.Q8_0: [0], Q.Q3_K: [108],
    Q.Q4_K: [0, 2], Q.Q5_K: [0, 2], Q.Q6_K: [208]}
CENTRES = {Q.Q4_K: 7.5, Q.Q5_K: 15.5}


def random_blocks(shape, kind, lot):
    """Rows of random blocks, their halves 1 or what centres the values: (rows, bytes)."""
    length, size = gguf.GGML_QUANT_SIZES[kind]
    assert shape[-1] % length == 0, (shape, kind)
    blocks = lot.integers(0, 256, (shape[0] * shape[1] // length, size), numpy.uint8)
    return blocks, length, size


def set_half(blocks, offset, value):
    value = numpy.broadcast_to(numpy.asarray(value, numpy.float16), len(blocks))
    blocks[:, offset:offset + 2] = value.reshape(-1, 1).view(numpy.uint8)


def k_quant(shape, kind, deviation, lot):
    """Random blocks whose values have about this standard deviation; gguf-py cannot quantise to them."""
    blocks, length, size = random_blocks(shape, kind, lot)
    for scale in (1.0, None):
        if scale is None:
            scale = deviation / float(values.std())
        for offset, factor in zip(HALVES[kind], (1, CENTRES.get(kind, 0))):
            set_half(blocks, offset, scale * factor)
        rows = blocks.reshape(shape[0], -1)
        values = dequantize(rows, kind)
    return rows, values.reshape(shape)


def block_values(folder):
    """Blocks of random bits of every type, and their values: the halves anything that is finite."""
    lot = numpy.random.default_rng(1)
    writer, values = gguf.GGUFWriter(folder / "blocks.gguf", "wan"), {}
    for kind, offsets in HALVES.items():
        blocks, length, size = random_blocks((2, 512), kind, lot)
        for offset in offsets:
            bits = lot.integers(0, 2**16, len(blocks), numpy.uint16)
            # Of the largest exponent are infinities and NaN.
            bits[bits & 0x7C00 == 0x7C00] &= 0x83FF
            blocks[:, offset:offset + 2] = bits.reshape(-1, 1).view(numpy.uint8)
        rows = blocks.reshape(2, -1)
        writer.add_tensor(kind.name, rows, raw_dtype=kind)
        values[kind.name] = torch.from_numpy(dequantize(rows, kind).reshape(2, 512).copy())
    plain = lot.standard_normal((3, 7)).astype(numpy.float32)
    writer.add_tensor("F32", plain)
    writer.add_tensor("F16", plain.astype(numpy.float16))
    writer.add_tensor("BF16", quantize(plain, Q.BF16), raw_dtype=Q.BF16)
    values["F32"] = torch.from_numpy(plain)
    values["F16"] = torch.from_numpy(plain).half().float()
    values["BF16"] = torch.from_numpy(plain).bfloat16().float()
    close(writer)
    save_file(values, folder / "blocks.safetensors")
    codes = torch.arange(256, dtype=torch.uint8)
    save_file({
        "F8_E4M3": codes.clone().view(torch.float8_e4m3fn),
        "F8_E5M2": codes.clone().view(torch.float8_e5m2),
        "F8_E4M3.values": codes.view(torch.float8_e4m3fn).float(),
        "F8_E5M2.values": codes.view(torch.float8_e5m2).float(),
    }, folder / "float8.safetensors")


def close(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


# Names.

PAIRS = [
    ("condition_embedder.time_embedder.linear_1", "time_embedding.0"),
    ("condition_embedder.time_embedder.linear_2", "time_embedding.2"),
    ("condition_embedder.text_embedder.linear_1", "text_embedding.0"),
    ("condition_embedder.text_embedder.linear_2", "text_embedding.2"),
    ("condition_embedder.time_proj", "time_projection.1"),
    (".attn1.", ".self_attn."), (".attn2.", ".cross_attn."), (".to_q.", ".q."), (".to_k.", ".k."),
    (".to_v.", ".v."), (".to_out.0.", ".o."), (".ffn.net.0.proj.", ".ffn.0."),
    (".ffn.net.2.", ".ffn.2."), (".norm2.", ".norm3."), (".proj_in.", ".before_proj."),
    (".proj_out.", ".after_proj."), (".scale_shift_table", ".modulation"),
]


def original_transformer(name):
    if name == "scale_shift_table":
        return "head.modulation"
    if name.startswith("proj_out."):
        return name.replace("proj_out", "head.head")
    for ours, theirs in PAIRS:
        name = name.replace(ours, theirs)
    return name


def original_vae(name, length):
    """`length`: blocks and step of a level of the decoder."""
    half, _, rest = name.partition(".")
    if half in ("quant_conv", "post_quant_conv"):
        return {"quant_conv": "conv1.", "post_quant_conv": "conv2."}[half] + rest
    for ours, theirs in [
            ("conv_in.", "conv1."), ("norm_out.", "head.0."), ("conv_out.", "head.2."),
            ("mid_block.resnets.0.", "middle.0."), ("mid_block.attentions.0.", "middle.1."),
            ("mid_block.resnets.1.", "middle.2."), ("down_blocks.", "downsamples.")]:
        rest = rest.replace(ours, theirs) if rest.startswith(ours) else rest
    words = rest.split(".")
    if words[0] == "up_blocks":
        place = length - 1 if words[2] == "upsamplers" else int(words[3])
        words = ["upsamples", str(int(words[1]) * length + place)] + words[4:]
    if words[0] in ("middle", "upsamples", "downsamples"):
        part = {"norm1": "residual.0", "conv1": "residual.2", "norm2": "residual.3",
                "conv2": "residual.6", "conv_shortcut": "shortcut"}
        words[2] = part.get(words[2], words[2])
    return ".".join([half] + words)


T5 = {
    "layer.0.layer_norm": ("norm1", "attn_norm"), "layer.1.layer_norm": ("norm2", "ffn_norm"),
    "layer.0.SelfAttention.relative_attention_bias": ("pos_embedding.embedding", "attn_rel_b"),
    "layer.1.DenseReluDense.wi_0": ("ffn.gate.0", "ffn_gate"),
    "layer.1.DenseReluDense.wi_1": ("ffn.fc1", "ffn_up"),
    "layer.1.DenseReluDense.wo": ("ffn.fc2", "ffn_down"),
    **{f"layer.0.SelfAttention.{x}": (f"attn.{x}", f"attn_{x}") for x in "qkvo"}}


def original_text(name, spelling):
    """`spelling`: 0 is Wan's own t5.py, 1 llama.cpp's."""
    whole = {"shared.weight": ("token_embedding.weight", "token_embd.weight"),
             "encoder.final_layer_norm.weight": ("norm.weight", "enc.output_norm.weight")}
    if name in whole:
        return whole[name][spelling]
    _, _, number, *rest = name.split(".")
    part = T5[".".join(rest).removesuffix(".weight")][spelling]
    return f"{('blocks', 'enc.blk')[spelling]}.{number}.{part}.weight"


def write_names(folder):
    """Every name of the released dimensions in each spelling, [original, diffusers]."""
    common = dict(num_attention_heads=1, attention_head_dim=12, ffn_dim=8, text_dim=8, freq_dim=8)
    network = WanVACETransformer3DModel(
        **common, num_layers=2, vace_layers=[0, 1], vace_in_channels=96, cross_attn_norm=True,
        qk_norm="rms_norm_across_heads")
    pairs = [[original_transformer(name), name] for name in network.state_dict()]
    led = convert_wan_transformer_to_diffusers(
        {"model.diffusion_model." + name: i for i, (name, _) in enumerate(pairs)})
    assert led == {name: i for i, (_, name) in enumerate(pairs)}
    autoencoder = AutoencoderKLWan(base_dim=1)
    vae = [[original_vae(name, 4), name] for name in autoencoder.state_dict()]
    led = convert_wan_vae_to_diffusers({name: i for i, (name, _) in enumerate(vae)})
    assert led == {name: i for i, (_, name) in enumerate(vae)}
    names = [name for name in UMT5EncoderModel(UMT5Config(
        vocab_size=8, d_model=8, d_kv=4, d_ff=8, num_heads=2, num_layers=2,
        feed_forward_proj="gated-gelu")).state_dict() if "embed_tokens" not in name]
    text = [[original_text(name, spelling), name] for spelling in (0, 1) for name in names]
    (folder / "names.json").write_text(json.dumps(
        dict(transformer=pairs, autoencoder=vae, text_encoder=text), indent=0) + "\n")


# The mixed folder: GGUF, a VACE module, safetensors with original names.

NETWORK = dict(
    num_attention_heads=1, attention_head_dim=128, in_channels=16, out_channels=16, text_dim=256,
    freq_dim=256, ffn_dim=256, num_layers=1, patch_size=(1, 2, 2), cross_attn_norm=True,
    qk_norm="rms_norm_across_heads", eps=1e-6)

KINDS = [
    ("vace_blocks.0.ffn.net.2.weight", Q.Q6_K), ("ffn.net.2.weight", Q.Q4_K),
    ("text_embedder.linear_1.weight", Q.Q3_K), ("time_embedder.linear_1.weight", Q.Q5_K),
    ("attn1.to_q.weight", Q.Q4_0), ("attn1.to_k.weight", Q.Q4_1), ("attn1.to_v.weight", Q.Q5_0),
    ("attn1.to_out.0.weight", Q.Q5_1), ("attn2.to_q.weight", Q.Q8_0),
    ("attn2.to_k.weight", Q.F16), ("attn2.to_v.weight", Q.BF16), ("attn2.to_out.0.weight", Q.Q5_0),
    ("proj.weight", Q.Q4_0), ("time_proj.weight", Q.Q4_0), ("linear_2.weight", Q.Q8_0),
    ("vace_patch_embedding.weight", Q.F16), ("proj_in.weight", Q.Q8_0), ("proj_out.weight", Q.Q8_0),
    ("shared.weight", Q.Q6_K), ("SelfAttention.q.weight", Q.Q4_K),
    ("SelfAttention.k.weight", Q.Q5_K), ("SelfAttention.v.weight", Q.Q3_K),
    ("SelfAttention.o.weight", Q.Q8_0), ("wi_0.weight", Q.Q4_K), ("wi_1.weight", Q.Q5_K),
    ("wo.weight", Q.Q5_1),
]


@torch.no_grad()
def write_gguf(path, architecture, module, wanted, rename, lot, more=lambda writer: None):
    """Quantises parameters, writes those that are wanted, and gives the module the values written."""
    writer = gguf.GGUFWriter(path, architecture)
    more(writer)
    for name, parameter in module.named_parameters():
        if not wanted(name):
            continue
        value = parameter.numpy()
        kind = next((kind for end, kind in KINDS if name.endswith(end)), Q.F32)
        if kind in (Q.Q3_K, Q.Q4_K, Q.Q5_K, Q.Q6_K):
            data, values = k_quant(value.shape, kind, float(value.std()), lot)
        else:
            data = quantize(value, kind)
            values = dequantize(data, kind).reshape(value.shape)
        parameter.copy_(torch.from_numpy(values.copy()))
        if name.startswith("vace_patch_embedding.weight"):
            data = data.reshape(-1, *data.shape[2:])  # as sd.cpp folds five axes to four
        if "scale_shift_table" in name:
            data = data.reshape(data.shape[1:])  # as llama-quantize leaves out an axis of one
        writer.add_tensor(rename(name), data, raw_dtype=kind)
    close(writer)


def tokenizer_pairs(model):
    """What llama.cpp's converter keeps of a SentencePiece model."""
    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(model.read_bytes())

    def write(writer):
        writer.add_tokenizer_model("t5")
        writer.add_token_list([piece.piece.encode() for piece in proto.pieces])
        writer.add_token_scores([piece.score for piece in proto.pieces])
        writer.add_token_types([piece.type for piece in proto.pieces])
        if proto.normalizer_spec.precompiled_charsmap:
            writer.add_precompiled_charsmap(proto.normalizer_spec.precompiled_charsmap)
    return write


def copy_base(transformer):
    """The network without the control branch."""
    base = WanTransformer3DModel(**NETWORK).eval()
    base.load_state_dict({name: value for name, value in transformer.state_dict().items()
                          if not name.startswith("vace_")})
    return base


@torch.no_grad()
def write_mixed(into, values):
    folder = into / "mixed"
    folder.mkdir(parents=True)
    lot = numpy.random.default_rng(2)
    with tempfile.TemporaryDirectory() as scratch:
        shape = Shape("formats", normalization="identity", unknown=3)
        tokenizer = random_tokenizer(shape, pathlib.Path(scratch) / "tokenizer")
        spiece = pathlib.Path(scratch) / "tokenizer" / "spiece.model"
        text = UMT5EncoderModel(UMT5Config(
            vocab_size=len(tokenizer) + 3, feed_forward_proj="gated-gelu", dropout_rate=0.0,
            d_model=256, d_kv=32, num_heads=2, d_ff=128, num_layers=1,
            tie_word_embeddings=False)).eval()
        randomize(text, 21, [("SelfAttention.q", 0.5)])
        write_gguf(
            folder / "umt5-tiny-Q4_K_M.gguf", "t5encoder", text,
            lambda name: "embed_tokens" not in name, lambda name: original_text(name, 1), lot,
            tokenizer_pairs(spiece))
        text.encoder.embed_tokens.weight.copy_(text.shared.weight)
        transformer = WanVACETransformer3DModel(
            **NETWORK, vace_layers=[0], vace_in_channels=96).eval()
        randomize(transformer, 22, [("time_proj", 0.5), ("proj_out", 1.2)])
        for name, wanted in [("wan2.1-tiny-Q4_K_M", False), ("wan2.1-tiny-vace-module", True)]:
            write_gguf(
                folder / f"{name}.gguf", "wan", transformer,
                lambda name: name.startswith("vace_") == wanted, original_transformer, lot)
        autoencoder = AutoencoderKLWan(
            base_dim=2, z_dim=16, dim_mult=[1, 1, 2, 2], num_res_blocks=2,
            temperal_downsample=[False, True, True]).eval()
        randomize(autoencoder, 23, [
            ("decoder.conv_out", 1.0), ("post_quant_conv", 0.7), ("time_conv", 1.4),
            ("resample", 1.5), ("conv2", 0.7), ("to_qkv", 2.0)])
        halves = {name: value.half() for name, value in autoencoder.state_dict().items()}
        autoencoder.load_state_dict({name: value.float() for name, value in halves.items()})
        save_file({original_vae(name, 4): value for name, value in halves.items()},
                  folder / "wan_2.1_vae.safetensors")
        parts = dict(
            tokenizer=tokenizer, text_encoder=text, vae=autoencoder,
            scheduler=UniPCMultistepScheduler(
                prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0))
        pipelines = {
            "words": WanPipeline(transformer=copy_base(transformer), **parts),
            "reference": WanVACEPipeline(transformer=transformer, **parts)}
        for pipeline in pipelines.values():
            pipeline.set_progress_bar_config(disable=True)
        write_velocities(transformer, copy_base(transformer), values / "mixed.safetensors")
        common = dict(
            prompt="a red ball moves left over the sea at sunset", steps=3, guidance=5.0, frames=5,
            size="32x32", model="mixed", fps=16, format="png")
        requests = {
            "words": dict(mode="text-to-video", seed=7, **common),
            "reference": dict(
                mode="text-image-to-video", image="look.png", image_role="reference", seed=8,
                **common)}
        for name, request in requests.items():
            case = values / name
            case.mkdir(parents=True)
            (case / "request.json").write_text(json.dumps(request, indent=2) + "\n")
            if name == "words":
                frames = run(pipelines[name], request)
            else:
                PIL.Image.fromarray(picture(37, 53, numpy.random.default_rng(3))).save(
                    case / "look.png", optimize=True)
                frames = vace.run(pipelines[name], request, case)
            print(f"  {name}: {tuple(frames.shape)}, mean {frames.mean():.3f}, std "
                  f"{frames.std():.3f}")
            save_file({"frames": frames.half().contiguous()}, case / "frames.safetensors")


@torch.no_grad()
def write_velocities(transformer, base, path, seed=9):
    """One forward of the base and one with the control branch."""
    generator = torch.Generator("cpu").manual_seed(seed)
    config = transformer.config
    x = torch.randn(1, config.in_channels, 2, 4, 6, generator=generator)
    context = torch.randn(1, config.vace_in_channels, 2, 4, 6, generator=generator)
    text = torch.randn(1, 9, config.text_dim, generator=generator)
    common = dict(
        hidden_states=x, timestep=torch.tensor([500]), return_dict=False,
        encoder_hidden_states=torch.cat([text, text.new_zeros(1, 503, config.text_dim)], 1))
    scales = torch.ones(len(config.vace_layers))
    save_file({
        "latents": x[0], "context": context[0], "text": text[0],
        "velocity": base(**common)[0][0].contiguous(),
        "velocity.control": transformer(
            control_hidden_states=context, control_hidden_states_scale=scales,
            **common)[0][0].contiguous(),
    }, path)


# Single files with 8-bit floats and scales, as ComfyUI has them.

def scaled(value, kind):
    """A tensor as 8-bit floats, its scale, and the values that the two make."""
    scale = value.abs().max() / torch.finfo(kind).max
    small = (value / scale).to(kind)
    return small, scale, small.float() * scale


@torch.no_grad()
def write_float8(into, values):
    folder = into / "float8"
    folder.mkdir(parents=True)
    network = dict(
        num_attention_heads=2, attention_head_dim=12, in_channels=16, out_channels=16, text_dim=32,
        freq_dim=256, ffn_dim=32, num_layers=3, patch_size=(1, 2, 2), cross_attn_norm=True,
        qk_norm="rms_norm_across_heads", eps=1e-6)
    transformer = WanVACETransformer3DModel(
        **network, vace_layers=[0, 2], vace_in_channels=96).eval()
    randomize(transformer, 31, [("time_proj", 0.5), ("proj_out", 1.2)])
    tensors, prefix = {}, "model.diffusion_model."
    for name, parameter in transformer.named_parameters():
        original = prefix + original_transformer(name)
        if parameter.ndim == 2 and "embed" not in name:
            kind = torch.float8_e5m2 if "ffn" in name else torch.float8_e4m3fn
            tensors[original], scale, value = scaled(parameter, kind)
            tensors[original.replace(".weight", ".scale_weight")] = scale.reshape(1)
            tensors[original.replace(".weight", ".scale_input")] = torch.ones(1)
        else:
            # The base in float32 and the branch in bfloat16, as Wan's own VACE file has them.
            kind = torch.bfloat16 if name.startswith("vace_") else torch.float32
            tensors[original] = parameter.to(kind)
            value = tensors[original].float()
        parameter.copy_(value)
    tensors[prefix + "scaled_fp8"] = torch.zeros(2, dtype=torch.float8_e4m3fn)
    save_file(tensors, folder / "wan2.1_vace_tiny_fp8_scaled.safetensors")
    (folder / "config.json").write_text(json.dumps(dict(
        _class_name="VaceWanModel", num_heads=2, num_layers=3, dim=24, ffn_dim=32, eps=1e-6,
        freq_dim=256, in_dim=16, out_dim=16, vace_in_dim=96, vace_layers=[0, 2]), indent=2) + "\n")
    base = WanTransformer3DModel(**network).eval()
    base.load_state_dict({name: value for name, value in transformer.state_dict().items()
                          if not name.startswith("vace_")})
    write_velocities(transformer, base, values / "float8.safetensors")

    with tempfile.TemporaryDirectory() as scratch:
        shape = Shape("formats", normalization="identity", unknown=3)
        tokenizer = random_tokenizer(shape, pathlib.Path(scratch) / "tokenizer")
        model = (pathlib.Path(scratch) / "tokenizer" / "spiece.model").read_bytes()
        text = UMT5EncoderModel(UMT5Config(
            vocab_size=len(tokenizer) + 3, feed_forward_proj="gated-gelu", dropout_rate=0.0,
            d_model=32, d_kv=8, d_ff=37, num_heads=4, num_layers=2,
            tie_word_embeddings=False)).eval()
        randomize(text, 32, [("SelfAttention.q", 0.5)])
        tensors = {}
        for name, parameter in text.named_parameters():
            if "embed_tokens" in name:
                continue
            if "SelfAttention" in name and "bias" not in name or "Dense" in name:
                tensors[name], scale, value = scaled(parameter, torch.float8_e4m3fn)
                tensors[name.replace(".weight", ".scale_weight")] = scale
            else:
                tensors[name] = parameter.half()
                value = tensors[name].float()
            parameter.copy_(value)
        text.encoder.embed_tokens.weight.copy_(text.shared.weight)
        tensors["scaled_fp8"] = torch.zeros(0, dtype=torch.float8_e4m3fn)
        tensors["spiece_model"] = torch.tensor(list(model), dtype=torch.uint8)
        save_file(tensors, folder / "umt5_tiny_fp8_e4m3fn_scaled.safetensors")
        prompt = "a blue boat in the harbour at night"
        ids = tokenizer(prompt, return_tensors="pt").input_ids
        save_file({"tokens": ids[0].float(), "states": text(ids)[0][0].contiguous()},
                  values / "float8-text.safetensors")
        (values / "float8-text.json").write_text(json.dumps(dict(prompt=prompt)) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--into", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    into = parser.parse_args().into / "formats"
    shutil.rmtree(into, ignore_errors=True)
    values = into / "values"
    values.mkdir(parents=True)
    torch.set_num_threads(1)
    block_values(into)
    write_names(into)
    write_mixed(into, values)
    write_float8(into, values)


if __name__ == "__main__":
    main()
