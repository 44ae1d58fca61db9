# SPDX-License-Identifier: Apache-2.0
"""The text encoder and the transformer: their shapes, start values, and a fast attention."""

from __future__ import annotations

import math

import torch
from diffusers import WanTransformer3DModel
from torch import Tensor, nn
from transformers import UMT5Config, UMT5EncoderModel

from pretraining.studio.scene import ATTRIBUTES

WIDTH, LAYERS, HEADS, HIDDEN, TEXT_WIDTH, TEXT_LAYERS = 192, 6, 4, 768, 192, 2
CAPTION_LENGTH, PADDED_LENGTH = 40, 512
_FLOAT32 = {"rope", "time_embedder", "scale_shift_table", "norm1", "norm2", "norm3"}


def build(pieces: int) -> tuple[WanTransformer3DModel, UMT5EncoderModel]:
    """The starter's transformer (3.9 M parameters) and text encoder (0.7 M), at start values."""
    transformer = WanTransformer3DModel(
        patch_size=(1, 2, 2),
        num_attention_heads=HEADS,
        attention_head_dim=WIDTH // HEADS,
        in_channels=16,
        out_channels=16,
        text_dim=TEXT_WIDTH,
        freq_dim=128,
        ffn_dim=HIDDEN,
        num_layers=LAYERS,
        cross_attn_norm=True,
        qk_norm="rms_norm_across_heads",
        rope_max_seq_len=128,
    )
    text_encoder = UMT5EncoderModel(
        UMT5Config(
            vocab_size=pieces,
            d_model=TEXT_WIDTH,
            d_kv=32,
            d_ff=2 * TEXT_WIDTH,
            num_layers=TEXT_LAYERS,
            num_heads=TEXT_WIDTH // 32,
            dropout_rate=0.0,
            feed_forward_proj="gated-gelu",
            tie_word_embeddings=False,
            pad_token_id=0,
            eos_token_id=1,
        )
    )
    _initialise(transformer, text_encoder)
    return transformer, text_encoder


@torch.no_grad()
def _initialise(transformer: WanTransformer3DModel, text_encoder: UMT5EncoderModel) -> None:
    for module in transformer.modules():
        if isinstance(module, nn.Linear):
            nn.init.xavier_uniform_(module.weight)
            nn.init.zeros_(module.bias)
    nn.init.xavier_uniform_(transformer.patch_embedding.weight.view(WIDTH, -1))
    nn.init.zeros_(transformer.patch_embedding.bias)
    nn.init.normal_(transformer.condition_embedder.time_proj.weight, std=0.002)
    nn.init.zeros_(transformer.proj_out.weight)
    transformer.scale_shift_table.zero_()
    nn.init.normal_(text_encoder.shared.weight, std=1.0)
    for block in transformer.blocks:
        # Gates start half open.
        block.scale_shift_table.zero_()
        block.scale_shift_table[:, (2, 5)] = 0.5
        block.attn2.to_out[0].weight *= 0.5
        # The 480 or so padding rows that the pipeline does not mask would drown a caption of
        # 15 tokens. Their key is the normalised bias: a query bias against it keeps them low
        # (logit -sqrt(head width / 2), about -4.9) until training says otherwise.
        sign = torch.where(torch.rand(WIDTH) < 0.5, -1.0, 1.0)
        block.attn2.to_k.bias.copy_(0.05 * sign)
        block.attn2.to_q.bias.copy_(-sign)


class Attention:
    """Attention as two products and a softmax, whose backward pass is fast on a CPU.

    With a bias (keys,), the last key stands for many equal ones: the bias is the logarithm of
    their number, and the result is exactly that of the longer sequence. Where there is no such
    key a zero is added all the same: without it the compiler finds the pattern and puts the
    stock attention back.
    """

    def __init__(self, bias: Tensor) -> None:
        self.bias = bias

    def __call__(
        self,
        attn: nn.Module,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        rotary_emb: tuple[Tensor, Tensor] | None = None,
    ) -> Tensor:
        source = hidden_states if encoder_hidden_states is None else encoder_hidden_states
        query = attn.norm_q(attn.to_q(hidden_states)).unflatten(2, (attn.heads, -1))
        key = attn.norm_k(attn.to_k(source)).unflatten(2, (attn.heads, -1))
        value = attn.to_v(source).unflatten(2, (attn.heads, -1))
        if rotary_emb is not None:
            query, key = _rotate(query, rotary_emb), _rotate(key, rotary_emb)
        batch, tokens, heads, width = query.shape
        query, key, value = (x.transpose(1, 2).flatten(0, 1) for x in (query, key, value))
        logits = torch.bmm(query * width**-0.5, key.transpose(1, 2))
        logits = logits + self.bias.to(logits)
        mixed = torch.bmm(logits.softmax(-1), value)
        mixed = mixed.view(batch, heads, tokens, width).transpose(1, 2).flatten(2)
        return attn.to_out[0](mixed)


def _rotate(x: Tensor, rotary: tuple[Tensor, Tensor]) -> Tensor:
    """Rotates pairs of channels of x (B, N, heads, width) by the token's position."""
    cosine, sine = rotary[0][..., 0::2], rotary[1][..., 1::2]
    first, second = x.unflatten(-1, (-1, 2)).unbind(-1)
    turned = (first * cosine - second * sine, first * sine + second * cosine)
    return torch.stack(turned, -1).flatten(-2).type_as(x)


def use_fast_attention(transformer: WanTransformer3DModel) -> None:
    """Puts the attention above in place, in the control branch, too, if there is one; captions
    then have CAPTION_LENGTH + 1 rows."""
    bias = torch.zeros(CAPTION_LENGTH + 1)
    bias[-1] = math.log(PADDED_LENGTH - CAPTION_LENGTH)
    for block in (*transformer.blocks, *getattr(transformer, "vace_blocks", ())):
        block.attn1.processor = Attention(torch.zeros(1))
        block.attn2.processor = Attention(bias)


def to_bfloat16(transformer: nn.Module, text_encoder: nn.Module) -> None:
    """Weights in bfloat16, but for those that diffusers, too, keeps in float32."""
    for name, parameter in transformer.named_parameters():
        if not _FLOAT32 & set(name.split(".")):
            parameter.data = parameter.data.bfloat16()
    text_encoder.bfloat16()


def encode_text(text_encoder: UMT5EncoderModel, captions: list[list[int]]) -> Tensor:
    """Ids of captions to states (B, CAPTION_LENGTH + 1, text width), zero after each end."""
    device = text_encoder.device
    ids = torch.zeros(len(captions), CAPTION_LENGTH, dtype=torch.long, device=device)
    for row, caption in enumerate(captions):
        kept = caption[:CAPTION_LENGTH]
        ids[row, : len(kept)] = torch.tensor(kept, device=device)
    mask = (ids != 0).long()
    states = text_encoder(ids, attention_mask=mask).last_hidden_state * mask[..., None]
    return nn.functional.pad(states, (0, 0, 0, 1))


class Reader(nn.Module):
    """Names a scene's attributes from the mean text state; used in training only.

    It makes the text encoder tell attributes apart long before the transformer asks for them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sizes = [len(values) for values in ATTRIBUTES.values()]
        self.head = nn.Linear(TEXT_WIDTH, sum(self.sizes))

    def forward(self, states: Tensor, labels: Tensor) -> Tensor:
        """Mean cross-entropy over attributes of states (B, rows, width), labels (B, 8)."""
        real = (states != 0).any(-1).sum(1, keepdim=True).clamp_min(1)
        logits = self.head(states.float().sum(1) / real).split(self.sizes, 1)
        losses = [nn.functional.cross_entropy(x, labels[:, at]) for at, x in enumerate(logits)]
        return torch.stack(losses).mean()
