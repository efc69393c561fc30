"""The first code of a plugin process: it takes what it must not have away from itself, then runs its main function."""

import ctypes
import importlib
import json
import os
import resource
import signal
import socket
import sys
from typing import Any, Final

from arena.plugin.blackbox import BlackBox

_PR_SET_PDEATHSIG: Final = 1


def main(argument: str) -> None:
    """Run what `Host.start` asks for."""
    start: dict[str, Any] = json.loads(argument)
    die_with(start["parent"])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A plugin that forks this process must not leave two of them at one channel; engines are started by exec.
    os.register_at_fork(after_in_child=_vanish)
    for fd in (start["channel"], start["box"]):
        os.set_inheritable(fd, False)
    channel, box = socket.socket(fileno=start["channel"]), BlackBox(start["box"])
    module, _, name = start["main"].partition(":")
    function = getattr(importlib.import_module(module), name)
    cap_memory(start["memory_bytes"])
    os.nice(start["nice"])
    function(channel, box, start["settings"])


def die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent ends, even while plugin code hangs."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:
        sys.exit("the parent process has ended")


def cap_memory(limit: int | None) -> None:
    """Bound what this process may allocate; beyond it Python raises MemoryError.

    RLIMIT_DATA counts private memory only, unlike RLIMIT_AS, which also counts files and reservations that numerical
    libraries map but never touch.
    """
    if limit is not None:
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _vanish() -> None:
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1])
    # Plugins may have left threads that never end; nothing of theirs is worth waiting for.
    os._exit(0)
