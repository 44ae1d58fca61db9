# SPDX-License-Identifier: Apache-2.0
"""A step of training with factors of rank 16, against diffusers and PEFT with checkpointing."""

import flops
import markdown
from engine import Task
from section_transformer import name, width
from session import HEAD, Pair

PAIRS = [
    Pair("bfloat16", "diffusers", "bfloat16"),
    Pair("float32", "diffusers", "bfloat16"),
    Pair("float32", "diffusers", "float32"),
]


def tokens(session):
    return session.scale.clips[0].tokens


def task(session):
    found = session.transformer("transformer", tokens(session))
    return Task("training", found.folder, found.inputs)


def measure(session):
    results = session.results("training")
    for pair in PAIRS:
        session.compare(results, name(tokens(session)), task(session), pair)


def work(session):
    """Forward, and what is handed back to the inputs; nothing for what is computed again."""
    return 2 * flops.transformer(tokens(session), session.layers, 0, session.scale.transformer)


def lines(session):
    size = name(tokens(session))
    rows, remarks = session.rows(
        session.results("training"), [size], PAIRS, lambda _: work(session))
    if not rows and not remarks:
        return []
    return [
        "### A step of training", "",
        f"{session.layers} layers; width {width(session)}. Factors of rank 16 on all projections, one "
        "sample, AdamW. PyTorch with gradient checkpointing. Errors are of the gradients.", "",
        *markdown.table(HEAD, rows), "", *remarks, ""]
