# SPDX-License-Identifier: Apache-2.0
"""From a file of inputs to a model's arguments, and from its result to the output to compare.

Arguments have a batch axis of 1. Outputs have none: transformer (16, T, h, w), decoder
(F, 3, H, W) in -1...1, text (words, d_model).
"""

import numpy
from safetensors.numpy import load_file

KINDS = ["transformer", "vace", "decoder", "text", "training"]


def read(kind, path):
    """The arguments in the order of the wrapper in `modules.py`, ids and masks as int64."""
    tensors = load_file(path)
    if kind == "decoder":
        return [tensors["latents"][None]]
    length = int(tensors["padded"][0])
    if kind == "text":
        ids = padded(tensors["tokens"].astype(numpy.int64), length)
        mask = padded(numpy.ones(len(tensors["tokens"]), numpy.int64), length)
        return [ids[None], mask[None]]
    result = [tensors["latents"][None], tensors["timestep"], padded(tensors["text"], length)[None]]
    if kind == "vace":
        result += [tensors["control"][None], tensors["strengths"]]
    return result


def padded(rows, length):
    """Zero rows up to a length."""
    return numpy.pad(rows, [(0, length - len(rows))] + [(0, 0)] * (rows.ndim - 1))


def output(kind, result, given):
    """What is compared: without the batch, and without the states of padding."""
    result = numpy.asarray(result, numpy.float32)[0]
    if kind == "decoder":
        result = result.transpose(1, 0, 2, 3)
    if kind == "text":
        result = result[:given[1].sum()]
    return numpy.ascontiguousarray(result)
