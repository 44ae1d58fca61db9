# SPDX-License-Identifier: Apache-2.0
"""One peer, as a process that speaks the protocol of `serving.py`.

    python peer.py diffusers|openvino transformer|vace|decoder|text|training FOLDER INPUTS.safetensors DTYPE

DTYPE is float32, bfloat16 or int8. RUSHES_THREADS says on how many threads it computes.
"""

import argparse
import importlib
import os

import arguments
import serving
import shapes


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("engine", choices=["diffusers", "openvino"])
    parser.add_argument("kind", choices=arguments.KINDS)
    parser.add_argument("folder")
    parser.add_argument("inputs")
    parser.add_argument("dtype", choices=shapes.PRECISIONS)
    options = parser.parse_args()
    threads = int(os.environ.get("RUSHES_THREADS", len(os.sched_getaffinity(0))))

    def open_forward():
        peer = importlib.import_module(f"peer_{options.engine}")
        return peer.open_forward(
            options.kind, options.folder, options.inputs, options.dtype, threads)

    serving.serve(serving.only_channel(), open_forward)


if __name__ == "__main__":
    main()
