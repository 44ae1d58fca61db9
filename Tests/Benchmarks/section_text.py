# SPDX-License-Identifier: Apache-2.0
"""The text encoder, UMT5 of XXL width, on 40 tokens with and without the pipeline's padding."""

import markdown
import shapes
from section_decoder import PAIRS
from session import HEAD

SIZES = {
    f"40 of {shapes.TEXT_LENGTH}": shapes.TEXT_LENGTH,
    f"{shapes.WORDS}": shapes.WORDS,
}


def measure(session):
    results = session.results("text")
    for size, padded in SIZES.items():
        for pair in PAIRS:
            session.compare(results, size, session.text(padded), pair)


def lines(session):
    rows, remarks = session.rows(session.results("text"), SIZES, PAIRS, lambda size: None)
    if not rows and not remarks:
        return []
    layers, width = session.scale.text["num_layers"], session.scale.text["d_model"]
    return [
        "### Text encoder", "",
        f"UMT5, {layers} layers of width {width}, {shapes.WORDS} tokens. The pipeline of diffusers "
        f"pads to {shapes.TEXT_LENGTH} and masks; the second half gives the peer the "
        f"{shapes.WORDS} alone. Ours never pads.", "",
        *markdown.table(HEAD, rows), "", *remarks, ""]
