"""Whatever agents say, what commands print cannot steer a terminal, and a speech stays a line of its speaker."""

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from arena.cli.main import run
from arena.cli.output import print_json
from arena.core.terminal import harmless
from arena.testing import has_speech
from tests.security.installed import made, own_games

Cli = Callable[..., str]
STEERING = frozenset({"Cc", "Cf", "Zl", "Zp"})
TALKATIVE = [game for game in own_games() if has_speech(made(game), seeds=(1,))]


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], own_logs: None) -> Cli:
    """What a command prints that succeeds."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ARENA_DB", raising=False)

    def call(*args: object) -> str:
        capfd.readouterr()
        assert run([str(arg) for arg in args]) == 0
        return capfd.readouterr().out

    return call


def steering(text: str) -> set[str]:
    """Characters that command a terminal or the order of what it shows."""
    return {char for char in text if char != "\n" and unicodedata.category(char) in STEERING}


@pytest.mark.parametrize("game", TALKATIVE)
def test_replays_and_lists_of_hostile_matches_command_no_terminal(cli: Cli, game: str) -> None:
    cli("play", game, "--agents", "injector,echo", "--matches", 2, "--workers", 1)
    matches = [row["match"] for row in json.loads(cli("matches", "--json"))["matches"]]
    for viewer in (("--spectator",), ("--all",), ("--seat", 0), ("--all", "--json"), ("--spectator", "--json")):
        for match in matches[:2]:
            assert not steering(cli("replay", match, *viewer))
    assert not steering(cli("matches") + cli("ladder", game))


def test_json_keeps_its_meaning_without_characters_that_steer(capsys: pytest.CaptureFixture[str]) -> None:
    said = "\x7f\x9b2J \u202e\u2028 \U000e0041 \u00ad ünï 🐺"
    print_json({"text": said})
    printed = capsys.readouterr().out
    assert json.loads(printed) == {"text": said}
    assert not steering(printed)
    assert "ünï 🐺" in printed
    assert not steering(harmless(said))
