"""What peers are told of a plugin's error: one sentence, no traceback, path or message of the plugin's own."""

import logging

import pytest

from arena.core.errors import BadEntry, GameFault
from arena.plugin.border import game_fault


def test_foreign_error_is_named_by_type_alone(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "arena.plugin")
    fault = game_fault("a/b", ValueError("/etc/passwd\nsecond line"))
    assert isinstance(fault, GameFault)
    assert str(fault) == "the game a/b raised ValueError"
    assert "/etc/passwd" in caplog.text
    game_fault("a/b", ValueError("/etc/passwd again"))
    assert "again" not in caplog.text


def test_errors_that_speak_to_the_asker_are_kept() -> None:
    entry = BadEntry("bring six")
    assert game_fault("a/b", entry) is entry
    assert str(game_fault("a/b", MemoryError())) == "the game a/b needed more memory than its worker may have"
