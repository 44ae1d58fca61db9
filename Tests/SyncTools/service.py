# SPDX-License-Identifier: Apache-2.0
"""The service under test: `rushes serve` over a root folder of its own, with the starter model."""

import functools
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PROGRAM = REPOSITORY / ".build" / "release" / "rushes"


class Failure(Exception):
    """What is not as it must be, in a sentence."""


class Service:
    """`rushes serve` in the background; what it logs goes into a file.

    At most `jobs` run at the same time; `options` are further words of its command line.
    """

    def __init__(self, root: Path, jobs: int = 2, options: tuple[str, ...] = ()):
        self.root = root
        self.inbox = root / "inbox"
        self.outbox = root / "outbox"
        self.log = root.with_name(root.name + ".log")
        self.words = [
            str(PROGRAM), "serve", "--bare", "--root", str(root), "--jobs", str(jobs),
            "--models", str(REPOSITORY / "models"), "--styles", str(root / "styles"), *options,
        ]
        self.process: subprocess.Popen | None = None

    @property
    def pid(self) -> int:
        return self.process.pid

    def start(self) -> None:
        """Returns once the service watches its inbox."""
        with ReadySocket(self.root.with_name("ready")) as ready, self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.words, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=os.environ | {"NOTIFY_SOCKET": str(ready.path)},
            )
            if not ready.wait(30):
                raise Failure(f"the service was not ready within 30 s\n{self.last_words()}")

    def stop(self) -> None:
        """Asks it to end, and insists on success."""
        process, self.process = self.process, None
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            status = process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise Failure("the service did not stop within 30 s") from None
        if status != 0:
            raise Failure(f"the service ended with status {status}\n{self.last_words()}")

    def kill(self) -> None:
        """Ends it without a word, if it still runs."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def search(self) -> None:
        """Makes it search the whole inbox, as every few minutes."""
        self.process.send_signal(signal.SIGHUP)

    def prove_alive(self) -> None:
        if self.process.poll() is not None:
            raise Failure(f"the service ended by itself ({self.process.returncode})\n{self.last_words()}")

    def last_words(self, count: int = 20) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        return "\n".join("    " + line for line in lines[-count:])


class ReadySocket:
    """Where the service says READY=1, as it does to systemd."""

    def __init__(self, path: Path):
        self.path = path

    def __enter__(self) -> "ReadySocket":
        self.path.unlink(missing_ok=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.path))
        return self

    def __exit__(self, *_) -> None:
        self.socket.close()
        self.path.unlink()

    def wait(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while (rest := deadline - time.monotonic()) > 0:
            self.socket.settimeout(rest)
            try:
                if b"READY=1" in self.socket.recv(4096):
                    return True
            except TimeoutError:
                return False
        return False


def free_port() -> int:
    """A TCP port of the loopback device that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@functools.cache
def help_of_serve() -> str:
    return subprocess.run(
        [str(PROGRAM), "serve", "--help"], capture_output=True, text=True, check=True
    ).stdout


def can(option: str) -> bool:
    """Whether this program's `serve` knows an option, such as `--claim`."""
    return option in help_of_serve()


def wait_until(what: str, condition, seconds: float, every: float = 0.1) -> None:
    """Asks until the answer is true, and fails with `what` was waited for."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise Failure(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(every)
