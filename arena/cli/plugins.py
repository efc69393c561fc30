"""Running plugin code inside the command's own process without letting it spoil what the command prints."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from arena.cli.logs import DEBUG


@contextmanager
def plugin_code() -> Iterator[None]:
    """While it lasts, whatever is printed on standard output, by native code too, goes to standard error.

    What a plugin's code raised is part of the command's own answer; the traceback is logged with ARENA_DEBUG only.
    """
    if not os.environ.get(DEBUG):
        logging.getLogger("arena.plugin").setLevel(logging.CRITICAL)
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)
