"""A process that plugin code runs in: spawned, walled off, watched by a black box, killed with all it started."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from arena.plugin.blackbox import BlackBox

PASS_ENV: Final = "ARENA_PASS_ENV"
"""Environment variable: names of others, by commas, that agents in workers may see although they look secret."""

_SECRET = re.compile(r"(?i)(^ARENA_(TOKEN|DB|SECRET).*|.*(_KEY|_TOKEN|_SECRET|PASSWORD|CREDENTIALS).*)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSettings:
    """`main` is the import path of `(socket, BlackBox, settings) -> None`, given `settings` as JSON.

    `memory_bytes` caps the process's own memory, None leaves it open; `nice` is how far it gives way to others, as in
    `os.nice`. What plugins print goes to the file `output`, or to this process's stderr. Environment variables that
    look like secrets are withheld, except those in `secrets` and those that ARENA_PASS_ENV names.
    """

    main: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    memory_bytes: int | None = 4 << 30
    nice: int = 0
    output: Path | None = None
    secrets: frozenset[str] = frozenset()


@dataclass(slots=True)
class Host:
    """A running process and the two ways to it: `channel`, its socket, and `box`, its black box."""

    process: subprocess.Popen[bytes]
    channel: socket.socket
    box: BlackBox

    @classmethod
    def start(cls, settings: HostSettings) -> Self:
        """Spawn the process, never by fork. It ends when `channel` is closed, or when the calling thread ends."""
        ours, theirs = socket.socketpair()
        box = BlackBox.create()
        start = {
            "main": settings.main,
            "settings": dict(settings.settings),
            "memory_bytes": settings.memory_bytes,
            "nice": settings.nice,
            "parent": os.getpid(),
            "channel": theirs.fileno(),
            "box": box.fd,
        }
        with theirs, contextlib.ExitStack() as stack:
            output: Any = stack.enter_context(settings.output.open("ab")) if settings.output else _stderr()
            process = subprocess.Popen(
                [sys.executable, "-m", "arena.plugin.child", json.dumps(start)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=clean_environment(os.environ, settings.secrets | _passed(os.environ)),
                pass_fds=(theirs.fileno(), box.fd),
                process_group=0,
            )
        return cls(process, ours, box)

    def kill(self) -> None:
        """End the process and what it started in its group, at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def wait(self, seconds: float) -> int | None:
        """Its exit status as `Popen.returncode` has it; None when it still runs after `seconds`."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.process.wait(seconds)
        return None

    def close(self) -> None:
        """Let go of the channel and the black box."""
        self.channel.close()
        self.box.close()


def clean_environment(environment: Mapping[str, str], kept: frozenset[str] = frozenset()) -> dict[str, str]:
    """`environment` without what looks like a secret by its name: tokens, keys, passwords, the ledger's URL."""
    return {name: value for name, value in environment.items() if name in kept or not _SECRET.match(name)}


def _passed(environment: Mapping[str, str]) -> frozenset[str]:
    return frozenset(name.strip() for name in environment.get(PASS_ENV, "").split(","))


def _stderr() -> int:
    try:
        return sys.stderr.fileno()
    except (AttributeError, OSError, ValueError):
        return subprocess.DEVNULL
