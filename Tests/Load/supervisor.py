# SPDX-License-Identifier: Apache-2.0
"""What the kernel knows about a process: memory, processor time, how often it woke up."""

import os
from pathlib import Path


def milliseconds(seconds: float) -> float:
    return 1000 * seconds


class Supervisor:
    """The service's main process; its workers are others."""

    def __init__(self, pid: int):
        self.place = Path("/proc") / str(pid)

    def status(self, task: Path | None = None) -> dict[str, str]:
        lines = ((task or self.place) / "status").read_text().splitlines()
        return dict(line.split(":", 1) for line in lines)

    def memory(self, field: str) -> float:
        """MB (10^6 bytes); `VmRSS` is now, `VmHWM` the most there ever was."""
        return int(self.status()[field].split()[0]) * 1024 / 1e6

    def forget_peak(self) -> None:
        """From now on `VmHWM` tells of what is now: linking is over, work begins."""
        (self.place / "clear_refs").write_text("5")

    def wakeups(self) -> int:
        """How often any thread went to sleep by itself, and so woke up again."""
        tasks = (self.place / "task").iterdir()
        return sum(int(self.status(task)["voluntary_ctxt_switches"]) for task in tasks)

    def processor_seconds(self) -> float:
        """User and system time."""
        fields = (self.place / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
