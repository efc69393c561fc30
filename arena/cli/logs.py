"""What packages log while a command runs, as one line each on stderr; tracebacks only with ARENA_DEBUG."""

import logging
import os
import traceback
from typing import Any

from arena.core.terminal import harmless

DEBUG = "ARENA_DEBUG"
"""Environment variable: with any value, tracebacks are shown."""


class OneLine(logging.Formatter):
    """A record and, where it has an exception, what was raised and in which line.

    Records quote what servers and agents sent: nothing in them steers a terminal or passes for a record of its own.
    """

    def __init__(self) -> None:
        super().__init__("arena: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - named by logging
        """The message in one line."""
        return _one_line(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - named by logging
        """The exception in one line, with the place that raised it."""
        kind, error, trace = ei
        frames = traceback.extract_tb(trace)
        place = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
        return _one_line(f"  {kind.__name__}: {error}{place}")


def _one_line(text: str) -> str:
    return harmless(text).replace("\n", "\\n")


def show_logs() -> None:
    """Let warnings of the arena's packages through, for the one command that this process runs."""
    handler = logging.StreamHandler()
    if not os.environ.get(DEBUG):
        handler.setFormatter(OneLine())
    log = logging.getLogger("arena")
    log.handlers[:] = [handler]
    log.setLevel(logging.WARNING)
    log.propagate = False
