# SPDX-License-Identifier: Apache-2.0
"""python -m pretraining.export --state DIR --to models/starter

Writes the trained weights as a diffusers folder that WanVACEPipeline.from_pretrained loads; with
--without-control, or while there is no control branch, one for WanPipeline.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import torch
from diffusers import AutoencoderKLWan, UniPCMultistepScheduler, WanPipeline, WanVACEPipeline
from transformers import AutoTokenizer

from pretraining import control, denoiser, latents, tokeniser
from pretraining.studio import scene, words

FLOW_SHIFT = 3.0
DEFAULTS = {
    "width": scene.WIDTH,
    "height": scene.HEIGHT,
    "frames": scene.FRAMES,
    "fps": scene.FRAMES_PER_SECOND,
    "steps": 16,
    "guidance": 4.0,
    "negative_prompt": "",
    "max_sequence_length": denoiser.PADDED_LENGTH,
    "vocabulary": {
        "words": words.vocabulary(),
        "knows": words.KNOWS,
    },
}


def write_tokeniser(model: Path, folder: Path) -> None:
    """spiece.model with the settings beside it that make transformers read it as UMT5's."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(model, folder / "spiece.model")
    marks = {"pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}
    settings = {
        "tokenizer_class": "T5Tokenizer",
        "extra_ids": 0,
        "legacy": False,
        "model_max_length": denoiser.PADDED_LENGTH,
        "clean_up_tokenization_spaces": False,
        **marks,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")
    (folder / "special_tokens_map.json").write_text(json.dumps(marks, indent=2) + "\n")


def scheduler() -> UniPCMultistepScheduler:
    """UniPC for flow matching, as the Wan checkpoints name it."""
    return UniPCMultistepScheduler(
        prediction_type="flow_prediction",
        use_flow_sigmas=True,
        flow_shift=FLOW_SHIFT,
        num_train_timesteps=1000,
        solver_order=2,
        solver_type="bh2",
        lower_order_final=True,
        final_sigmas_type="zero",
    )


def autoencoder_with_statistics(state: Path) -> AutoencoderKLWan:
    """The trained autoencoder with the latents' mean and deviation in its configuration."""
    model = latents.trained_autoencoder(state)
    figures = json.loads((state / "latent_statistics.json").read_text())
    rounded = {name: [round(v, 6) for v in values] for name, values in figures.items()}
    model.register_to_config(latents_mean=rounded["mean"], latents_std=rounded["std"])
    return model


def export(state: Path, to: Path, weights: str = "average", with_control: bool = True) -> None:
    """Writes the folder; `weights` is the control branch's "average" or "masters" (the last
    step's). The base is always the average, so that the branch fits it."""
    _, transformer, text_encoder = control.base(state)
    with_control = with_control and (state / "control.pt").exists()
    if with_control:
        transformer = control.build(transformer)
        saved = torch.load(state / "control.pt")[weights]
        with torch.no_grad():
            for name, p in control.control_parameters(transformer).items():
                p.copy_(saved[name])
    denoiser.to_bfloat16(transformer, text_encoder)
    vae = autoencoder_with_statistics(state).to(torch.bfloat16)
    write_tokeniser(state / "spiece.model", to / "tokenizer")
    tokenizer = AutoTokenizer.from_pretrained(to / "tokenizer")
    check_tokeniser(tokeniser.Tokeniser(state / "spiece.model"), tokenizer)
    pipeline = (WanVACEPipeline if with_control else WanPipeline)(
        tokenizer=tokenizer,
        text_encoder=text_encoder,
        vae=vae,
        scheduler=scheduler(),
        transformer=transformer,
    )
    pipeline.save_pretrained(to, safe_serialization=True)
    # What transformers adds (tokenizer.json, 0.3 MB) says the same as spiece.model again.
    shutil.rmtree(to / "tokenizer")
    write_tokeniser(state / "spiece.model", to / "tokenizer")
    (to / "rushes.json").write_text(json.dumps(DEFAULTS, indent=2) + "\n")


def check_tokeniser(pieces: tokeniser.Tokeniser, tokenizer) -> None:
    """Refuses an export whose tokenizer reads captions otherwise than spiece.model does."""
    for text in ("", "A red ball rises over the sea at sunset.", "Zebra, 3 hot-air balloons!"):
        ours, theirs = pieces.ids(text), tokenizer(text).input_ids
        if ours != theirs:
            raise ValueError(f"transformers tokenises {text!r} as {theirs}, spiece.model as {ours}")


def main() -> None:
    """Exports a state folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--state", type=Path, default=Path("pretraining/state"))
    parser.add_argument("--to", type=Path, default=Path("models/starter"))
    parser.add_argument("--weights", choices=("average", "masters"), default="average")
    parser.add_argument("--without-control", action="store_true")
    given = parser.parse_args()
    export(given.state, given.to, given.weights, not given.without_control)


if __name__ == "__main__":
    main()
