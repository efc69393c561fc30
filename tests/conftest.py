"""What holds for all tests."""

import logging
import signal
from collections.abc import Iterator

import pytest

# Whoever runs them in the background may ignore interrupts, and processes that tests start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def own_logs() -> Iterator[None]:
    """For commands that run in this process: how they show logs ends with the test."""
    yield
    for name, log in logging.root.manager.loggerDict.items():
        if name.partition(".")[0] == "arena" and isinstance(log, logging.Logger):
            log.handlers.clear()
            log.setLevel(logging.NOTSET)
            log.propagate = True
