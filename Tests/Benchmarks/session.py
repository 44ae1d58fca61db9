# SPDX-License-Identifier: Apache-2.0
"""What all sections share: options, places, the models, and one comparison with its row."""

import functools
import hashlib
import pathlib
import statistics
import subprocess
import sys
from dataclasses import dataclass

import compare
import engine
import machine
import markdown
from engine import HERE, EngineFailure, Task
from results import Results

REPOSITORY = HERE.parent.parent
NAMES = dict(diffusers="diffusers", openvino="OpenVINO")

HEAD = [
    "", "ours", "s", "GFLOP/s", "of peak", "peer", "s", "GFLOP/s", "ratio", "error, ours / peer",
    "MB, ours / peer"]


@dataclass(frozen=True)
class Pair:
    """Our precision against a peer's dtype."""

    ours: str
    engine: str
    dtype: str

    @property
    def peer(self):
        return f"{NAMES[self.engine]} {self.dtype}"


@dataclass(frozen=True)
class Session:
    """One call of `bench.py`."""

    scale: object
    work: pathlib.Path  # models, inputs and results
    program: pathlib.Path  # ours, `bench`
    rushes: pathlib.Path
    lengths: list  # of the transformer, tokens
    layers: int
    pairs: int
    threads: int
    again: bool

    @functools.cached_property
    def setup(self):
        """What must be the same for a result to be kept: our build, and the number of pairs."""
        digest = hashlib.sha256()
        for path in (self.program, self.rushes):
            digest.update(path.read_bytes() if path.exists() else b"")
        return f"{digest.hexdigest()[:16]}, {self.pairs} pairs"

    @functools.cached_property
    def commit(self):
        return machine.output("git", "-C", str(REPOSITORY), "describe", "--always", "--dirty")

    def results(self, section):
        return Results(self.work / f"results-{self.layers}-layers", section)

    def measure(self, results, key, make, with_ours=True):
        """What does not run ours is kept, whatever changes in ours."""
        setup = self.setup if with_ours else "without ours"
        results.measure(key, make, setup, self.commit, self.again)

    def prepare(self):
        """Writes the models and inputs; in another process, as this one must stay small.

        A child's peak of memory begins at what its parent had when it started it.
        """
        subprocess.run(
            [sys.executable, HERE / "models.py", "--into", self.work, "--scale", self.scale.name,
             "--layers", str(self.layers)], check=True)

    def transformer(self, kind, tokens):
        """The task of a transformer or vace of so many tokens."""
        folder = self.work / f"{kind}-{self.layers}"
        inputs = folder.name if kind == "vace" else kind
        return Task(kind, folder, self.work / "inputs" / f"{inputs}-{tokens}.safetensors")

    def decoder(self, clip):
        inputs = self.work / "inputs" / f"decoder-{clip.name}.safetensors"
        return Task("decoder", self.work / "vae", inputs)

    def text(self, padded):
        inputs = self.work / "inputs" / f"text-{padded}.safetensors"
        return Task("text", self.work / "text_encoder", inputs)

    def key(self, size, pair, threads=None):
        return f"{size}, {pair.ours} : {pair.peer}, {threads or self.threads} threads"

    def compare(self, results, size, task, pair, threads=None):
        """Measures alternating pairs, with the error of both."""
        threads = threads or self.threads

        def make():
            # The reference on all threads: it is not timed.
            expected = compare.reference(task, self.work / "references", self.threads)
            return compare.alternate(
                task.ours(self.program, pair.ours), task.peer(pair.engine, pair.dtype),
                self.pairs, threads, expected)

        self.measure(results, self.key(size, pair, threads), make)

    def row(self, results, size, pair, work=None, threads=None):
        """A row under HEAD, or None; `work` in floating-point operations."""
        found = results.good(self.key(size, pair, threads))
        if found is None:
            return None
        ours, peer = found["ours"], found["peer"]
        peaks = self.peaks(threads or self.threads)
        rates = [rate(side["times"], work) for side in (ours, peer)]
        share = "–"
        if work and pair.ours in peaks:
            reached = work / statistics.median(ours["times"]) / 1e9
            share = f"{100 * reached / peaks[pair.ours]:.0f} %"
        return [
            size, pair.ours, markdown.seconds(ours["times"]), rates[0], share,
            pair.peer, markdown.seconds(peer["times"]), rates[1],
            "**{:.2f}** ({:.2f}–{:.2f})".format(*compare.ratio(found)),
            f"{markdown.error(ours['error'])} / {markdown.error(peer['error'])}",
            f"{markdown.megabytes(ours['memory'])} / {markdown.megabytes(peer['memory'])}"]

    def rows(self, results, sizes, pairs, work):
        """The rows and the remarks of all sizes and pairs; `work` gives that of a size."""
        keys = [self.key(size, pair) for size in sizes for pair in pairs]
        found = [self.row(results, size, pair, work(size)) for size in sizes for pair in pairs]
        return [row for row in found if row], results.remarks(keys)

    def peaks(self, threads):
        """The measured peak of each precision, GFLOP/s; empty before that section has run."""
        found = self.results("peaks").good(f"{threads} threads")
        return found["peaks"] if found else {}

    def run_ours(self, command, threads):
        """What one of our programs prints."""
        done = subprocess.run(
            engine.pinned(command, threads), env=engine.environment(threads), text=True,
            capture_output=True)
        if done.returncode != 0:
            said = (done.stdout + done.stderr).strip()
            raise EngineFailure(
                f"`{' '.join(map(str, command))}` ended with status {done.returncode}: {said}")
        return done.stdout


def rate(times, work):
    """GFLOP/s of the median."""
    return f"{work / statistics.median(times) / 1e9:,.0f}" if work else "–"
