# SPDX-License-Identifier: Apache-2.0
"""Nominal work, in floating-point operations: what the model asks for, the same for every engine.

    python flops.py KIND FOLDER INPUTS.safetensors   # prints what PyTorch counts, without computing

N tokens of width d, ffn wide in the middle, 512 rows of text; a layer is

    2 N (6 d^2 + 2 d ffn) + 4 * 512 d^2 + 4 N^2 d + 4 N * 512 d

Embeddings and the last layer are left out. A control layer is a layer and a product of N d^2 more.
"""

import argparse

from shapes import TEXT_LENGTH


def transformer(tokens, layers, control_layers, dimensions):
    width = dimensions["num_attention_heads"] * dimensions["attention_head_dim"]
    layer = (
        2 * tokens * (6 * width**2 + 2 * width * dimensions["ffn_dim"])
        + 4 * TEXT_LENGTH * width**2
        + 4 * tokens**2 * width
        + 4 * tokens * TEXT_LENGTH * width)
    into_control = 2 * tokens * width**2 * (control_layers > 0)
    return layers * layer + control_layers * (layer + 2 * tokens * width**2) + into_control


def counted(kind, folder, inputs):
    """All products and convolutions of a forward, on tensors that have a shape alone."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    import arguments
    import modules

    module = modules.load(kind, folder, torch.float32).to("meta")
    tensors = [torch.from_numpy(array).to("meta") for array in arguments.read(kind, inputs)]
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        module(*tensors)
    return counter.get_total_flops()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("kind", choices=["transformer", "vace", "decoder", "text"])
    parser.add_argument("folder")
    parser.add_argument("inputs")
    options = parser.parse_args()
    print(counted(options.kind, options.folder, options.inputs))


if __name__ == "__main__":
    main()
