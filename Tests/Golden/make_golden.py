# SPDX-License-Identifier: Apache-2.0
"""Writes the tiny checkpoints and the golden values that the tests compare with.

    python make_golden.py            # into the folder of this file
    python make_golden.py --into DIR

Each checkpoint is a random model in the diffusers layout, each of another shape. The values are
what diffusers (versions in requirements.txt, float32, CPU) computes with it. Everything is seeded:
a second run writes the same numbers, up to the rounding of another processor's kernels.
"""

import argparse
import gc
import json
import math
import os
import pathlib
import shutil

os.environ["HF_HUB_OFFLINE"] = "1"

import sentencepiece
import torch
from diffusers import (
    AutoencoderKLWan, UniPCMultistepScheduler, WanPipeline, WanTransformer3DModel,
    WanVACETransformer3DModel)
from diffusers.pipelines.wan.pipeline_wan import prompt_clean
from safetensors.torch import save_file
from transformers import AutoTokenizer, UMT5Config, UMT5EncoderModel

CORPUS = [
    "a red ball moves left over the sea at sunset",
    "a blue boat in the harbour at night, standing still",
    "green hills in the rain, the camera pans right",
    "a white bird flies up above the mountains",
    "the yellow car drives through the city in a storm",
    "a pink balloon rises over the desert at noon",
    "two small fish under a purple star",
    "un café près de la mer; naïve façade",
]

# What the tokenizer is asked: clean-up, unknown characters, nothing at all, more than 512 pieces.
TEXTS = [
    "a red ball moves left over the sea at sunset",
    "",
    "  A\tblue   boat\n\nat night &amp;amp; under &lt;stars&gt;  ",
    "日本の ☃ zebra – “quoted” 🚀🚀 boat",
    "ﬁsh ＲＥＤ ① ½ cafe\u0301 Å",
    "schÃ¶n caf\u00e9 x\u200by",
    "camera " * 120 + "pans right",
]


class Shape:
    """One checkpoint: the configuration of each component, and how its weights are stored."""

    def __init__(self, name, **parts):
        self.name = name
        self.__dict__.update(parts)


SHAPES = [
    # The shape of diffusers' own pipeline test: odd channel counts, everything float32.
    Shape(
        "narrow",
        text=dict(d_model=32, d_kv=8, d_ff=37, num_heads=4, num_layers=2),
        transformer=dict(
            num_attention_heads=2, attention_head_dim=12, in_channels=16, out_channels=16,
            text_dim=32, freq_dim=256, ffn_dim=32, num_layers=3, patch_size=(1, 2, 2),
            rope_max_seq_len=32),
        vae=dict(
            base_dim=3, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1,
            temperal_downsample=[False, True, True]),
        dtype=torch.float32, vae_dtype=torch.float32, flow_shift=3.0, shard=None,
        normalization="identity", unknown=3, compression=8, seed=101),
    # 4x in space, 4x4 patches, two residual blocks, bfloat16 in shards.
    Shape(
        "sharded",
        text=dict(d_model=24, d_kv=16, d_ff=40, num_heads=2, num_layers=3,
                  relative_attention_num_buckets=16, relative_attention_max_distance=40),
        transformer=dict(
            num_attention_heads=3, attention_head_dim=20, in_channels=8, out_channels=8,
            text_dim=24, freq_dim=64, ffn_dim=100, num_layers=2, patch_size=(1, 4, 4),
            rope_max_seq_len=64),
        vae=dict(
            base_dim=2, decoder_base_dim=4, z_dim=8, dim_mult=[1, 2, 4], num_res_blocks=2,
            temperal_downsample=[True, True], scale_factor_spatial=4),
        dtype=torch.bfloat16, vae_dtype=torch.bfloat16, flow_shift=5.0, shard="90KB",
        normalization="nmt_nfkc", unknown=2, compression=4, seed=202),
    # float16, the time doubled at the other levels, another width in the decoder.
    Shape(
        "half",
        text=dict(d_model=48, d_kv=12, d_ff=64, num_heads=4, num_layers=1),
        transformer=dict(
            num_attention_heads=1, attention_head_dim=64, in_channels=4, out_channels=4,
            text_dim=48, freq_dim=128, ffn_dim=80, num_layers=2, patch_size=(1, 2, 2)),
        vae=dict(
            base_dim=2, decoder_base_dim=4, z_dim=4, dim_mult=[1, 2, 4, 4], num_res_blocks=1,
            temperal_downsample=[True, True, False]),
        dtype=torch.float16, vae_dtype=torch.float16, flow_shift=1.0, shard=None,
        normalization="identity", unknown=3, compression=8, seed=303),
    # 128 wide heads as in the real models; bfloat16 with float32 norms, tables and time embedder.
    Shape(
        "mixed",
        text=dict(d_model=20, d_kv=20, d_ff=30, num_heads=1, num_layers=2),
        transformer=dict(
            num_attention_heads=1, attention_head_dim=128, in_channels=16, out_channels=16,
            text_dim=20, freq_dim=32, ffn_dim=40, num_layers=1, patch_size=(1, 2, 2)),
        vae=dict(
            base_dim=2, decoder_base_dim=4, z_dim=16, dim_mult=[1, 2, 2, 3], num_res_blocks=2,
            temperal_downsample=[False, True, True]),
        dtype=torch.bfloat16, vae_dtype=torch.float32, flow_shift=7.2, shard=None,
        normalization="identity", unknown=3, compression=8, seed=404, mixed=True),
]

# The whole pipeline, written as requests that `rushes generate` takes.
VIDEOS = {
    "narrow": [
        dict(prompt=TEXTS[0], seed=7, steps=2, guidance=5.0, frames=9, size="48x32"),
        dict(prompt=TEXTS[3], negative_prompt="a blue boat", seed=2**64 - 1, steps=20,
             guidance=6.5, frames=5, size="32x16"),
        dict(prompt="a green star", seed=0, steps=1, guidance=1.0, frames=1, size="32x32"),
    ],
    "sharded": [
        dict(prompt=TEXTS[2], negative_prompt="", seed=3, steps=5, guidance=5.0, frames=9,
             size="32x48"),
        dict(prompt=TEXTS[4], negative_prompt="☃", seed=2**32 + 5, steps=3, guidance=1.5,
             frames=5, size="48x16"),
    ],
    "half": [
        dict(prompt="a white bird flies up", negative_prompt="rain", seed=42, steps=10,
             guidance=5.0, frames=5, size="32x32"),
        dict(prompt="🦊", seed=1234567890123, steps=4, guidance=3.0, frames=9, size="16x48"),
        dict(prompt=TEXTS[5], seed=11, steps=3, guidance=1.0, frames=5, size="32x16"),
    ],
    "mixed": [
        dict(prompt=TEXTS[0], negative_prompt="a pink balloon", seed=99, steps=6, guidance=5.0,
             frames=9, size="32x16"),
        dict(prompt="Zürich 東京 night", seed=5, steps=20, guidance=4.0, frames=5, size="32x32"),
    ],
}

NOISE_SEEDS = [0, 1, 42, 2**32 - 1, 2**32 + 5, 2**63, 2**64 - 1]
NOISE_SHAPES = [(1,), (2,), (15,), (16,), (17,), (31, 1), (7, 9), (4, 2, 5, 3), (16, 3, 4, 6)]


def random_tokenizer(shape, folder):
    """Trains a unigram model of about a hundred pieces and leaves what a loader needs."""
    folder.mkdir(parents=True)
    prefix = folder / "spiece"
    special = dict(pad_id=0, eos_id=1, bos_id=2, unk_id=3)
    if shape.unknown == 2:
        special = dict(pad_id=0, eos_id=1, bos_id=-1, unk_id=2)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS * 20), model_prefix=str(prefix), model_type="unigram",
        vocab_size=110, hard_vocab_limit=False, pad_piece="<pad>", num_threads=1,
        normalization_rule_name=shape.normalization, minloglevel=2, **special)
    (folder / "spiece.vocab").unlink()
    config = dict(tokenizer_class="T5Tokenizer", extra_ids=0, model_max_length=512,
                  eos_token="</s>", pad_token="<pad>", unk_token="<unk>")
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")
    return AutoTokenizer.from_pretrained(folder)


@torch.no_grad()
def randomize(module, seed, gains):
    """Gives every parameter a random value that keeps activations near unit size.

    Matrices: normal, 1/sqrt(fan in), times the gain of the first name that fits. Norms: about 1.
    """
    generator = torch.Generator("cpu").manual_seed(seed)
    for name, parameter in sorted(module.named_parameters()):
        value = torch.randn(parameter.shape, generator=generator)
        gain = next((g for key, g in gains if key in name), 1.0)
        if "gamma" in name or "layer_norm" in name or "norm" in name and name.endswith("weight"):
            value = 1 + 0.2 * value
        elif "relative_attention_bias" in name:
            value = 0.5 * value
        elif "scale_shift_table" in name:
            value = 0.3 * value
            if parameter.shape[1] == 6:
                value[:, 2] += 0.7
                value[:, 5] += 0.7
        elif "shared" in name or "embed_tokens" in name:
            pass
        elif parameter.ndim >= 2:
            value = value * gain / math.sqrt(parameter[0].numel())
        else:
            value = 0.1 * value
        parameter.copy_(value)


def random_checkpoint(shape, folder):
    """Writes one random model in the diffusers layout."""
    shutil.rmtree(folder, ignore_errors=True)
    tokenizer = random_tokenizer(shape, folder / "tokenizer")

    text = UMT5EncoderModel(UMT5Config(
        vocab_size=len(tokenizer) + 3, feed_forward_proj="gated-gelu", dropout_rate=0.0,
        pad_token_id=0, eos_token_id=1, decoder_start_token_id=0, tie_word_embeddings=False,
        **shape.text)).eval()
    randomize(text, shape.seed, [("SelfAttention.q", 0.5)])

    has_control = "vace_layers" in shape.transformer
    transformer_class = WanVACETransformer3DModel if has_control else WanTransformer3DModel
    transformer = transformer_class(
        cross_attn_norm=True, qk_norm="rms_norm_across_heads", eps=1e-6, **shape.transformer).eval()
    randomize(transformer, shape.seed + 1, [("time_proj", 0.5), ("proj_out", 1.2)])

    generator = torch.Generator("cpu").manual_seed(shape.seed + 2)
    z = shape.vae["z_dim"]
    vae = AutoencoderKLWan(
        latents_mean=[round(v, 4) for v in (0.6 * torch.randn(z, generator=generator)).tolist()],
        latents_std=[round(v, 4) for v in (1 + 1.5 * torch.rand(z, generator=generator)).tolist()],
        attn_scales=[], dropout=0.0, **shape.vae).eval()
    randomize(vae, shape.seed + 3, [
        ("decoder.conv_out", 1.0), ("post_quant_conv", 0.7), ("time_conv", 1.4),
        ("resample", 1.5), ("conv2", 0.7), ("to_qkv", 2.0)])

    text.to(shape.dtype)
    transformer.to(shape.dtype)
    vae.to(shape.vae_dtype)
    if getattr(shape, "mixed", False):
        for name, parameter in transformer.named_parameters():
            if any(key in name for key in ("norm", "scale_shift_table", "time_embedder")):
                parameter.data = parameter.data.float()

    scheduler = UniPCMultistepScheduler(
        num_train_timesteps=1000, solver_order=2, prediction_type="flow_prediction",
        use_flow_sigmas=True, flow_shift=shape.flow_shift, final_sigmas_type="zero",
        solver_type="bh2", lower_order_final=True)

    sharding = dict(max_shard_size=shape.shard) if shape.shard else {}
    text.save_pretrained(folder / "text_encoder", **sharding)
    transformer.save_pretrained(folder / "transformer", **sharding)
    vae.save_pretrained(folder / "vae", **sharding)
    scheduler.save_pretrained(folder / "scheduler")
    index = {
        "_class_name": "WanVACEPipeline" if has_control else "WanPipeline",
        "_diffusers_version": "0.42.1",
        "scheduler": ["diffusers", "UniPCMultistepScheduler"],
        "text_encoder": ["transformers", "UMT5EncoderModel"],
        "tokenizer": ["transformers", "T5TokenizerFast"],
        "transformer": ["diffusers", transformer_class.__name__],
        "vae": ["diffusers", "AutoencoderKLWan"],
    }
    (folder / "model_index.json").write_text(json.dumps(index, indent=2) + "\n")


def open_pipeline(folder):
    """The pipeline in float32, whatever the files hold."""
    pipeline = WanPipeline.from_pretrained(folder, dtype=torch.float32)
    for part in (pipeline.text_encoder, pipeline.transformer, pipeline.vae):
        part.float().eval()
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def run(pipeline, request):
    """One request through diffusers: frames of (F, H, W, 3) in 0...1."""
    width, height = map(int, request["size"].split("x"))
    return torch.from_numpy(pipeline(
        prompt=request["prompt"], negative_prompt=request.get("negative_prompt", ""),
        height=height, width=width, num_frames=request["frames"],
        num_inference_steps=request["steps"], guidance_scale=request["guidance"],
        generator=torch.Generator("cpu").manual_seed(request["seed"]),
        output_type="np").frames[0])


def write(path, tensors):
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: value.contiguous() for name, value in tensors.items()}, path)


@torch.no_grad()
def text_values(pipeline, folder):
    values = {}
    for i, text in enumerate(TEXTS):
        ids = pipeline.tokenizer(
            [prompt_clean(text)], padding="max_length", max_length=512, truncation=True,
            return_attention_mask=True, return_tensors="pt")
        length = int(ids.attention_mask.sum())
        states = pipeline.encode_prompt(
            text, do_classifier_free_guidance=False, max_sequence_length=512)[0][0]
        assert states.shape[0] == 512 and not states[length:].any()
        values[f"tokens.{i}"] = ids.input_ids[0, :length].float()
        values[f"states.{i}"] = states[:min(length, 40)]
    write(folder / "text.safetensors", values)
    (folder / "text.json").write_text(json.dumps(dict(texts=TEXTS), indent=1) + "\n")


@torch.no_grad()
def transformer_values(pipeline, folder, seed):
    generator = torch.Generator("cpu").manual_seed(seed)
    config, values = pipeline.transformer.config, {}
    cases = [(3, 2, 3, 999, 9), (2, 1, 1, 37, 1), (1, 3, 2, 500, 40)]
    for i, (frames, rows, columns, time, length) in enumerate(cases):
        _, ph, pw = config.patch_size
        x = torch.randn(1, config.in_channels, frames, rows * ph, columns * pw, generator=generator)
        text = torch.randn(1, length, config.text_dim, generator=generator)
        padded = torch.cat([text, text.new_zeros(1, 512 - length, config.text_dim)], 1)
        values[f"latents.{i}"] = x[0]
        values[f"text.{i}"] = text[0]
        values[f"timestep.{i}"] = torch.tensor([float(time)])
        values[f"velocity.{i}"] = pipeline.transformer(
            hidden_states=x, timestep=torch.tensor([time]), encoder_hidden_states=padded,
            return_dict=False)[0][0]
    write(folder / "transformer.safetensors", values)


def schedule_values(pipeline, folder, seed):
    generator = torch.Generator("cpu").manual_seed(seed)
    values = {}
    for steps in (1, 2, 3, 4, 5, 8, 10, 20, 50):
        scheduler = UniPCMultistepScheduler.from_config(pipeline.scheduler.config)
        scheduler.set_timesteps(steps)
        scheduler.set_begin_index(0)
        values[f"sigmas.{steps}"] = scheduler.sigmas.float()
        values[f"timesteps.{steps}"] = scheduler.timesteps.float()
        if steps > 20:
            continue
        sample = torch.randn(1, 2, 1, 3, 5, generator=generator)
        outputs = torch.randn(steps, 1, 2, 1, 3, 5, generator=generator)
        values[f"sample.{steps}"] = sample.flatten()
        values[f"outputs.{steps}"] = outputs.reshape(steps, -1)
        results = []
        for time, output in zip(scheduler.timesteps, outputs):
            sample = scheduler.step(output, time, sample, return_dict=False)[0]
            results.append(sample.flatten())
        values[f"results.{steps}"] = torch.stack(results)
    write(folder / "schedule.safetensors", values)


@torch.no_grad()
def decoder_values(pipeline, folder, seed):
    """Normalized latents (z, T, h, w) and the frames (F, 3, H, W) in -1...1 that they decode to."""
    generator = torch.Generator("cpu").manual_seed(seed)
    vae, values = pipeline.vae, {}
    mean = torch.tensor(vae.config.latents_mean).view(1, -1, 1, 1, 1)
    std = torch.tensor(vae.config.latents_std).view(1, -1, 1, 1, 1)
    for frames, rows, columns in [(5, 2, 3), (1, 1, 1), (2, 3, 1), (3, 1, 2)]:
        latents = torch.randn(1, vae.config.z_dim, frames, rows, columns, generator=generator)
        decoded = vae.decode(latents * std + mean, return_dict=False)[0][0]
        values[f"latents.{frames}"] = latents[0]
        values[f"frames.{frames}"] = decoded.transpose(0, 1)
        print(f"  decoder {frames}: std {decoded.std():.3f}, clamped "
              f"{(decoded.abs() == 1).float().mean():.3f}")
    write(folder / "decoder.safetensors", values)


def noise_values(path):
    values = {}
    for seed in NOISE_SEEDS:
        for shape in NOISE_SHAPES:
            generator = torch.Generator("cpu").manual_seed(seed)
            name = "x".join(map(str, shape))
            values[f"{seed}.{name}"] = torch.randn(shape, generator=generator)
    write(path, values)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--into", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    into = parser.parse_args().into
    torch.set_num_threads(1)
    noise_values(into / "values" / "noise.safetensors")
    for shape in SHAPES:
        folder, values = into / "checkpoints" / shape.name, into / "values" / shape.name
        shutil.rmtree(values, ignore_errors=True)
        random_checkpoint(shape, folder)
        pipeline = open_pipeline(folder)
        print(shape.name)
        text_values(pipeline, values)
        transformer_values(pipeline, values, shape.seed + 4)
        schedule_values(pipeline, values, shape.seed + 5)
        decoder_values(pipeline, values, shape.seed + 6)
        for i, request in enumerate(VIDEOS[shape.name]):
            request = dict(mode="text-to-video", model=shape.name, **request, format="png")
            (values / f"video-{i}.json").write_text(json.dumps(request, indent=2) + "\n")
            frames = run(pipeline, request)
            print(f"  video {i}: {tuple(frames.shape)}, mean {frames.mean():.3f}, std "
                  f"{frames.std():.3f}, clamped {((frames == 0) | (frames == 1)).float().mean():.3f}"
                  f", between frames {frames.diff(dim=0).abs().mean():.3f}")
            # Float16 of 0...1 is good for 80 dB and half the size.
            write(values / f"video-{i}.safetensors", {"frames": frames.half()})
        del pipeline
        gc.collect()


if __name__ == "__main__":
    main()
