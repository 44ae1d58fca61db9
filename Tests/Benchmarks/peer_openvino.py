# SPDX-License-Identifier: Apache-2.0
"""The peer OpenVINO: the same module, converted once, in float32, bfloat16 or 8-bit weights.

The conversion runs in a process of its own, so that the memory of PyTorch is not counted.
"""

import importlib.util
import pathlib
import subprocess
import sys

import arguments
from serving import Unavailable

HINTS = dict(float32="f32", bfloat16="bf16", int8="bf16")


def open_forward(kind, folder, inputs, dtype, threads):
    if importlib.util.find_spec("openvino") is None:
        raise Unavailable("the Python package openvino is missing")
    if dtype == "int8" and importlib.util.find_spec("nncf") is None:
        raise Unavailable("8-bit weights need the Python package nncf")
    import openvino

    model = openvino.Core().read_model(converted(kind, folder, inputs, dtype))
    compiled = openvino.Core().compile_model(
        model, "CPU",
        {"INFERENCE_PRECISION_HINT": HINTS[dtype], "INFERENCE_NUM_THREADS": str(threads)})
    arrays = arguments.read(kind, inputs)

    def forward():
        return arguments.output(kind, compiled(arrays)[0], arrays)

    return forward


def converted(kind, folder, inputs, dtype):
    """The path of the converted model, beside the inputs; it is made where it is missing."""
    weights = "-int8" if dtype == "int8" else ""
    name = f"{pathlib.Path(folder).name}-{pathlib.Path(inputs).stem}{weights}.xml"
    path = pathlib.Path(inputs).parent / "openvino" / name
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        program = pathlib.Path(__file__).with_name("convert.py")
        subprocess.run(
            [sys.executable, program, kind, folder, inputs, path] + ["--int8"] * bool(weights),
            check=True, stdout=sys.stderr)
    return path
