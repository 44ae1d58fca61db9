# SPDX-License-Identifier: Apache-2.0
"""An outbox of many results: copies of one that the program made, and what strangers might leave there."""

import copy
import json
import os
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PROGRAM = REPOSITORY / ".build" / "release" / "rushes"
MODELS = REPOSITORY / "models"

# Each would run, load or lead somewhere if a page put it down as it is.
HOSTILE = [
    "<script>alert(1)</script>", "\"><script>alert(2)</script>", "'><img src=x onerror=alert(3)>",
    "</title><script>alert(4)</script>", "</style><script>alert(5)</script>",
    "</script><script>alert(6)</script>", "<!--<script>alert(7)//-->", "<svg onload=alert(8)>",
    "<svg><script>alert(9)</script></svg>", "<iframe srcdoc='<script>parent.alert(10)</script>'></iframe>",
    "javascript:alert(11)", "JaVaScRiPt:alert(12)", "data:text/html,<script>alert(13)</script>",
    "\" onmouseover=\"alert(14)", "\" autofocus onfocus=\"alert(15)", "' onfocus='alert(16)' tabindex='1",
    "`onerror=alert(17)`", "&lt;script&gt;alert(18)&lt;/script&gt;", "&#60;img src=x onerror=alert(19)&#62;",
    "\\\"); alert(20); (\"", "\\u003cscript>alert(21)\\u003c/script>", "${alert(22)}", "');alert(23);//",
    "{{constructor.constructor('alert(24)')()}}", "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>", "<link rel=stylesheet href=//evil.example/x.css>",
    "<form action=//evil.example><button>go</button></form>", "<img src=//evil.example/x.png>",
    "<video src=//evil.example/x.mp4 autoplay>", "<a href=//evil.example target=_top>click</a>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(25)>",
    "<details open ontoggle=alert(26)>x</details>", "<template><script>alert(27)</script></template>",
    "<object data=//evil.example></object>", "<body onload=alert(28)>", "\u202egpj.exe\u2066<b>",
    "line\u2028one\u2029two\u0085three", "%2e%2e%2f?query#fragment", "a\tb\nc\x1b[31mred\x7f",
    "x" * 180 + "<b>", "\U0001f388 नमस्ते שלום مرحبا",
]
NEEDLE = "a heron over the fen"


def one(folder: Path) -> None:
    """Makes a real result with the starter."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    request = folder.parent / "one.json"
    request.write_text(json.dumps({
        "mode": "text-to-video", "prompt": "a red balloon drifts to the right over the sea at sunset", "seed": 7}))
    subprocess.run([PROGRAM, "generate", request, "--output", folder, "--models", MODELS], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def fill(root: Path, count: int) -> None:
    """`count` results in five folders, and one for each hostile text: made and failed in turn."""
    source = root / "one"
    one(source)
    record = json.loads((source / "result.json").read_text())
    request = json.loads((source / "request.json").read_text())
    outbox = root / "outbox"
    colours = ["red", "green", "blue", "white", "yellow"]
    for number in range(count):
        name = f"film {number}"
        words = f"a {colours[number % 5]} balloon drifts to the right over the sea, take {number}"
        if number == 0:
            words = NEEDLE
        folder = outbox / ["alice", "bob", "studio/night", "studio/day", "."][number % 5] / name
        if number % 29 == 13:
            failed(folder.with_name(name + ".failed"), record, number, words)
            continue
        made(folder, source, record, request | {"prompt": words}, number, words, name)
    for number, text in enumerate(HOSTILE):
        when = count + number
        name = text.replace("/", "_").replace("\0", "")
        while len(name.encode()) > 240:
            name = name[:-1]
        if number % 2:
            made(outbox / name / name, source, record, request | {"prompt": text, text: text}, when, text,
                 text.encode()[:100].decode(errors="ignore").replace("/", "_"))
        else:
            failed(outbox / f"{name}.failed", record, when, text)


def stamp(number: int) -> str:
    day, rest = divmod(number, 1440)
    return f"2026-{1 + day // 28 % 12:02}-{1 + day % 28:02}T{rest // 60:02}:{rest % 60:02}:00.250Z"


def made(folder: Path, source: Path, record: dict, request: dict, number: int, words: str, film: str) -> None:
    folder.mkdir(parents=True)
    record = copy.deepcopy(record)
    record["request"], record["seed"], record["settings"]["prompt"] = words, number, words
    record["timing"]["finished"] = stamp(number)
    record["files"][0] |= {"name": f"{film}.mp4", "seed": number}
    for name in ["poster.jpg", "contact-sheet.jpg", "preview.webp"]:
        os.link(source / name, folder / name)
    os.link(source / "one.mp4", folder / f"{film}.mp4")
    (folder / "result.json").write_text(json.dumps(record))
    (folder / "request.json").write_text(json.dumps(request))


def failed(folder: Path, record: dict, number: int, words: str) -> None:
    folder.mkdir(parents=True)
    record = copy.deepcopy(record) | {"status": "failed", "files": [], "seed": None, "settings": {}}
    record["timing"]["finished"] = stamp(number)
    record["error"] = {
        "code": "bad-request", "message": f"The request has a problem: {words}",
        "problems": [{"field": "sed", "message": f"There is no key \"sed\" ({words}).", "line": 1, "column": 2,
                      "hint": f"Did you mean \"seed\"? {words}"}]}
    (folder / "result.json").write_text(json.dumps(record))
    (folder / "request.json").write_text(json.dumps({"mode": "text-to-video", "prompt": words, "sed": 1}))
    (folder / "error.txt").write_text("wrong\n")


def serve(root: Path) -> None:
    """Lets the service write the gallery, and end."""
    subprocess.run([PROGRAM, "serve", "--root", root, "--models", MODELS, "--styles", root / "styles", "--once"],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def is_valid(request: str, folder: Path) -> bool:
    """Whether the program would take a request."""
    file = folder / "copied.json"
    file.write_text(request)
    return subprocess.run([PROGRAM, "validate", file, "--models", MODELS], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0
