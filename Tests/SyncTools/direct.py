# SPDX-License-Identifier: Apache-2.0
"""Programs that write under the final name (scp, cp, Samba, Finder), move, link, or are editors."""

import os
import random
import shutil
import time
from pathlib import Path

import drops
from drops import Drop
from ground import SETTLE, Ground, Story, command, need

LONG = SETTLE + 0.6
"""A pause longer than the time for which an incomplete file must stay the same."""


def target(story: Story, path: str) -> Path:
    file = story.served_inbox / path
    file.parent.mkdir(parents=True, exist_ok=True)
    return file


def files(story: Story, *, request_first: bool = False) -> list[tuple[Path, bytes]]:
    """All that is to be written, a request before or after its media."""
    pairs = []
    for drop in story.mixed():
        entries = list(drop.files().items())
        pairs += reversed(entries) if request_first else entries
    return [(target(story, path), data) for path, data in pairs]


def in_pieces(pause: float, *, request_first: bool):
    """Like scp over a bad line: every file open for writing all the time, a third at a time."""

    def tale(story: Story) -> None:
        story.comes_back = False
        opened = [(path.open("wb", buffering=0), data) for path, data in
                  files(story, request_first=request_first)]
        for third in range(3):
            for file, data in opened:
                size = len(data)
                file.write(data[size * third // 3 : size * (third + 1) // 3])
            time.sleep(pause)
        for file, _ in opened:
            file.close()

    return tale


def closed_twice(story: Story) -> None:
    """Half of a file, closed; opened again for the rest. Samba and some editors do so."""
    story.comes_back = False
    every = files(story)
    for path, data in every:
        path.write_bytes(data[: len(data) // 2])
    time.sleep(SETTLE / 4)
    for path, data in every:
        with path.open("ab") as file:
            file.write(data[len(data) // 2 :])


def after_placeholders(pause: float):
    """macOS makes every file empty first, closes it, and comes back with the content."""

    def tale(story: Story) -> None:
        story.comes_back = False
        every = files(story)
        for path, _ in every:
            path.touch()
        time.sleep(pause)
        for path, data in every:
            path.write_bytes(data)

    return tale


def preallocated(story: Story) -> None:
    """The size is final from the beginning, the content is not, and the file stays open."""
    story.comes_back = False
    opened = []
    for path, data in files(story):
        file = path.open("wb", buffering=0)
        os.posix_fallocate(file.fileno(), 0, len(data))
        opened.append((file, data))
    time.sleep(LONG)
    for file, data in opened:
        file.write(data)
        file.close()


def by_program(*words: str):
    """`cp -r` or `mv` of a whole folder that was prepared elsewhere on the same disk."""

    def tale(story: Story) -> None:
        story.write(story.mixed())
        command(*words, story.inbox / story.folder, story.served_inbox)
        story.wait()
        command("cp", "-r", story.served_outbox / story.folder, story.outbox)

    return tale


def one_by_one(verb, *, request_first: bool):
    """Each file by one system call, in any order of requests."""

    def tale(story: Story) -> None:
        story.comes_back = False
        story.write(story.mixed())
        order = list(story.drops)
        random.Random(1).shuffle(order)
        for drop in order:
            entries = list(drop.files())
            for path in reversed(entries) if request_first else entries:
                verb(story.inbox / path, target(story, path))

    return tale


def linked(source: Path, place: Path) -> None:
    """As maildir delivers: a second name, then without the first."""
    os.link(source, place)
    source.unlink()


def unnamed(source: Path, place: Path) -> None:
    """O_TMPFILE and a name only at the end: no event tells that it was closed."""
    file = os.open(place.parent, os.O_TMPFILE | os.O_WRONLY, 0o644)
    try:
        os.write(file, source.read_bytes())
        # With a directory's descriptor, because Python follows the link only then.
        os.link(f"/proc/self/fd/{file}", place, src_dir_fd=file, follow_symlinks=True)
    finally:
        os.close(file)


def by_rename(temporary: str):
    """An editor that writes beside and renames over the name, `{}` being the name."""

    def verb(source: Path, place: Path) -> None:
        beside = place.with_name(temporary.format(place.name))
        with beside.open("wb") as file:
            file.write(source.read_bytes())
            os.fsync(file.fileno())
        beside.rename(place)

    return verb


def by_vim(source: Path, place: Path) -> None:
    """vim with 'backup': swap file, probe, the old version kept as NAME~, written in place."""
    swap = place.with_name(f".{place.name}.swp")
    swap.write_bytes(b"b0VIM 9.0")
    probe = place.with_name("4913")
    probe.touch()
    probe.unlink()
    backup = place.with_name(place.name + "~")
    if place.exists():
        place.rename(backup)
    else:
        backup.write_bytes(source.read_bytes())
    place.write_bytes(source.read_bytes())
    swap.unlink()


def saved_while_it_waits(verb):
    """Requests wait for their pictures, are saved anew by an editor, and then the pictures come."""

    def tale(story: Story) -> None:
        story.comes_back = False
        count = max(5, story.ground.count // 5)
        first = [drops.picture_drop(f"{story.folder}/edited {n}.json", n) for n in range(count)]
        last = story.expect([drop.edited() for drop in first])
        for version in (first, last):
            for drop in version:
                place = target(story, drop.path)
                source = story.sender / "version"
                source.write_bytes(drop.text)
                verb(source, place)
            time.sleep(LONG)
        for drop in last:
            for path, data in drop.media.items():
                target(story, path).write_bytes(data)

    return tale


def never_requests(story: Story) -> None:
    """Every temporary and conflict name holds a good request, and none is run."""
    story.comes_back = False
    good = drops.text_drop("x", 1).text
    names = [
        ".syncthing.x.json.tmp", "~syncthing~x.json.tmp", ".x.json.Ab3xYz", ".~tmp~/x.json",
        ".rsync-partial/x.json", "x.json.0a1b2c3d.partial", ".x.json.~4f2a", "x.json.part",
        "x.json.filepart", "x.json.!sync", ".unison.x.json.0123456789.unison.tmp", "~$x.json",
        "._x.json", ".in.x.json", "x.json.aria2", "x.json.crdownload", ".x.json.swp", "x.json~",
        "#x.json#", "x.json___jb_tmp___", ".goutputstream-AB12CD", ".dat.nosync1f.AbCdEf",
        "x.json.bak", ".stversions/x.json", ".dropbox.cache/x.json", "@eaDir/x.json",
        "x.sync-conflict-20260102-030405-ABCDEFG.json", "x.conflict1.json",
        "x (conflicted copy 2026-01-02 030405).json", "x (anna's conflicted copy 2026-09-29).json",
        "x_conflict-20260102-030405.json", "x-PC-safeBackup-0001.json", "x.Conflict.json",
        "x (conflict_on_2026-01-02).json", "x (conflict #2_on_2026-01-02).json",
    ]
    for name in names:
        path = f"{story.folder}/{name}"
        target(story, path).write_bytes(good)
        story.stays.add(path)
    story.expect([drops.text_drop(f"{story.folder}/x.json", 1)])
    target(story, f"{story.folder}/x.json").write_bytes(good)
    story.note = f"{len(names)} names that are no requests"


def deep(story: Story) -> None:
    """Folders made and filled at once, before any of them can be watched."""
    story.comes_back = False
    made: list[Drop] = []
    for number in range(story.ground.count):
        levels = "/".join(f"level {n}" for n in range(number % 8 + 1))
        made.append(drops.text_drop(f"{story.folder}/{number}/{levels}/deep.json", number))
    story.expect(made)
    for drop in made:
        target(story, drop.path).write_bytes(drop.text)


def run(count: int) -> list[Ground]:
    for program in ("cp", "mv"):
        need(program)
    rename = lambda source, place: source.rename(place)
    copy = lambda source, place: shutil.copyfile(source, place)
    # By themselves, so that no queue of others gives the slow ones the time that they need.
    slow = Ground("slow", count)
    slow.play(
        ("written in pieces, open all the time", in_pieces(LONG, request_first=False)),
        ("the same, request first", in_pieces(LONG, request_first=True)),
        ("closed twice", closed_twice),
        ("placeholders first", after_placeholders(SETTLE / 2)),
        ("placeholders long before", after_placeholders(LONG)),
        ("preallocated", preallocated),
    )
    ground = Ground("direct", count)
    ground.play(
        ("written in quick pieces", in_pieces(0.3, request_first=True)),
        ("cp -r", by_program("cp", "-r")),
        ("cp -rp", by_program("cp", "-rp")),
        ("mv of a folder", by_program("mv")),
        ("renamed in, media first", one_by_one(rename, request_first=False)),
        ("renamed in, request first", one_by_one(rename, request_first=True)),
        ("copied in, request first", one_by_one(copy, request_first=True)),
        ("linked in", one_by_one(linked, request_first=False)),
        ("linked from O_TMPFILE", one_by_one(unnamed, request_first=True)),
        ("GNOME's editors", one_by_one(by_rename(".goutputstream-AB12CD"), request_first=False)),
        ("JetBrains' editors", one_by_one(by_rename("{}___jb_tmp___"), request_first=True)),
        ("vim", one_by_one(by_vim, request_first=False)),
        ("saved by vim while it waits", saved_while_it_waits(by_vim)),
        ("saved by rename while it waits", saved_while_it_waits(by_rename(".{}.kate-swp"))),
        ("deep folders", deep),
        ("temporary and conflict names", never_requests),
    )
    return [slow, ground]
