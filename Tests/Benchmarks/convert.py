# SPDX-License-Identifier: Apache-2.0
"""Converts a model for OpenVINO, for the shapes of one file of inputs.

    python convert.py KIND FOLDER INPUTS.safetensors OUTPUT.xml [--int8]

`--int8` stores the weights in 8 bits (nncf, asymmetric, a scale for each channel).
"""

import argparse
import pathlib

import openvino
import torch

import arguments
import modules


def convertible(module):
    """OpenVINO has no `nearest-exact`, which is the same as `nearest` when sizes double."""
    for part in module.modules():
        if isinstance(part, torch.nn.Upsample) and part.mode == "nearest-exact":
            assert set(part.scale_factor) == {2}
            part.mode = "nearest"
    return module


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("kind", choices=arguments.KINDS)
    parser.add_argument("folder")
    parser.add_argument("inputs")
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--int8", action="store_true")
    options = parser.parse_args()

    module = convertible(modules.load(options.kind, options.folder, torch.float32))
    tensors = [torch.from_numpy(array) for array in arguments.read(options.kind, options.inputs)]
    with torch.no_grad():
        model = openvino.convert_model(
            module, example_input=tuple(tensors), input=[tuple(t.shape) for t in tensors])
    if options.int8:
        import nncf

        model = nncf.compress_weights(model, mode=nncf.CompressWeightsMode.INT8_ASYM)
    # The weights first: whoever finds the .xml finds a whole model.
    partial = options.output.with_suffix(".partial.xml")
    openvino.save_model(model, partial, compress_to_fp16=False)
    partial.with_suffix(".bin").rename(options.output.with_suffix(".bin"))
    partial.rename(options.output)


if __name__ == "__main__":
    main()
