# SPDX-License-Identifier: Apache-2.0
"""Unison in both directions: requests go, vanish at the sender when claimed, and results come."""

import os
import time
from pathlib import Path

import drops
import outbox
from ground import Ground, Story, command, need
from service import wait_until

SKIPPED, FAILED = 1, 2
"""Exit statuses: something was left alone, or changed while it was carried; the next run goes on."""


def synchronise(story: Story, *options: str) -> None:
    folder = story.folder
    command(
        "unison", story.sender, story.ground.service.root, "-ui", "text", "-batch",
        "-confirmbigdel=false", "-path", f"inbox/{folder}", "-path", f"outbox/{folder}", *options,
        statuses=(0, SKIPPED, FAILED), env=os.environ | {"UNISON": str(story.sender / ".unison")},
    )


def carry(story: Story, *options: str) -> int:
    """Runs Unison until the sender sees every result and no request; answers how often."""
    runs = 0

    def run() -> bool:
        nonlocal runs
        synchronise(story, *options)
        runs += 1
        return story.has_ended() and story.is_back() and not requests_of(story)

    wait_until("results at the sender", run, story.ground.patience, every=0.5)
    return runs


def requests_of(story: Story) -> list[Path]:
    """Requests that the sender still sees in its own inbox."""
    here = story.inbox
    return [path for path in here.rglob("*.json") if str(path.relative_to(here)) not in story.stays]


def both_ways(*options: str):
    def tale(story: Story) -> None:
        drops_of_story = story.mixed()
        half = len(drops_of_story) // 2
        story.write(drops_of_story[:half])
        synchronise(story, *options)
        # The rest while the first ones run.
        story.write(drops_of_story[half:])
        story.note = f"{carry(story, *options)} runs"

    return tale


def deletion_of_a_result(story: Story) -> None:
    """What the sender has fetched and deletes goes away in the outbox, and does not run again."""
    story.comes_back = False
    fetched = story.mixed()
    story.write(fetched)
    carry(story)
    if faults := outbox.faults(fetched, story.outbox):
        story.faults += faults
    for places in outbox.results(story.outbox).values():
        for file in places[0].iterdir():
            file.unlink()
        places[0].rmdir()
    story.forget(fetched)
    synchronise(story)
    # A new request of an old name: the name is free again.
    again = story.expect([drop.edited() for drop in fetched if drop.succeeds][:2])
    story.write(again)
    for _ in range(2):
        synchronise(story)
        time.sleep(0.5)


def conflicts(story: Story) -> None:
    """Both sides change requests while they are apart; Unison keeps copies of one version."""
    originals = story.mixed()
    # Made while nobody serves: see `run`.
    here = [drop.edited() for drop in originals if drop.succeeds]
    there = [drop.edited().edited() for drop in originals if drop.succeeds]
    story.write(originals)
    synchronise(story)
    story.write(here)
    drops.write(there, story.served_inbox)
    synchronise(story, "-prefer", str(story.sender), "-copyonconflict")
    copies = [path for path in (story.served_inbox / story.folder).rglob("*(conflict*.json")]
    if len(copies) != len(here):
        story.faults.append(f"Unison made {len(copies)} conflict copies instead of {len(here)}")
    story.stays = {str(path.relative_to(story.served_inbox)) for path in copies}
    story.forget([drop for drop in originals if drop.succeeds])
    story.expect(here)
    story.note = f"{len(copies)} conflict copies"


def run(count: int) -> list[Ground]:
    need("unison")
    ground = Ground("unison", count)

    def then_carry(story: Story) -> None:
        carry(story)

    ground.prepare("Unison, conflicts", conflicts)
    ground.play(
        ("Unison both ways", both_ways()),
        ("Unison both ways, -times", both_ways("-times")),
        ("Unison, results deleted at the sender", deletion_of_a_result),
        ("Unison, conflicts", then_carry),
    )
    return [ground]
