# SPDX-License-Identifier: Apache-2.0
"""Draws architecture.svg from Package.swift: each module, what it may import, and its C libraries.

    python3 docs/developers/draw_architecture.py

An import that follows from others is left out: Daemon may import Requests, but an arrow leads there
by Generation already.
"""

import pathlib
import re

HERE = pathlib.Path(__file__).parent
MANIFEST = (HERE / "../../Package.swift").read_text()

# Rows from the top, and each module's place in its row, as a part of the width.
ROWS = [
    {"rushes": 0.5},
    {"Daemon": 0.5},
    {"Generation": 0.33, "Spool": 0.63, "Telling": 0.77, "Gallery": 0.937},
    {"Training": 0.16, "Tracking": 0.52, "Service": 0.83},
    {"Model": 0.16},
    {"Products": 0.07, "Weights": 0.22, "Requests": 0.37, "Media": 0.52},
    {"Tensors": 0.13, "JSON": 0.61, "Files": 0.77, "Digests": 0.92},
]
WHAT = {
    "rushes": "the command line", "Daemon": "supervisor and workers",
    "Generation": "plan, modes, jobs", "Spool": "inbox, queue, outbox", "Telling": "mail, webhooks, figures",
    "Gallery": "the outbox as pages", "Training": "gradients of adapters", "Tracking": "a mask through a clip",
    "Service": "systemd, processes, cells", "Model": "Wan 2.1 and VACE", "Products": "matrix products",
    "Weights": "safetensors, GGUF", "Media": "pictures, clips, sound", "Requests": "what may be asked",
    "Tensors": "arrays, noise", "JSON": "strict reading", "Files": "Linux files", "Digests": "SHA-256",
}
LIBRARIES = {
    "CLinux": "Linux", "COpenBLAS": "OpenBLAS", "CDNNL": "oneDNN", "CJSONC": "json-c", "CCrypto": "libcrypto",
    "CSystemd": "libsystemd", "CAV": "FFmpeg", "CSentencePiece": "SentencePiece", "CKernels": "own kernels in C",
}
WIDTH, STEP, BOX_WIDTH, BOX_HEIGHT = 1320, 118, 160, 58


def imports():
    """Module -> the names that its line in the manifest lists."""
    found = {}
    pattern = r'(?:library\(\s*|target\(\s*name: |executableTarget\(\s*name: )"(\w+)",?(.*?)(?=\n        (?:library|\.|//)|\n\n)'
    for name, rest in re.findall(pattern, MANIFEST, re.S):
        if name in WHAT:
            rest = re.sub(r"exclude:.*|resources:.*|\.product\(.*", "", rest)
            found[name] = [other for other in re.findall(r'"(\w+)"', rest) if other in WHAT or other in LIBRARIES]
    return found


def reachable(found, name):
    below = set()
    for other in found.get(name, []):
        below |= {other} | reachable(found, other)
    return below


def main():
    found = imports()
    assert set(found) == set(WHAT), set(WHAT) ^ set(found)
    places = {}
    for row, modules in enumerate(ROWS):
        for name, part in modules.items():
            places[name] = (part * WIDTH, 44 + row * STEP)
    height = 44 + (len(ROWS) - 1) * STEP + 60
    lines, boxes = [], []
    for name, others in found.items():
        modules = [other for other in others if other in WHAT]
        for other in modules:
            if any(other in reachable(found, third) for third in modules if third != other):
                continue
            (x, y), (u, v) = places[name], places[other]
            assert v > y, f"{name} -> {other} does not point down"
            y, v = y + BOX_HEIGHT / 2, v - BOX_HEIGHT / 2 - 7
            middle = (v - y) / 2
            lines.append(f'<path d="M{x:.0f} {y:.0f}C{x:.0f} {y + middle:.0f} {u:.0f} {v - middle:.0f} {u:.0f} {v:.0f}"/>')
        x, y = places[name]
        library = ", ".join(LIBRARIES[other] for other in others if other in LIBRARIES)
        boxes.append(
            f'<rect x="{x - BOX_WIDTH / 2:.0f}" y="{y - BOX_HEIGHT / 2:.0f}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="6"/>'
            f'<text class="name" x="{x:.0f}" y="{y - (9 if library else 4):.0f}">{name}</text>'
            f'<text x="{x:.0f}" y="{y + (7 if library else 14):.0f}">{WHAT[name]}</text>'
            + (f'<text class="library" x="{x:.0f}" y="{y + 22:.0f}">{library}</text>' if library else ""))
    style = """
      svg { background: #ffffff; font-family: system-ui, "Noto Sans", "DejaVu Sans", sans-serif; }
      rect { fill: #f3f6fa; stroke: #8b949e; } text { fill: #1f2328; font-size: 11px; text-anchor: middle; }
      .name { font-size: 15px; font-weight: 600; } .library { fill: #b4420c; font-size: 10.5px; }
      path { fill: none; stroke: #59636e; stroke-width: 1.4; } .arrow { fill: #59636e; stroke: none; }
      @media (prefers-color-scheme: dark) { svg { background: #0d1117; } rect { fill: #161b22; }
        text { fill: #e6edf3; } .library { fill: #fb923c; } path { stroke: #9da7b3; } .arrow { fill: #9da7b3; } }"""
    (HERE / "architecture.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">\n'
        f"<title>The modules of Rushes; arrows lead to what is imported</title>\n<style>{style}\n</style>\n"
        '<defs><marker id="end" viewBox="0 0 10 10" refX="1" refY="5" markerWidth="7" markerHeight="7" orient="auto">'
        '<path class="arrow" d="M0 0L10 5L0 10z"/></marker></defs>\n'
        '<g>\n' + "\n".join(line.replace("/>", ' marker-end="url(#end)"/>') for line in lines)
        + "\n</g>\n" + "\n".join(boxes) + "\n</svg>\n")
    for name, others in found.items():
        print(name, "->", ", ".join(others))


main()
