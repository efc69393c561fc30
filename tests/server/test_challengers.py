"""Who may have two agents meet, and what a key means that is used again."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from arena.core.errors import BadRequest, Draining, Forbidden
from arena.server.hall import Hall
from arena.server.session import Principal
from arena.wire.limits import MAX_NAME
from tests.server.conftest import open_hall, visitor

GAME = "openspiel/tic_tac_toe"
PAIR = ("ann", "bob")
PLAY = frozenset({"play", "watch"})
ANN, BOB, EVE = (Principal(owner, PLAY) for owner in ("ann", "bob", "eve"))
ADMIN = Principal("host", PLAY | {"admin"})
NOBODY = Principal("", PLAY)
"""Everybody, where no token is asked for."""


@pytest.fixture
async def waiting(tmp_path: Path) -> AsyncIterator[Hall]:
    """Agents "ann" and "bob", of owners of the same names, wait for a game that is paired by challenge alone."""
    async with AsyncExitStack() as stack:
        hall = await stack.enter_async_context(open_hall(tmp_path, patience=1e6))
        hall.lobby._pair_soon = lambda when: None  # type: ignore[method-assign]
        for name in PAIR:
            agent = await stack.enter_async_context(visitor(hall, name))
            await agent.hello()
            await agent.join(GAME, name)
            await agent.next("joined")
        yield hall


def challenges(hall: Hall) -> int:
    """How many are to be played."""
    return len(hall.lobby._queues[GAME]._challenges)


@pytest.mark.parametrize("by", [ANN, BOB, ADMIN, NOBODY], ids=lambda by: by.owner or "nobody")
async def test_an_owner_of_either_agent_or_an_admin_may_challenge(waiting: Hall, by: Principal) -> None:
    waiting.lobby.challenge(GAME, PAIR, by=by)
    assert challenges(waiting) == 1


async def test_others_may_not_have_agents_meet_that_are_not_theirs(waiting: Hall) -> None:
    with pytest.raises(Forbidden, match="an agent of yours"):
        waiting.lobby.challenge(GAME, PAIR, by=EVE)
    with pytest.raises(Forbidden):  # nor learn by it who waits
        waiting.lobby.challenge(GAME, ("ann", "nobody-here"), by=EVE)
    assert challenges(waiting) == 0


async def test_the_same_challenge_under_the_same_key_is_one(waiting: Hall) -> None:
    for _ in range(3):
        waiting.lobby.challenge(GAME, PAIR, "k", by=ANN)
    assert challenges(waiting) == 1


async def test_a_key_belongs_to_its_owner(waiting: Hall) -> None:
    waiting.lobby.challenge(GAME, PAIR, "k", by=ANN)
    waiting.lobby.challenge(GAME, PAIR, "k", by=BOB)
    assert challenges(waiting) == 2


async def test_a_key_that_was_used_for_other_terms_is_refused(waiting: Hall) -> None:
    waiting.lobby.challenge(GAME, PAIR, "k", by=ANN)
    with pytest.raises(BadRequest, match="used for another challenge"):
        waiting.lobby.challenge(GAME, ("bob", "ann"), "k", by=ANN)
    assert challenges(waiting) == 1


async def test_a_key_over_its_limit_is_refused(waiting: Hall) -> None:
    with pytest.raises(BadRequest, match="too long"):
        waiting.lobby.challenge(GAME, PAIR, "k" * (MAX_NAME + 1), by=ANN)


async def test_keys_are_remembered_within_bounds(waiting: Hall) -> None:
    for number in range(3000):
        waiting.lobby.challenge(GAME, PAIR, f"{number}", by=ANN)
        waiting.lobby._queues[GAME]._challenges.clear()
    assert len(waiting.lobby._challenges._terms) <= 1024


async def test_a_server_that_stops_takes_no_challenge(waiting: Hall) -> None:
    waiting.lobby.stop()
    with pytest.raises(Draining):
        waiting.lobby.challenge(GAME, PAIR, by=ANN)


async def test_a_challenge_is_void_once_one_of_its_agents_has_left(waiting: Hall) -> None:
    waiting.lobby.challenge(GAME, PAIR, by=ANN)
    queue = waiting.lobby._queues[GAME]
    (key,) = [taking.key for taking in waiting.lobby.takings() if taking.party.agent == "bob"]
    queue.withdraw(key)
    assert list(queue.draws(0.0)) == []
    assert challenges(waiting) == 0
