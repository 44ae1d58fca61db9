# SPDX-License-Identifier: Apache-2.0
"""The peer diffusers: PyTorch, eager, in float32 or bfloat16."""

import torch

import arguments
import modules
import training
from serving import Unavailable

DTYPES = dict(float32=torch.float32, bfloat16=torch.bfloat16)


def open_forward(kind, folder, inputs, dtype, threads):
    if dtype not in DTYPES:
        raise Unavailable(f"diffusers has no {dtype} on a CPU")
    torch.set_num_threads(threads)
    if kind == "training":
        return training.open_step(folder, inputs, DTYPES[dtype])
    module = modules.load(kind, folder, DTYPES[dtype])
    arrays = arguments.read(kind, inputs)
    tensors = [converted(torch.from_numpy(array), DTYPES[dtype]) for array in arrays]
    if kind in ("transformer", "vace"):
        tensors[1] = tensors[1].float()  # the pipeline does not round it either

    def forward():
        with torch.inference_mode():
            return arguments.output(kind, module(*tensors).float().numpy(), arrays)

    return forward


def converted(tensor, dtype):
    """Ids and masks stay whole numbers."""
    return tensor.to(dtype) if tensor.is_floating_point() else tensor
