"""Running plugin code inside the command's own process without letting it spoil what the command prints."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from arena.cli.logs import DEBUG
from arena.core.errors import GameFault


@contextmanager
def plugin_code() -> Iterator[None]:
    """While it lasts, whatever is printed on standard output, by native code too, goes to standard error.

    What a plugin's code raised is part of the command's own answer; the traceback is logged with ARENA_DEBUG only.

    Raises:
        GameFault: a game or agent called `sys.exit`, which is not to end the command as if it had succeeded.
    """
    if not os.environ.get(DEBUG):
        logging.getLogger("arena.plugin").setLevel(logging.CRITICAL)
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    except SystemExit as error:
        from arena.plugin.border import told

        raise GameFault(f"the code of a game or agent failed: {told(error)}") from error
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)
