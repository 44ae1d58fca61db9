# SPDX-License-Identifier: Apache-2.0
"""rclone: copy, sync and move, locally and through SFTP and WebDAV servers on the loopback device."""

import os
import subprocess
import time
import zlib
from pathlib import Path

import drops
from ground import Ground, Story, command, need
from service import can, free_port, wait_until

OPTIONS = ("--config", os.devnull, "--retries", "10", "--retries-sleep", "200ms")
"""A file that is claimed while rclone looks at it is an error for rclone, and tried again."""


def rclone(*words: str | Path, statuses: tuple[int, ...] = (0,)) -> None:
    command("rclone", *words, *OPTIONS, statuses=statuses)


def push(story: Story, verb: str, *options: str, to: str | Path | None = None) -> None:
    there = f"{to or story.served_inbox}/{story.folder}"
    # rclone looks at what it has written, and complains when the service was quicker.
    rclone(verb, *options, f"{story.inbox}/{story.folder}", there, statuses=(0, 1, 3, 4, 6))


def pull(story: Story, whence: str | Path | None = None) -> None:
    there = f"{whence or story.served_outbox}/{story.folder}"
    rclone("copy", there, f"{story.outbox}/{story.folder}")


def once(verb: str, *options: str):
    def tale(story: Story) -> None:
        story.sends_again = True
        story.write(story.mixed())
        push(story, verb, *options)
        story.wait()
        pull(story)

    return tale


def from_cron(verb: str, *options: str):
    """The same command again and again; what was claimed is missing and is sent anew."""

    def tale(story: Story) -> None:
        story.sends_again = True
        story.write(story.mixed())
        runs = 0

        def run() -> bool:
            nonlocal runs
            push(story, verb, *options)
            runs += 1
            return story.has_ended()

        wait_until("results", run, story.ground.patience, every=0.7)
        for _ in range(3):
            run()
            time.sleep(0.7)
        pull(story)
        story.note = f"{runs} runs"

    return tale


def mirrored(story: Story) -> None:
    """`sync` to `--claim leave`: the inbox stays the image of the sender's folder."""
    from_cron("sync", "--checksum")(story)
    story.sends_again = False
    story.stays = {path for drop in story.drops for path in drop.files()}


def through(kind: str):
    """A server of that kind over the root; the client writes straight into the inbox."""

    def tale(story: Story) -> None:
        story.sends_again = True
        port = free_port()
        access = ("--user", "anna", "--pass", "secret")
        server = subprocess.Popen(
            ["rclone", "serve", kind, str(story.ground.service.root), "--addr",
             f"127.0.0.1:{port}", "--config", os.devnull, "--dir-cache-time", "0s", *access],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=os.environ | {"XDG_CACHE_HOME": str(story.sender)},
        )
        try:
            word = command("rclone", "obscure", "secret").strip()
            if kind == "sftp":
                remote = f":sftp,host=127.0.0.1,port={port},user=anna,pass={word},shell_type=none:"
            else:
                remote = f":webdav,url='http://127.0.0.1:{port}',user=anna,pass={word}:"
            lists = lambda: subprocess.run(
                ["rclone", "lsd", remote, *OPTIONS], capture_output=True).returncode == 0
            wait_until(f"the {kind} server", lists, 20)
            story.write(story.mixed())
            push(story, "copy", to=f"{remote}inbox")
            story.wait()
            pull(story, f"{remote}outbox")
        finally:
            server.terminate()
            server.wait()

    return tale


def in_partial_names(story: Story) -> None:
    """As rclone 1.63 and later write: under `NAME.<8 hex digits>.partial`, then renamed.

    Debian 12's rclone writes directly, so the names are made here.
    """
    story.comes_back = False
    for drop in story.mixed():
        for path, data in drop.files().items():
            target = story.served_inbox / path
            target.parent.mkdir(parents=True, exist_ok=True)
            partial = target.with_name(f"{target.name}.{zlib.crc32(path.encode()):08x}.partial")
            with partial.open("wb", buffering=0) as file:
                for begin in range(0, len(data), 16 << 10):
                    file.write(data[begin : begin + (16 << 10)])
            partial.rename(target)
    # One that was broken off; it is complete JSON, and yet it is none of the service's business.
    rest = f"{story.folder}/broken off.json.0123abcd.partial"
    (story.served_inbox / rest).write_bytes(drops.text_drop(rest, 1).text)
    story.stays = {rest}


def run(count: int) -> list[Ground]:
    need("rclone")
    ground = Ground("rclone", count)
    ground.play(
        ("rclone copy", once("copy")),
        ("rclone copy, slow", once("copy", "--bwlimit", "100k", "--transfers", "8")),
        ("rclone sync", once("sync")),
        ("rclone move", once("move")),
        ("rclone copy to SFTP", through("sftp")),
        ("rclone copy to WebDAV", through("webdav")),
        ("rclone copy from cron", from_cron("copy")),
        ("rclone sync from cron", from_cron("sync")),
        ("rclone, names of 1.63 and later", in_partial_names),
    )
    if not can("--claim"):
        ground.skipped.append(("rclone to --claim leave", "this rushes has no --claim"))
        return [ground]
    leaving = Ground("rclone-leave", count, ("--claim", "leave"))
    leaving.play(("rclone sync to --claim leave", mirrored))
    return [ground, leaving]
