"""One Node process that holds many matches: commands in, answers out, in order, and a watch over how long they take."""

import os
import select
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Final

from arena_pokemon_vgc.engine.node import FOLDER

PATIENCE: Final = 10.0
"""Seconds that one command may take; the simulator needs some milliseconds for a turn."""
START_PATIENCE: Final = 45.0
"""Seconds until the first answer, which waits for the simulator to be loaded."""
_NODE_FLAGS: Final = (
    "--max-old-space-size=1536",
    # Room for what lives for a turn only, whose collection is a tenth of the time otherwise.
    "--max-semi-space-size=16",
)
_CHUNK: Final = 1 << 18


class NodeProcess:
    """A running bridge. It ends when its pipe is closed, and with this process, however that ends.

    `opened` counts the matches that were ever begun in it, `live` those that are not closed.
    """

    def __init__(self, node: Path, patience: float = PATIENCE) -> None:
        launch, bridge = FOLDER / "launch.py", FOLDER / "bridge.js"
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", launch, str(os.getpid()), node, *_NODE_FLAGS, bridge],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"PATH": os.environ.get("PATH", "")},
            bufsize=0,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._in, False)
        os.set_blocking(self._out, False)
        self._buffer = bytearray()
        self._patience, self._fresh = patience, True
        self.alive = True
        self.opened = 0
        self.live = 0

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def exchange(self, commands: Sequence[bytes]) -> list[bytes]:
        """The answers to `commands`, each a line without its end.

        There are fewer of them when the process died or hung meanwhile; it is not `alive` then.
        """
        unsent, answers = memoryview(b"".join(commands)), list[bytes]()
        patience = START_PATIENCE if self._fresh else self._patience
        until = monotonic() + patience
        while self.alive and len(answers) < len(commands):
            try:
                unsent = self._write(unsent)
                found = self._read(until, writing=bool(unsent))
            except OSError:
                found = None
            if found is None:
                self.kill()
            elif found:
                answers += found
                until, self._fresh = monotonic() + self._patience, False
        return answers

    def _write(self, unsent: memoryview) -> memoryview:
        try:
            return unsent[os.write(self._in, unsent) :] if unsent else unsent
        except BlockingIOError:
            return unsent

    def _read(self, until: float, *, writing: bool) -> list[bytes] | None:
        """Whole lines that came, perhaps none; None when the process is gone or time is up."""
        left = until - monotonic()
        ready, _, _ = select.select([self._out], [self._in] if writing else [], [], max(left, 0.0))
        if not ready:
            return [] if left > 0 and writing else None
        if not (data := os.read(self._out, _CHUNK)):
            return None
        self._buffer += data
        *lines, rest = self._buffer.split(b"\n")
        self._buffer = rest
        return [bytes(line) for line in lines]

    def kill(self) -> None:
        """End it at once; its matches are lost here."""
        self.alive = False
        self._process.kill()
        self._reap()

    def close(self) -> None:
        """End it by closing its pipe, by force when it does not heed that."""
        if not self.alive:
            return
        self.alive = False
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(2.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._reap()

    def _reap(self) -> None:
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
