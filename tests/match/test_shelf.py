"""A worker keeps the games and agents of late, not all it ever made, and closes a game that nobody plays any more."""

from collections.abc import Iterator
from typing import Any

import pytest

from arena.core.game import Game
from arena.match import agents, shelf
from arena.match.agents import AgentShelf
from arena.match.shelf import GameShelf
from arena.plugin.blackbox import GAME, BlackBox
from arena.plugin.registry import Registry
from tests.match.conftest import trouble_ref
from tests.match.misbehaving import Three


@pytest.fixture
def box() -> Iterator[BlackBox]:
    made = BlackBox.create()
    yield made
    made.close()


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[Game]:
    """The games closed, on a shelf of three."""
    games: list[Game] = []
    monkeypatch.setattr(shelf, "KEPT", 3)
    monkeypatch.setattr(Game, "close", lambda game, keep=games.append: keep(game))
    return games


def test_game_longest_unused_is_closed(box: BlackBox, closed: list[Game]) -> None:
    games = GameShelf(Registry(), box)
    refs = [trouble_ref(turns=turns) for turns in range(1, 6)]
    made = [games.game(ref) for ref in refs[:3]]
    assert games.game(refs[0]) is made[0]
    games.game(refs[3])
    assert closed == [made[1]]
    assert games.game(refs[0]) is made[0]
    assert games.game(refs[1]) is not made[1]
    games.close()
    assert len(closed) == 5


def test_game_that_is_played_is_not_closed(box: BlackBox, closed: list[Game]) -> None:
    games = GameShelf(Registry(), box)
    first = games.game(trouble_ref(turns=1))
    games.hold(first)
    for turns in range(2, 8):
        games.game(trouble_ref(turns=turns))
    assert first not in closed
    games.release(first)
    games.game(trouble_ref(turns=9))
    assert first in closed


def test_nobody_is_charged_with_a_game_that_is_closed(
    box: BlackBox, closed: list[Game], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(Game, "close", lambda game: seen.append(box.read()))
    box.begin(7, 1_000, 2_000)
    games = GameShelf(Registry(), box)
    for turns in range(1, 5):
        games.game(trouble_ref(turns=turns))
    assert [(entry.task, entry.seat, entry.limit_ms) for entry in seen] == [(0, GAME, shelf.CLOSING_MS)]
    entry = box.read()
    assert entry is not None
    assert entry[1:] == (7, GAME, 1_000)


def test_agents_are_made_once_and_forgotten_in_time(box: BlackBox) -> None:
    asked: list[str] = []

    class Source:
        def make_agent(self, spec: str, settings: Any = ()) -> Any:
            asked.append(spec)
            return Three

    made = AgentShelf(Source(), box)
    for _ in range(2):
        for number in range(agents.KEPT):
            made.waits(f"agent-{number}")
    assert len(asked) == agents.KEPT
    made.waits("one more")
    made.waits("agent-0")
    assert asked[-2:] == ["one more", "agent-0"]
