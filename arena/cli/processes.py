"""Child processes that never outlive their parent: asked to end, then killed, and told when the parent itself dies."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Final, Self

_PR_SET_PDEATHSIG: Final = 1
_libc = ctypes.CDLL(None)


class Children:
    """Commands of `arena`, each in a process group of its own with a log file; all end with the `with` block."""

    def __init__(self, logs: Path, patience: float = 10.0) -> None:
        self._logs = logs
        self._patience = patience
        self._running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        self._logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.stop(self._running)
        finally:
            _kill(self._running)

    def log(self, name: str) -> Path:
        """Where a child's output goes."""
        return self._logs / f"{name}.log"

    def start(self, name: str, *args: str) -> "subprocess.Popen[bytes]":
        """Run `arena ARGS`; a Ctrl-C on the terminal reaches the parent alone. Call it while no other threads run."""
        with self.log(name).open("wb") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "arena.cli.main", *args],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=partial(_end_with, os.getpid()),  # noqa: PLW1509 - it makes two system calls, no more
            )
        self._running.append(child)
        return child

    def stop(self, children: "Iterable[subprocess.Popen[bytes]]") -> None:
        """Ask these to end, and kill those that have not when the patience is over."""
        asked = list(children)
        for child in asked:
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + self._patience
        for child in asked:
            try:
                child.wait(max(deadline - time.monotonic(), 0.0))
            except subprocess.TimeoutExpired:
                _kill([child])
        self._running = [child for child in self._running if child not in asked]


def _kill(children: "Iterable[subprocess.Popen[bytes]]") -> None:
    for child in children:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def _end_with(parent: int) -> None:
    """Runs in the child before its program: the kernel is to end it with its parent, who may be gone already."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)
