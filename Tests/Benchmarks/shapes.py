# SPDX-License-Identifier: Apache-2.0
"""What is measured: the models' dimensions and the sizes of their inputs.

Latents are (channels, T, h, w); a clip of F frames of W x H has T = (F - 1) / 4 + 1, h = H / 8,
w = W / 8, and N = T h w / 4 tokens.
"""

from dataclasses import dataclass

PRECISIONS = ["float32", "bfloat16", "int8"]
TEXT_LENGTH = 512  # what the pipelines pad texts to
WORDS = 40  # real tokens of the text that is measured


@dataclass(frozen=True)
class Clip:
    """A size of video, in pixels and frames."""

    width: int
    height: int
    frames: int

    @property
    def name(self):
        return f"{self.width}x{self.height}x{self.frames}"

    @property
    def latents(self):
        """T, h, w."""
        return ((self.frames - 1) // 4 + 1, self.height // 8, self.width // 8)

    @property
    def tokens(self):
        time, rows, columns = self.latents
        return time * rows * columns // 4


@dataclass(frozen=True)
class Scale:
    """One set of dimensions: that of Wan 1.3B, or a tiny one to try the program with."""

    name: str
    transformer: dict
    autoencoder: dict
    text: dict
    clips: list  # for the transformer
    decoded: list  # for the decoder, both in time and in pairs
    long: list  # for the decoder's memory: one size, several lengths

    def clip(self, tokens):
        """The clip that has so many tokens."""
        for clip in self.clips:
            if clip.tokens == tokens:
                return clip
        known = ", ".join(str(clip.tokens) for clip in self.clips)
        raise SystemExit(f"--lengths: there is no clip of {tokens} tokens; there is: {known}")


FULL = Scale(
    "full",
    transformer=dict(
        num_attention_heads=12, attention_head_dim=128, ffn_dim=8960, text_dim=4096,
        in_channels=16, out_channels=16),
    autoencoder={},
    text=dict(d_model=4096, d_ff=10240, num_heads=64, d_kv=64, num_layers=2, vocab_size=1024),
    clips=[Clip(320, 192, 17), Clip(448, 256, 17), Clip(576, 320, 33), Clip(832, 480, 33)],
    decoded=[Clip(448, 256, 9)],
    long=[Clip(832, 480, 9), Clip(832, 480, 17)],
)

TINY = Scale(
    "tiny",
    transformer=dict(
        num_attention_heads=2, attention_head_dim=24, ffn_dim=96, text_dim=64,
        in_channels=16, out_channels=16),
    autoencoder=dict(base_dim=16, num_res_blocks=1),
    text=dict(d_model=64, d_ff=96, num_heads=4, d_kv=16, num_layers=2, vocab_size=1024),
    clips=[Clip(64, 32, 9), Clip(64, 64, 9)],
    decoded=[Clip(32, 32, 5)],
    long=[Clip(64, 64, 5), Clip(64, 64, 9)],
)

SCALES = {scale.name: scale for scale in (FULL, TINY)}
