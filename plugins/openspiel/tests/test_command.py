"""`arena openspiel exploitability` beside a ladder (RULES.md, 8)."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from arena.core.errors import ArenaError, BadRequest, GameUnavailable, UnknownAgent, UnknownGame
from arena_openspiel import command

GAME = "openspiel/kuhn_poker"
LADDER = [
    {"agent": "openspiel:uniform", "rating": 20.0, "uncertainty": 1.0, "matches": 200},
    {"agent": "openspiel:equilibrium", "rating": 30.0, "uncertainty": 1.0, "matches": 200},
    {"agent": "stranger", "rating": 25.0, "uncertainty": 1.0, "matches": 200},
]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    """A ledger with a ladder in it; the games, systems and ledgers asked for."""
    asked: list[tuple[str, str, str]] = []

    def ladder(game: str, system: str, db: str) -> list[dict[str, object]]:
        asked.append((game, system, db))
        return [dict(row) for row in LADDER]

    monkeypatch.setattr(command, "_ladder", ladder)
    return asked


def call(*args: str) -> str:
    """What the command prints; what it raises is for the border of the command line."""
    done = CliRunner().invoke(command.app, ["exploitability", *args])
    if done.exception is not None:
        raise done.exception
    return done.stdout


def test_agents_named_by_spec_are_found_on_the_ladder(shown: list[tuple[str, str, str]]) -> None:
    found = json.loads(call(GAME, "--json", "--db", "sqlite:///x.db"))
    assert shown == [(GAME, "trueskill", "sqlite:///x.db")]
    assert (found["game"], found["system"]) == (GAME, "trueskill")
    assert [(row["agent"], row["rating"]) for row in found["rows"]] == [
        ("openspiel:equilibrium", 30.0),
        ("openspiel:uniform", 20.0),
    ]
    assert found["rows"][1]["nash_conv"] == pytest.approx(11 / 12)


def test_an_agent_of_any_name_is_taken_at_the_policy_named_for_it(shown: list[tuple[str, str, str]]) -> None:
    found = json.loads(call(GAME, "--json", "--agents", "stranger=always-pass, always-bet"))
    assert [(row["agent"], row["policy"], row["rating"], row["matches"]) for row in found["rows"]] == [
        ("stranger", "always-pass", 25.0, 200),
        ("always-bet", "always-bet", None, 0),
    ]


def test_table_shows_an_agent_without_rated_sets_too(shown: list[tuple[str, str, str]]) -> None:
    printed = call(GAME, "--agents", "uniform,openspiel:uniform")
    assert [line.split() for line in printed.splitlines() if "0.4583" in line] == [
        ["openspiel:uniform", "uniform", "20.0000", "1.0000", "200", "0.4583", "0.9167"],
        ["uniform", "uniform", "-", "-", "0", "0.4583", "0.9167"],
    ]


@pytest.mark.parametrize(
    ("args", "error", "reason"),
    [
        ((GAME, "--agents", "stranger"), UnknownAgent, "no policy; there is equilibrium"),
        ((GAME, "--agents", "uniform,"), UnknownAgent, "no policy"),
        (("openspiel/nothing",), UnknownGame, "none of OpenSpiel's"),
        ((f"{GAME}?players=3", "--agents", "uniform"), GameUnavailable, "zero-sum game of two"),
        (("openspiel/chess", "--agents", "uniform"), GameUnavailable, "more than 10000 states"),
    ],
)
def test_what_cannot_be_computed_is_refused_with_a_sentence(
    shown: list[tuple[str, str, str]], args: tuple[str, ...], error: type[ArenaError], reason: str
) -> None:
    with pytest.raises(error, match=reason):
        call(*args)


def test_ladder_without_agents_named_by_spec_asks_who_plays_what(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "_ladder", lambda *asked: LADDER[2:])
    with pytest.raises(BadRequest, match="--agents NAME=POLICY"):
        call(GAME)


def test_missing_ledger_is_told_as_the_ladder_tells_it(tmp_path: Path) -> None:
    with pytest.raises(BadRequest) as caught:
        call(GAME, "--db", f"sqlite:///{tmp_path}/none.db")
    assert "none.db" in str(caught.value)
    assert not list(tmp_path.iterdir())
