"""A spectator sees what the rules make public until the end, and everything after it: live, and in a replay."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

import pytest

from arena.core.canonical import canonical
from arena.core.match import MatchResult
from arena.core.values import EVENTS, OMNISCIENT, SPECTATOR, MatchId, Seat
from arena.match.replay import recorded
from arena.server.hall import Hall
from arena.testing.encodings import found_in
from arena.v1 import results_pb2 as pb
from tests.security.installed import made, own_secretive_games
from tests.security.test_leaks import Seen, fields_of, play
from tests.server.conftest import open_hall, visitor

GAMES = own_secretive_games()
WRITTEN_FOR_EACH = ("pokemon_vgc/",)
"""Their events hold other words for each viewer; the plugin's own tests compare them with the engine's channels."""
TELLING = 12
"""Bytes of a secret that is looked for; a shorter one may be public by chance."""


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    """A server in this process."""
    async with open_hall(tmp_path) as opened:
        yield opened


async def watched(hall: Hall, game: str, matches: int) -> dict[MatchId, list[pb.WatchMatchResponse]]:
    """What a spectator of each match is shown from its beginning to its end, while two agents play."""
    shown: dict[MatchId, list[pb.WatchMatchResponse]] = {}
    looking: list[asyncio.Task[None]] = []
    begin = hall.arbiter.open

    async def look(match: MatchId) -> None:
        async for view in hall.gallery.views(match, frozenset(fields_of(game))):
            shown.setdefault(match, []).append(view)

    def opened(live, moves=()):  # type: ignore[no-untyped-def]
        begin(live, moves)
        looking.append(asyncio.create_task(look(live.plan.match_id)))

    hall.arbiter.open = opened  # type: ignore[method-assign]
    async with AsyncExitStack() as stack, asyncio.timeout(60):
        agents = {name: await stack.enter_async_context(visitor(hall, name)) for name in ("ann", "bob")}
        for name, agent in agents.items():
            await agent.hello()
            await agent.join(game, name, matches=matches, wants=[EVENTS])
        await asyncio.gather(*(play(agent, Seen(name), Random(name)) for name, agent in agents.items()))
        await asyncio.gather(*looking)
    return shown


def events_of(game: str, result: MatchResult, viewer: Seat) -> list[bytes]:
    """What a viewer was told in a match before its end, by its record."""
    told: list[bytes] = []
    for table in recorded(made(game), result):
        if not table.over:
            told = [canonical([event.kind, event.sender, event.data]) for event in table.state.events(viewer, 0)]
    return told


@pytest.mark.parametrize("game", GAMES)
async def test_a_live_spectator_is_shown_the_public_story_and_roles_only_at_the_end(hall: Hall, game: str) -> None:
    shown = await watched(hall, game, 4)
    results = {line.match_id: hall.ledger.result(line.match_id) for line in hall.ledger.matches(limit=1000)}
    assert shown.keys() == results.keys()
    for match, (*views, last) in shown.items():
        result = results[match]
        public, everything = (events_of(game, result, viewer) for viewer in (SPECTATOR, OMNISCIENT))
        told = [event for view in views for event in view.events]
        assert [event.number for event in told] == list(range(len(told)))
        assert [event.kind for event in told][: len(public)] == [json.loads(text)[0] for text in public]
        secrets = {canonical(json.loads(text)[2]) for text in everything} - {
            canonical(json.loads(text)[2]) for text in public
        }
        before_the_end = [view for view in views if not view.events or view.events[-1].number < len(public)]
        sent = b"".join(view.SerializeToString() for view in before_the_end)
        assert not found_in(sent, [secret.decode() for secret in secrets if len(secret) >= TELLING])
        assert result.plan.seed.value not in sent
        assert [(seat.seat, seat.role) for seat in last.ended.outcomes] == [
            (seat.seat, seat.role) for seat in result.seats
        ]
        assert len(everything) >= len(public)


@pytest.mark.parametrize("game", [game for game in GAMES if not game.startswith(WRITTEN_FOR_EACH)])
async def test_a_replay_shows_a_seat_and_a_spectator_less_than_the_whole(hall: Hall, game: str) -> None:
    await watched(hall, game, 2)
    for line in hall.ledger.matches(limit=10):
        result = hall.ledger.result(line.match_id)
        whole = set(events_of(game, result, OMNISCIENT))
        public = events_of(game, result, SPECTATOR)
        assert set(public) <= whole
        for seat in range(len(result.seats)):
            own = events_of(game, result, Seat(seat))
            hidden = whole - set(own)
            assert set(public) <= set(own)
            assert not hidden & set(public)
