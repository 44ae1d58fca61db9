# SPDX-License-Identifier: Apache-2.0
"""An engine as a child process: ours or a peer, pinned to so many cores."""

import os
import pathlib
import subprocess
import sys
import tempfile
from dataclasses import dataclass

HERE = pathlib.Path(__file__).parent


class EngineFailure(Exception):
    """What was run, and what came instead of an answer."""


class EngineUnavailable(Exception):
    """The engine says that it cannot do this here; why."""


@dataclass(frozen=True)
class Task:
    """One model and its inputs; kinds as in `peer.py`."""

    kind: str
    folder: pathlib.Path
    inputs: pathlib.Path

    def ours(self, program, precision):
        order = "transformer" if self.kind == "vace" else self.kind
        return [str(program), order, str(self.folder), str(self.inputs), precision]

    def peer(self, engine, dtype):
        return [
            sys.executable, str(HERE / "peer.py"), engine, self.kind, str(self.folder),
            str(self.inputs), dtype]


def pinned(command, threads):
    """The command on the first cores that this process may use."""
    cores = sorted(os.sched_getaffinity(0))
    if threads > len(cores):
        raise SystemExit(f"--threads: {threads} wanted, but there are only {len(cores)} cores")
    return ["taskset", "-c", ",".join(map(str, cores[:threads])), *map(str, command)]


def environment(threads):
    """The number of threads, for every library that may ask for it; no downloads."""
    counts = ["RUSHES_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"]
    return os.environ | dict.fromkeys(counts, str(threads)) | {"HF_HUB_OFFLINE": "1"}


class Engine:
    """A loaded engine. Use it with `with`, so that the process goes."""

    def __init__(self, command, threads):
        self.command = list(map(str, command))
        self.complaints = tempfile.TemporaryFile("w+")
        try:
            self.process = subprocess.Popen(
                pinned(command, threads), env=environment(threads), text=True, bufsize=1,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.complaints)
        except OSError as error:
            words = f"`{' '.join(self.command)}` could not be started: {error}"
            raise EngineFailure(words) from error
        try:
            answer = self._answer()
            if answer.startswith("unavailable "):
                raise EngineUnavailable(answer.removeprefix("unavailable "))
            if answer != "ready":
                raise self._failure("ready", answer)
        except Exception:
            self.close()
            raise

    def run(self):
        """One forward; seconds."""
        return self._number("run", float)

    def save(self, path):
        """Writes the last output."""
        answer = self._ask(f"save {path}")
        if answer != "saved":
            raise self._failure("saved", answer)

    def memory(self):
        """Peak of resident memory, bytes."""
        return self._number("memory", int)

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.complaints.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _number(self, order, kind):
        answer = self._ask(order)
        try:
            return kind(answer)
        except ValueError:
            raise self._failure(f"a number after '{order}'", answer) from None

    def _ask(self, line):
        try:
            self.process.stdin.write(line + "\n")
        except BrokenPipeError:
            pass  # the missing answer tells the story
        return self._answer()

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise self._failure("an answer", "")
        return line.rstrip("\n")

    def _failure(self, wanted, came):
        """The command, what was wanted, what came, and the last that it complained of."""
        if came:
            end = f"said '{came}'"
        else:
            end = f"ended with status {self.process.wait()}"
        self.complaints.seek(0)
        last = "".join(self.complaints.readlines()[-12:]).strip()
        said = f"; its last words:\n{last}" if last else ""
        return EngineFailure(f"`{' '.join(self.command)}`: wanted {wanted}, but it {end}{said}")
