# SPDX-License-Identifier: Apache-2.0
"""The peers' half of the line protocol that every engine speaks.

An engine loads and prints `ready`, or `unavailable` and the reason. Then, for each line it reads:

    run         one forward; prints the seconds it took
    save PATH   writes the last output, one float32 tensor `output`; prints `saved`
    memory      prints the peak of resident memory in bytes

It leaves at the end of its input.
"""

import os
import resource
import sys
import time

from safetensors.numpy import save_file


class Unavailable(Exception):
    """An engine or a dtype that this machine does not have."""


def only_channel():
    """Standard output for the protocol alone: what libraries print goes to standard error."""
    channel = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    return channel


def serve(channel, open_forward):
    """Opens an engine, a function that gives the output as an array, and answers."""
    try:
        forward = open_forward()
    except Unavailable as reason:
        print(f"unavailable {reason}", file=channel)
        return
    print("ready", file=channel)
    output = None
    for line in sys.stdin:
        order, _, path = line.rstrip("\n").partition(" ")
        if order == "run":
            begin = time.perf_counter()
            output = forward()
            print(time.perf_counter() - begin, file=channel)
        elif order == "save" and output is not None:
            save_file({"output": output}, path)
            print("saved", file=channel)
        elif order == "memory":
            kibibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            print(kibibytes * 1024, file=channel)
        else:
            raise SystemExit(f"wanted run, save PATH after a run, or memory; got '{line.strip()}'")
