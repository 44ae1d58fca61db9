# SPDX-License-Identifier: Apache-2.0
"""Two real Syncthings on the loopback device: a sender's, and one over the service's own folders."""

import contextlib
import json
import os
import random
import subprocess
import threading
import time
import urllib.request
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import drops
from ground import Ground, Story, command, need
from service import Failure, free_port, wait_until

INBOX, OUTBOX = "rushes-inbox", "rushes-outbox"


class Syncthing:
    """One instance with a home of its own, that knows nobody but its peer."""

    def __init__(self, home: Path, inbox: Path, outbox: Path):
        self.home = home
        self.folders = {INBOX: inbox, OUTBOX: outbox}
        self.control, self.port = free_port(), free_port()
        self.process: subprocess.Popen | None = None
        command("syncthing", "generate", "--no-default-folder", f"--home={home}",
                env=os.environ | {"HOME": str(home)})
        self.configuration = ElementTree.parse(home / "config.xml")
        self.identity = self.configuration.find("device").get("id")
        self.key = self.configuration.find("gui/apikey").text

    def configure(self, peer: "Syncthing") -> None:
        root = self.configuration.getroot()
        root.find("gui/address").text = f"127.0.0.1:{self.control}"
        options = root.find("options")
        settings = {
            "listenAddress": f"tcp://127.0.0.1:{self.port}", "globalAnnounceEnabled": "false",
            "localAnnounceEnabled": "false", "relaysEnabled": "false", "natEnabled": "false",
            "startBrowser": "false", "urAccepted": "-1", "autoUpgradeIntervalH": "0",
            "crashReportingEnabled": "false", "reconnectionIntervalS": "1", "stunKeepaliveStartS": "0",
            "announceLANAddresses": "false", "setLowPriority": "false",
        }
        for name, value in settings.items():
            options.find(name).text = value
        device = ElementTree.SubElement(root, "device", id=peer.identity, name="peer")
        ElementTree.SubElement(device, "address").text = f"tcp://127.0.0.1:{peer.port}"
        for name, path in self.folders.items():
            path.mkdir(parents=True, exist_ok=True)
            folder = ElementTree.SubElement(
                root, "folder", id=name, label=name, path=str(path), type="sendreceive",
                rescanIntervalS="60", fsWatcherEnabled="true", fsWatcherDelayS="1",
            )
            for identity in (self.identity, peer.identity):
                ElementTree.SubElement(folder, "device", id=identity)
            ElementTree.SubElement(folder, "markerName").text = ".stfolder"
            ElementTree.SubElement(folder, "maxConflicts").text = "10"
            (path / ".stfolder").mkdir(exist_ok=True)
        self.configuration.write(self.home / "config.xml")

    def start(self) -> None:
        with (self.home / "log").open("ab") as log:
            self.process = subprocess.Popen(
                ["syncthing", "serve", f"--home={self.home}", "--no-browser", "--no-restart",
                 "--no-upgrade"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=os.environ | {"HOME": str(self.home), "STNOUPGRADE": "1", "GOMAXPROCS": "1"},
            )

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
            self.process = None

    def ask(self, path: str, method: str = "GET") -> dict:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.control}/rest/{path}", method=method,
            headers={"X-API-Key": self.key},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text.strip() else {}

    def is_connected(self, peer: "Syncthing") -> bool:
        try:
            return self.ask("system/connections")["connections"][peer.identity]["connected"]
        except (OSError, KeyError):
            return False

    def scan(self) -> None:
        """Sees every change now, instead of when the watcher tells."""
        for folder in self.folders:
            self.ask(f"db/scan?folder={folder}", "POST")


class Pair:
    """The sender's and the service's Syncthing, connected."""

    def __init__(self, ground: Ground):
        self.sender_inbox = ground.scratch / "senders" / "inbox"
        self.sender_outbox = ground.scratch / "senders" / "outbox"
        self.sender = Syncthing(ground.scratch / "sender", self.sender_inbox, self.sender_outbox)
        self.server = Syncthing(
            ground.scratch / "server", ground.service.inbox, ground.service.outbox)
        self.parting = threading.Lock()
        self.sender.configure(self.server)
        self.server.configure(self.sender)

    def __enter__(self) -> "Pair":
        self.sender.start()
        self.server.start()
        self.connect()
        return self

    def __exit__(self, *_) -> None:
        self.sender.stop()
        self.server.stop()

    def connect(self) -> None:
        both = lambda: self.sender.is_connected(self.server) and self.server.is_connected(self.sender)
        wait_until("the two Syncthings to meet", both, 60)

    @contextlib.contextmanager
    def apart(self):
        """Without a connection for a while; one story at a time has this wish."""
        with self.parting:
            self.sender.ask(f"system/pause?device={self.server.identity}", "POST")
            wait_until("the parting", lambda: not self.server.is_connected(self.sender), 30)
            yield
            self.sender.ask(f"system/resume?device={self.server.identity}", "POST")
            self.connect()

    def settle(self, count: int) -> None:
        """Until both inboxes hold the same, at least so many files; while nobody serves."""

        def same() -> bool:
            for side in (self.sender, self.server):
                side.scan()
            here, there = tree(self.sender_inbox), tree(self.server.folders[INBOX])
            return here == there and len(here) >= count

        wait_until("both sides to have the same", same, 120, every=0.5)


def tree(folder: Path) -> dict[str, bytes]:
    """All files by their paths; not those of Syncthing."""
    return {
        drops.composed(str(path.relative_to(folder))): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


def mixed(story: Story) -> list[drops.Drop]:
    """With composed letters only: Syncthing 1.19 leaves others on Linux, and says so in its log."""
    return [d.with_composed_names() for d in drops.mixed(story.folder, story.ground.count)]


def own_folders(story: Story, pair: Pair) -> None:
    """The sender's folders are those that its Syncthing shares, and not the story's own."""
    story.inbox, story.outbox = pair.sender_inbox, pair.sender_outbox


def written(story: Story, pair: Pair, more: list[drops.Drop]) -> None:
    """In the sender's shared folder, by rename from outside of it."""
    own_folders(story, pair)
    beside = story.sender / "beside"
    order = list(more)
    random.Random(2).shuffle(order)
    for drop in order:
        for path, data in drop.files().items():
            place = pair.sender_inbox / path
            place.parent.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(data)
            beside.rename(place)


def wait_for_the_sender(story: Story) -> None:
    """Until the sender sees its requests gone and all results."""

    def has_all() -> bool:
        gone = not any((story.inbox / drop.path).exists() for drop in story.drops)
        return story.has_ended() and story.is_back() and gone

    wait_until("results at the sender, and its requests gone", has_all, story.ground.patience, 0.5)


def shared(pair: Pair):
    def tale(story: Story) -> None:
        written(story, pair, story.expect(mixed(story)))
        wait_for_the_sender(story)

    return tale


def in_waves(pair: Pair):
    """More arrives while the first ones are made, and the connection breaks now and then."""

    def tale(story: Story) -> None:
        every = story.expect(mixed(story))
        size = -(-len(every) // 3)
        for begin in range(0, len(every), size):
            written(story, pair, every[begin : begin + size])
            time.sleep(1)
            with pair.apart():
                time.sleep(1)
        wait_for_the_sender(story)

    return tale


def conflicts(pair: Pair):
    """The same requests changed on both sides while they are apart, before anybody serves."""

    def tale(story: Story) -> None:
        own_folders(story, pair)
        originals = [drop for drop in mixed(story) if drop.succeeds]
        written(story, pair, originals)
        files = sum(len(drop.files()) for drop in originals)
        pair.settle(files)
        here = [drop.edited() for drop in originals]
        there = [drop.edited().edited() for drop in originals]
        with pair.apart():
            written(story, pair, here)
            drops.write(there, story.served_inbox)
            for side in (pair.sender, pair.server):
                side.scan()
        pair.settle(files + len(originals))
        copies = sorted((story.served_inbox / story.folder).rglob("*.sync-conflict-*.json"))
        if len(copies) < len(originals):
            raise Failure(f"Syncthing made {len(copies)} conflict copies instead of {len(originals)}")
        story.stays = {str(path.relative_to(story.served_inbox)) for path in copies}
        story.note = f"{len(copies)} conflict copies"
        # Whichever version Syncthing let stand is the request.
        versions = {(d.path, d.text): d for d in here + there}
        for drop in originals:
            stands = (story.served_inbox / drop.path).read_bytes()
            story.expect([versions[drop.path, stands]])

    return tale


def edited_while_claimed(pair: Pair):
    """The sender edits its request while apart, and meanwhile the service has taken it."""

    def tale(story: Story) -> None:
        own_folders(story, pair)
        first = [drops.text_drop(f"{story.folder}/edited {n}.json", n) for n in range(5)]
        written(story, pair, story.expect(first))
        wait_for_the_sender(story)
        # Apart, the same names come again, and change before the two meet.
        with pair.apart():
            written(story, pair, [drop.edited() for drop in first])
            pair.sender.scan()
            written(story, pair, story.expect([d.edited().edited(ordinal=2) for d in first]))
            pair.sender.scan()
        wait_for_the_sender(story)

    return tale


def run(count: int) -> list[Ground]:
    need("syncthing")
    ground = Ground("syncthing", count)
    with Pair(ground) as pair:
        ground.prepare("Syncthing, conflicts", conflicts(pair))
        ground.play(
            ("Syncthing, conflicts", wait_for_the_sender),
            ("Syncthing", shared(pair)),
            ("Syncthing, broken connections", in_waves(pair)),
            ("Syncthing, edited when it was claimed", edited_while_claimed(pair)),
        )
    return [ground]
