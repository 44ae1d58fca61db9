# SPDX-License-Identifier: Apache-2.0
"""One training leg: so many minutes on so many one-thread processes, with a log and saves.

Two processes of one thread each lose less than OpenMP threads when others use the machine.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.distributed as dist
import torch.multiprocessing as mp


@dataclass(frozen=True)
class Leg:
    """What one leg is asked to do.

    `processes` share the work on a CPU; on a GPU ("cuda") there is one. `warm_up` counts steps;
    `cool_down` is the share of the time in which the rate falls.
    """

    state: str
    minutes: float
    processes: int = 2
    seed: int = 0
    warm_up: int = 60
    cool_down: float = 0.5
    option: str = ""
    device: str = "cpu"

    @property
    def folder(self) -> Path:
        return Path(self.state)


class Clock:
    """The share of the leg's time that has passed, the same in all processes.

    On a CPU it is the time of the process's own work, so that a leg that has to wait for others
    takes longer instead of learning less.
    """

    def __init__(self, leg: Leg) -> None:
        self.leg, self.steps = leg, 0
        self.now = time.process_time if leg.device == "cpu" else time.monotonic
        self.start = self.now()

    @property
    def seconds(self) -> float:
        return self.now() - self.start

    def tick(self) -> float | None:
        """The schedule's scale for the next step (0 to 1), or None when time is up."""
        share = torch.tensor(self.seconds / 60 / self.leg.minutes)
        if dist.is_initialized():
            dist.broadcast(share, 0)
        done = float(share)
        if done >= 1:
            return None
        self.steps += 1
        warm = min(1.0, self.steps / self.leg.warm_up)
        falling = max(0.0, (done - 1 + self.leg.cool_down) / self.leg.cool_down)
        return warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * falling)))


class Log:
    """Means of named figures, one JSON line every so many steps, from process 0 only."""

    def __init__(self, path: Path, rank: int, every: int) -> None:
        self.path, self.rank, self.every = path, rank, every
        self.sums: dict[str, float] = {}
        self.count = 0

    def add(self, clock: Clock, total_steps: int, **figures: float) -> None:
        for name, value in figures.items():
            self.sums[name] = self.sums.get(name, 0.0) + float(torch.as_tensor(value).detach())
        self.count += 1
        if self.count < self.every:
            return
        if self.rank == 0:
            means = {name: round(total / self.count, 5) for name, total in self.sums.items()}
            row = {"step": total_steps, "seconds": round(clock.seconds), **means}
            with self.path.open("a") as file:
                file.write(json.dumps(row) + "\n")
        self.sums, self.count = {}, 0


def save(path: Path, value: object) -> None:
    """Writes a torch file so that a stop in the middle leaves the former one."""
    part = path.with_suffix(".part")
    torch.save(value, part)
    os.replace(part, path)


def start(work: Callable[[int, Leg], None], leg: Leg) -> None:
    """Runs `work(rank, leg)` in the leg's processes and notes the leg in legs.jsonl."""
    leg.folder.mkdir(parents=True, exist_ok=True)
    with (leg.folder / "legs.jsonl").open("a") as file:
        row = {"work": work.__module__, "torch": torch.__version__, **asdict(leg)}
        file.write(json.dumps(row) + "\n")
    port = 29000 + os.getpid() % 2000
    mp.spawn(_enter, args=(work, leg, port), nprocs=leg.processes)


def _enter(rank: int, work: Callable[[int, Leg], None], leg: Leg, port: int) -> None:
    torch.set_num_threads(1)
    if leg.processes > 1:
        os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
        dist.init_process_group("gloo", rank=rank, world_size=leg.processes)
    work(rank, leg)
    if dist.is_initialized():
        dist.destroy_process_group()
