"""A person at a real pseudo-terminal that `arena join --agent human` runs in, and what it prints there."""

import fcntl
import os
import pty
import re
import select
import subprocess
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.e2e.serving import ARENA, ROOT, Server

SECONDS = 40.0
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


class Person:
    """Reads what is shown, and types."""

    def __init__(self, fd: int, process: "subprocess.Popen[bytes]") -> None:
        self._fd, self.process = fd, process
        self._new = ""
        self.seen = ""
        """Everything that was ever shown, without what steers the terminal."""

    def sees(self, *patterns: str) -> "re.Match[str]":
        """The first of these that is shown from here on; what stood before it counts as read."""
        wanted = re.compile("|".join(patterns), re.MULTILINE)
        deadline = time.monotonic() + SECONDS
        while not (found := wanted.search(self._new)):
            left = deadline - time.monotonic()
            assert left > 0, f"{patterns} was not shown, but:\n{self.seen}"
            assert self._read(left), f"{patterns} was not shown before it ended with:\n{self.seen}"
        self.before = self._new[: found.start()]
        self._new = self._new[found.end() :]
        return found

    def types(self, keys: str) -> None:
        """Press these keys."""
        os.write(self._fd, keys.encode())

    def answers(self, text: str) -> None:
        """Type a line, and see it stand there."""
        self.types(f"{text}\n")
        self.sees(f"> {re.escape(text)}\n")

    def leaves(self) -> int:
        """Read on until the process has ended; its exit code."""
        while self._read(SECONDS):
            pass
        return self.process.wait(SECONDS)

    def _read(self, seconds: float) -> bool:
        """Take in more; False at the end."""
        if not select.select([self._fd], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self._fd, 65536)
        except OSError:  # Linux says so where the other side has closed
            return False
        text = _ESCAPES.sub("", data.decode(errors="replace"))
        self._new += text
        self.seen += text
        return bool(data)


@contextmanager
def person(server: Server, *arguments: str) -> Iterator[Person]:
    """Somebody who has typed `arena join ... --agent human` in a terminal of 120 columns."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, 120))
    command = [*ARENA, "join", *arguments, "--agent", "human", "--name", "ann", "--server", server.address]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - one system call
    )
    os.close(theirs)
    try:
        yield Person(ours, process)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(ours)


@contextmanager
def opponent(server: Server, game: str, spec: str, matches: int) -> Iterator[None]:
    """An agent that plays against whoever comes."""
    command = [*ARENA, "join", game, "--agent", spec, "--name", "bob", "--matches", str(matches)]
    process = subprocess.Popen(
        [*command, "--server", server.address], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()
