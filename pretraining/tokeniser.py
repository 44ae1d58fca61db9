# SPDX-License-Identifier: Apache-2.0
"""Trains the SentencePiece model (unigram, ids as UMT5 has them) on captions and word lists."""

from __future__ import annotations

import io
import random
from pathlib import Path

import sentencepiece

from pretraining.studio import captions, words
from pretraining.studio.scene import random_scene

PIECES = 900
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,;:!?'\"()-&/"


def train(path: Path, seed: int = 0) -> None:
    """Writes spiece.model: pad 0, eos 1, bos 2, unk 3, normaliser nmt_nfkc, no byte pieces.

    Words are repeated alone and capitalised, so that frequent phrases do not swallow them.
    """
    lot = random.Random(seed)
    sentences = [captions.caption(random_scene(lot), lot) for _ in range(8000)]
    for phrase in words.phrases():
        for word in phrase.split():
            sentences += [word, word.capitalize()] * 40
    sentences += [" ".join(_LETTERS)] * 200
    lot.shuffle(sentences)
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences),
        model_writer=model,
        model_type="unigram",
        vocab_size=PIECES,
        hard_vocab_limit=False,
        character_coverage=1.0,
        pad_id=0,
        eos_id=1,
        bos_id=2,
        unk_id=3,
        normalization_rule_name="nmt_nfkc",
        num_threads=1,
        minloglevel=2,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.getvalue())


class Tokeniser:
    """Captions to ids with the end mark, padded with 0, as the diffusers pipeline has them."""

    def __init__(self, path: Path) -> None:
        self.pieces = sentencepiece.SentencePieceProcessor(model_file=str(path))

    def __len__(self) -> int:
        return self.pieces.get_piece_size()

    def ids(self, text: str) -> list[int]:
        """Ids of one caption, the end mark (1) last."""
        return [*self.pieces.encode(text), 1]
