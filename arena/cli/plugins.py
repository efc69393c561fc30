"""Running plugin code inside the command's own process without letting it spoil what the command prints."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def plugin_code() -> Iterator[None]:
    """While it lasts, whatever is printed on standard output, by native code too, goes to standard error."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)
