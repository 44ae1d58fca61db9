# SPDX-License-Identifier: Apache-2.0
"""rsync in its ways of writing, one-way: what was claimed is missing at the destination."""

import getpass
import os
import subprocess
import tempfile
import time
from pathlib import Path

from ground import Ground, Skipped, Story, command, need
from service import can, free_port, wait_until

GONE = 24
"""rsync's exit status when files vanished while it read; the service may claim them."""


def push(story: Story, *options: str, to: str | Path | None = None) -> None:
    there = f"{to or story.served_inbox}/{story.folder}/"
    # Into an inbox that requests leave meanwhile: a directory that is gone is made again.
    command("rsync", "-a", *options, f"{story.inbox}/{story.folder}/", there, statuses=(0, 23, GONE))


def pull(story: Story, whence: str | Path | None = None) -> None:
    here = f"{story.outbox}/{story.folder}/"
    command("rsync", "-a", f"{whence or story.served_outbox}/{story.folder}/", here)


def once(*options: str):
    """Everything in one run; the results are fetched with another."""

    def tale(story: Story) -> None:
        story.write(story.mixed())
        push(story, *options)
        story.wait()
        pull(story)

    return tale


def across_file_systems(story: Story) -> None:
    """`--temp-dir` elsewhere: rsync copies into place, and what it copies is seen growing."""
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == story.served_inbox.stat().st_dev:
        raise Skipped("/dev/shm is not another file system")
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        once(f"--temp-dir={folder}")(story)


def from_cron(*options: str):
    """The same command again and again, without a thought for what is done already."""

    def tale(story: Story) -> None:
        story.sends_again = True
        story.write(story.mixed())
        runs = 0

        def run() -> bool:
            nonlocal runs
            push(story, *options)
            pull(story)
            runs += 1
            return story.has_ended()

        (story.served_outbox / story.folder).mkdir(exist_ok=True)
        wait_until("results", run, story.ground.patience, every=0.7)
        # Now everything is missing at the destination.
        for _ in range(3):
            run()
            time.sleep(0.7)
        story.note = f"{runs} runs"

    return tale


def by_daemon(story: Story) -> None:
    """Over the network, through a daemon beside the service."""
    port = free_port()
    settings = story.sender / "rsyncd.conf"
    root = os.geteuid() == 0
    settings.write_text(
        f"use chroot = no\nport = {port}\naddress = 127.0.0.1\nlog file = {story.sender}/log\n"
        + (f"uid = {getpass.getuser()}\ngid = 0\n" if root else "")
        + f"[inbox]\npath = {story.served_inbox}\nread only = no\n"
        + f"[outbox]\npath = {story.served_outbox}\n"
    )
    daemon = subprocess.Popen(["rsync", "--daemon", "--no-detach", f"--config={settings}"])
    try:
        there = f"rsync://127.0.0.1:{port}"
        answers = lambda: subprocess.run(["rsync", there + "/"], capture_output=True).returncode == 0
        wait_until("the rsync daemon", answers, 10)
        story.write(story.mixed())
        push(story, "-z", "--bwlimit=200", to=f"{there}/inbox")
        story.wait()
        pull(story, f"{there}/outbox")
    finally:
        daemon.terminate()
        daemon.wait()


def edited_at_the_source(story: Story) -> None:
    """`--claim leave` under cron: the copy that stays is the sender's, a new version is a request."""
    drops = story.mixed()
    story.stays = {drop.path for drop in drops} | {path for d in drops for path in d.media}
    story.write(drops)
    push(story)
    story.wait()
    push(story, "--checksum")
    changed = [drop.edited(ordinal=2) for drop in drops if drop.succeeds][:3]
    story.write(story.expect(changed))
    push(story, "--checksum")
    story.wait()
    push(story, "--checksum", "--ignore-times")
    pull(story)


def run(count: int) -> list[Ground]:
    need("rsync")
    ground = Ground("rsync", count)
    ground.play(
        ("rsync", once()),
        ("rsync --inplace, slow", once("--inplace", "--bwlimit=100")),
        ("rsync --append, slow", once("--append", "--bwlimit=100")),
        ("rsync --delay-updates", once("--delay-updates")),
        ("rsync --partial-dir", once("--partial", "--partial-dir=.rsync-partial")),
        ("rsync --temp-dir on tmpfs", across_file_systems),
        ("rsync --remove-source-files", once("--remove-source-files")),
        ("rsync daemon", by_daemon),
        ("rsync from cron", from_cron()),
        ("rsync --inplace from cron", from_cron("--inplace")),
    )
    grounds = [ground]
    if can("--claim"):
        leaving = Ground("rsync-leave", count, ("--claim", "leave"))
        leaving.play(
            ("rsync to --claim leave, edited", edited_at_the_source),
            ("rsync --checksum --delete to --claim leave", left("--checksum", "--delete")),
        )
        grounds.append(leaving)
    else:
        ground.skipped.append(("rsync to --claim leave", "this rushes has no --claim"))
    return grounds


def left(*options: str):
    """A mirror: what stays in the inbox is what the sender has."""

    def tale(story: Story) -> None:
        from_cron(*options)(story)
        story.stays = {path for drop in story.drops for path in drop.files()}

    return tale
