"""Running `arena` as people do: in a process, with a folder of its own, and nothing of this session's environment."""

import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
ARENA = Path(sys.executable).with_name("arena")


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        """What it printed with --json."""
        assert self.code == 0, self.err
        return json.loads(self.out)

    def refusal(self, code=1):
        """The one sentence that it failed with; anything more on stderr, or another exit code, is none."""
        assert self.code == code, (self.code, self.out, self.err)
        assert "Traceback" not in self.err
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("arena: ")
        return lines[0]


def environment(**extra):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ARENA_", "DEMO_"))}
    return {**kept, **extra}


def arena(*args, cwd, timeout=60, **env):
    """Run `arena ARGS` in a process."""
    done = subprocess.run(
        [ARENA, *map(str, args)],
        cwd=cwd,
        env=environment(**env),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def await_port(process, port, seconds=30.0):
    """Return when something listens on the port; fail when the process ends first."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("nothing listens")
