# SPDX-License-Identifier: Apache-2.0
"""The machine and the versions of what is compared, as lines of Markdown."""

import importlib.metadata
import os
import pathlib
import platform
import re
import subprocess

FLAGS = ["avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "avx_vnni", "amx_int8", "amx_bf16"]
PYTHON_PACKAGES = ["torch", "diffusers", "transformers", "openvino", "nncf"]
DEBIAN_PACKAGES = ["libopenblas0-pthread", "libdnnl2"]


def output(*command):
    """What a program prints, or nothing where it is missing or fails."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, env=os.environ | {"LC_ALL": "C"})
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def processor():
    fields = dict(
        (part.strip() for part in line.split(":", 1))
        for line in output("lscpu").splitlines() if ":" in line)
    known = fields.get("Flags", "").split()
    flags = ", ".join(flag for flag in FLAGS if flag in known)
    name = fields.get("Model name", platform.machine())
    return (
        f"{name} (family {fields.get('CPU family', '?')}, model {fields.get('Model', '?')}), "
        f"{len(os.sched_getaffinity(0))} cores, L2 {fields.get('L2 cache', '?')}, "
        f"L3 {fields.get('L3 cache', '?')}; {flags}")


def memory():
    line = pathlib.Path("/proc/meminfo").read_text().splitlines()[0]
    return f"{int(line.split()[1]) / 2**20:.1f} GiB"


def system():
    release = pathlib.Path("/etc/os-release")
    names = release.read_text() if release.exists() else ""
    found = re.search(r'^PRETTY_NAME="?([^"\n]*)', names, re.MULTILINE)
    return f"{found[1] if found else 'Linux'}, Linux {platform.release()}"


def versions():
    parts = [f"Python {platform.python_version()}"]
    for name in PYTHON_PACKAGES:
        try:
            parts.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            parts.append(f"no {name}")
    for name in DEBIAN_PACKAGES:
        version = output("dpkg-query", "-W", "-f", "${Version}", name)
        parts.append(f"{name} {version}" if version else f"no {name}")
    swift = re.search(r"Swift version \S+", output("swift", "--version"))
    return ", ".join(parts + ([swift[0]] if swift else []))


def describe():
    return [
        f"* {processor()}",
        f"* {memory()} memory; {system()}",
        f"* {versions()}",
    ]
