"""What holds for all tests."""

import logging
import signal

import pytest

# Whoever runs them in the background may ignore interrupts, and processes that tests start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def own_logs(monkeypatch: pytest.MonkeyPatch) -> None:
    """For commands that run in this process: how they show logs ends with the test."""
    log = logging.getLogger("arena")
    for setting, value in {"handlers": [*log.handlers], "level": log.level, "propagate": log.propagate}.items():
        monkeypatch.setattr(log, setting, value)
