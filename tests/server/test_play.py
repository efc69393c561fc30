"""Agents that connect, play and are rated: the whole way from a join to the ladder."""

import asyncio
from collections.abc import Callable

import pytest

from arena.agents.simple import FirstAgent, RandomAgent
from arena.client import Client
from arena.core.errors import ArenaError, BadOption, UnknownGame
from arena.server.hall import Hall

ClientOf = Callable[..., Client]


async def test_two_agents_meet_in_whole_sets_and_are_rated(hall: Hall, client_of: ClientOf) -> None:
    one, other = client_of(hall), client_of(hall)
    one.join("openspiel/tic_tac_toe", RandomAgent, name="one", seats=3, matches=9)
    other.join("openspiel/tic_tac_toe", FirstAgent, name="other", seats=3, matches=9)
    async with asyncio.timeout(30):
        (mine,), (theirs,) = await asyncio.gather(one.run(), other.run())
    assert mine.matches == theirs.matches == 10  # rounded up to whole sets of two
    assert mine.wins == theirs.losses
    rows = hall.ledger.ladder("openspiel/tic_tac_toe")
    assert {row.agent: row.matches for row in rows} == {"one": 10, "other": 10}
    assert hall.ledger.verify().chain_ok


async def test_an_agent_alone_plays_itself_and_is_not_rated(hall: Hall, client_of: ClientOf) -> None:
    client = client_of(hall)
    client.join("openspiel/tic_tac_toe", RandomAgent, name="lonely", matches=2)
    async with asyncio.timeout(30):
        (summary,) = await client.run()
    assert summary.matches >= 2
    assert hall.ledger.ladder("openspiel/tic_tac_toe") == []
    assert len(hall.ledger.matches()) >= 1


@pytest.mark.parametrize(
    ("game", "options", "error"),
    [
        ("openspiel/no_such_game", {}, UnknownGame),
        ("no_plugin/game", {}, UnknownGame),
        ("openspiel/tic_tac_toe", {"size": 4}, BadOption),
    ],
)
async def test_a_join_that_cannot_be_is_answered_with_its_error(
    hall: Hall, client_of: ClientOf, game: str, options: dict[str, int], error: type[ArenaError]
) -> None:
    client = client_of(hall)
    client.join(game, RandomAgent, name="hopeful", options=options)
    with pytest.raises(error):
        async with asyncio.timeout(30):
            await client.run()
