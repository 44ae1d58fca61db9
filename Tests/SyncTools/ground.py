# SPDX-License-Identifier: Apache-2.0
"""Where one tool is tried: a root that is served, and one sender for each story."""

import shutil
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import drops
import outbox
from service import Failure, Service, wait_until

SETTLE = 2.0
"""Seconds that a file must stay the same before the service takes it for whole or broken."""


class Skipped(Exception):
    """Why a story cannot be told here."""


class Story:
    """One way of sending: a sender with folders of its own, and what became of what it sent."""

    def __init__(self, ground: "Ground", title: str):
        self.ground = ground
        self.title = title
        self.folder = "".join(c if c.isalnum() else "-" for c in title).strip("-")
        """Its top-level folder in the inbox and the outbox."""
        self.sender = ground.scratch / "senders" / self.folder
        self.inbox = self.sender / "inbox"
        self.outbox = self.sender / "outbox"
        (self.inbox / self.folder).mkdir(parents=True)
        (self.outbox / self.folder).mkdir(parents=True)
        self.drops: list[drops.Drop] = []
        self.stays: set[str] = set()
        """Files that must stay in the service's inbox, because they are no requests."""
        self.sends_again = False
        """Whether requests that were claimed come back, so that some may lie in the inbox."""
        self.faults: list[str] = []
        self.seen = 0
        """How many results the sender saw in the end."""
        self.comes_back = True
        """Whether the tool carries results to the sender."""
        self.began = time.monotonic()
        self.seconds = 0.0
        self.note = ""

    def mixed(self, count: int | None = None) -> list[drops.Drop]:
        """Remembers new requests of all kinds; by default as many as were asked for."""
        return self.expect(drops.mixed(self.folder, count or self.ground.count))

    def expect(self, more: list[drops.Drop]) -> list[drops.Drop]:
        self.drops += more
        return more

    def forget(self, old: list[drops.Drop]) -> None:
        self.drops = [drop for drop in self.drops if drop not in old]

    def write(self, more: list[drops.Drop]) -> None:
        """Puts files into the sender's own folder."""
        drops.write(more, self.inbox)

    @property
    def served_inbox(self) -> Path:
        return self.ground.service.inbox

    @property
    def served_outbox(self) -> Path:
        return self.ground.service.outbox

    def has_ended(self) -> bool:
        """Whether every request has a result."""
        self.ground.service.prove_alive()
        found = outbox.results(self.served_outbox / self.folder)
        return {drop.result for drop in self.drops} <= {f"{self.folder}/{name}" for name in found}

    def wait(self) -> None:
        """Until every request has a result."""
        wait_until(f"the results of '{self.title}'", self.has_ended, self.ground.patience, 0.2)

    def is_back(self) -> bool:
        """Whether the sender sees every result; whole or not, `check` looks."""
        return {drop.result for drop in self.drops} <= outbox.results(self.outbox).keys()

    def check(self) -> None:
        """Holds what came out against what was dropped."""
        self.faults += outbox.faults(self.drops, self.served_outbox, alone_in=self.folder)
        if self.comes_back:
            self.seen = len(outbox.results(self.outbox / self.folder))
            back = outbox.faults(self.drops, self.outbox, alone_in=self.folder)
            self.faults += [f"in the sender's outbox, {fault}" for fault in back]
        here = self.served_inbox / self.folder
        there = {str(path.relative_to(self.served_inbox)) for path in here.rglob("*") if path.is_file()}
        self.faults += [f"'{path}' is no request and is gone" for path in self.stays - there]
        if not self.sends_again:
            requests = {path for path in there if path.endswith(".json")} - self.stays
            self.faults += [f"'{path}' is still in the inbox" for path in sorted(requests)]


class Ground:
    """A root of its own for one tool, removed afterwards unless something went wrong."""

    def __init__(self, tool: str, count: int, options: tuple[str, ...] = ()):
        self.tool = tool
        self.count = count
        self.patience = 90.0 + 2 * count
        self.scratch = Path(tempfile.mkdtemp(prefix=f"rushes-{tool}-"))
        self.service = Service(self.scratch / "root", options=options)
        self.stories: list[Story] = []
        self.prepared: dict[str, Story] = {}
        self.skipped: list[tuple[str, str]] = []

    def prepare(self, title: str, tale) -> None:
        """Begins a story before anybody serves."""
        for folder in (self.service.inbox, self.service.outbox):
            folder.mkdir(parents=True, exist_ok=True)
        story = self.prepared[title] = Story(self, title)
        tale(story)

    def play(self, *tales) -> None:
        """Runs stories at the same time, each `(title, function)`, and waits for all."""
        self.service.start()
        with ThreadPoolExecutor(len(tales)) as pool:
            list(pool.map(lambda tale: self.tell(*tale), tales))
        self.finish()

    def tell(self, title: str, tale) -> None:
        story = self.prepared.get(title) or Story(self, title)
        try:
            tale(story)
            story.wait()
        except Skipped as reason:
            self.skipped.append((title, str(reason)))
            return
        except (Failure, OSError, subprocess.SubprocessError) as error:
            story.faults.append(str(error))
        story.seconds = time.monotonic() - story.began
        self.stories.append(story)

    def finish(self) -> None:
        """Gives whatever must not run the time to run, then looks at everything."""
        self.service.search()
        before = -1
        # Not for ever: a service that runs everything again and again is at fault.
        for _ in range(10):
            if before == (now := len(outbox.results(self.service.outbox))):
                break
            before = now
            time.sleep(SETTLE + 2)
        for story in self.stories:
            story.check()
        everything = [drop for story in self.stories for drop in story.drops]
        known = {fault for story in self.stories for fault in story.faults}
        others = [
            fault for fault in outbox.faults(everything, self.service.outbox, alone_in=".")
            if fault not in known
        ]
        if others:
            stranger = Story(self, "(all)")
            stranger.faults = others
            self.stories.append(stranger)
        self.service.stop()

    @property
    def faults(self) -> list[str]:
        return [f"{story.title}: {fault}" for story in self.stories for fault in story.faults]

    def close(self) -> None:
        self.service.kill()
        if not self.faults:
            shutil.rmtree(self.scratch)


def command(*words: str | Path, statuses: tuple[int, ...] = (0,), **options) -> str:
    """Runs a tool; answers what it printed, and fails when its exit status is another."""
    run = subprocess.run(
        [str(word) for word in words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace", **options,
    )
    if run.returncode not in statuses:
        raise Failure(f"{words[0]} ended with status {run.returncode}:\n{run.stdout[-2000:]}")
    return run.stdout


def need(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise Failure(f"'{program}' is missing: scripts/install-dependencies --tests")
    return path
