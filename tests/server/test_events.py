"""Events on a server in this process: agents that are replaced, stay away or own too much, and a failing ledger."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from arena.agents.simple import RandomAgent
from arena.client import Client, JoinSummary
from arena.core.errors import ArenaError, BadRequest, Draining, LedgerFault, RateLimited
from arena.ledger.tournaments import EventState
from arena.server.hall import Hall
from arena.v1 import play_pb2 as pb
from arena.wire.limits import Limits
from tests.e2e.clients import Notes, play
from tests.e2e.hosting import KUHN, bot, event, outcome, remote
from tests.server.conftest import open_hall, visitor

HASTE = "[sets.clock]\ndecision = 0.1\nbank = 0.1\n"
ClientOf = Callable[..., Client]


async def over(hall: Hall, tournament: str) -> None:
    """Wait until an event is over."""
    held = hall.events.held(tournament)
    if held is not None:
        async with asyncio.timeout(40.0):
            await held.ended()
    assert hall.ledger.tournaments.find(tournament).state is EventState.OVER


def entering(client: Client, name: str, tournament: str, agent: Any = RandomAgent) -> "asyncio.Task[list[JoinSummary]]":
    """Play for an entrant from now on."""
    client.join(KUHN, agent, name=name, tournament=tournament)
    return asyncio.create_task(play(client))


async def vanish(playing: "asyncio.Task[list[JoinSummary]]") -> None:
    """End a client as a crash would."""
    playing.cancel()
    with suppress(asyncio.CancelledError):
        await playing


async def test_an_agent_that_is_started_anew_loses_its_match_and_no_more(hall: Hall, client_of: ClientOf) -> None:
    stored = await hall.events.submit(event("Anew", remote("a"), bot("b"), deals=20, more=HASTE), new=False)
    notes = Notes()
    notes.pause = lambda: asyncio.sleep(0 if len(notes.ended) < 4 else 30)
    first = entering(client_of(hall), "a", stored.id, notes.agent)
    await notes.until(lambda: len(notes.ended) == 4 and notes.asked[-1][0] not in dict(notes.ended))
    await vanish(first)
    (summary,) = await entering(client_of(hall), "a", stored.id)
    await over(hall, stored.id)
    assert summary.matches == 40 - 5
    assert hall.ledger.tournaments.forfeits(stored.id) == {}
    (line,) = [line for line in (await hall.events.report(stored.id)).standings if line.agent == "a"]
    assert (line.sets, line.faults, line.state) == (1, 1, "in")


async def test_after_a_restart_nobody_is_charged_for_the_match_and_who_stays_away_forfeits_the_set(
    tmp_path: Path, client_of: ClientOf
) -> None:
    text = event("Restarted", remote("back"), remote("gone"), deals=4, patience=0.4)
    async with open_hall(tmp_path) as hall:
        stored = await hall.events.submit(text, new=False)
        notes = Notes()
        notes.pause = lambda: asyncio.sleep(0 if len(notes.ended) < 4 else 30)
        clients = [entering(client_of(hall), name, stored.id, notes.agent) for name in ("back", "gone")]
        await notes.until(lambda: len(notes.ended) >= 4 and notes.asked[-1][0] not in dict(notes.ended))
        before = outcome(hall.ledger, stored.id)
    for client in clients:
        await vanish(client)
    async with open_hall(tmp_path, limits=Limits(resume_window=0.2)) as hall:
        again = entering(client_of(hall), "back", stored.id)
        await over(hall, stored.id)
        assert (await again)[0].matches == 0
        after = outcome(hall.ledger, stored.id)
        report = await hall.events.report(stored.id)
        voids = [line.match_id for line in hall.ledger.matches() if line.void]
        assert set(map(frozenset, hall.ledger.tournaments.forfeits(stored.id).values())) == {frozenset({"gone"})}
    assert after.pairings == before.pairings
    assert set(before.matches) < set(after.matches)
    assert Counter(after.matches).most_common(1)[0][1] == 1
    assert len(voids) == 1
    assert [(line.agent, line.faults) for line in report.standings] == [("back", 0), ("gone", 0)]


async def test_two_agents_of_one_owner_enter_an_open_event_only_where_it_says_so(
    hall: Hall, client_of: ClientOf
) -> None:
    rule = "[open]\nentrants = 2\n"
    stored = await hall.events.submit(event("Owners", more=rule), new=False)
    async with visitor(hall, "ann") as first:
        await first.hello()
        await first.join(KUHN, "first", tournament=stored.id)
        await first.next("joined")
        with pytest.raises(BadRequest, match="first of the same owner is in tournament owners-1"):
            await entering(client_of(hall, "ann"), "second", stored.id)
    stored = await hall.events.submit("same_owner = true\n" + event("Owners", more=rule), new=True)
    both = [entering(client_of(hall, "ann"), name, stored.id) for name in ("first", "second")]
    assert [(await playing)[0].matches for playing in both] == [6, 6]
    await over(hall, stored.id)


async def test_who_has_left_before_an_open_event_begins_is_not_in_it(hall: Hall, client_of: ClientOf) -> None:
    stored = await hall.events.submit(event("Open", more="[open]\nentrants = 2\n"), new=False)
    async with visitor(hall, "fickle") as fickle:
        await fickle.hello()
        await fickle.join("", "fickle", tournament=stored.id)
        assert (await fickle.next("joined")).joined.rated_id == KUHN
        await fickle.send(leave=pb.Leave(join_id=1))
        await fickle.next("join_ended")
    staying = [entering(client_of(hall), name, stored.id) for name in ("x", "y")]
    assert [(await playing)[0].matches for playing in staying] == [6, 6]
    await over(hall, stored.id)
    assert {one.name for one in hall.ledger.tournaments.entrants(stored.id)} == {"x", "y"}


async def test_an_open_event_begins_in_time_with_those_who_are_there(hall: Hall, client_of: ClientOf) -> None:
    text = event("Timed", bot("bot"), more="[open]\nseconds = 0.3\n")
    stored = await hall.events.submit(text, new=False)
    (summary,) = await entering(client_of(hall), "single", stored.id)
    assert summary.matches == 6
    await over(hall, stored.id)
    assert (hall.ledger.tournaments.waited_ms(stored.id) or 0) >= 300


async def test_a_server_holds_so_many_events_at_once_and_begins_none_while_it_drains(tmp_path: Path) -> None:
    async with open_hall(tmp_path, max_events=1) as hall:
        first = await hall.events.submit(event("One", remote("a"), remote("b")), new=False)
        with pytest.raises(RateLimited, match="this server holds 1 events at once"):
            await hall.events.submit(event("Two", remote("a"), remote("b")), new=False)
        assert (await hall.events.stop(first.id)).state is EventState.STOPPED
        second = await hall.events.submit(event("Two", remote("a"), remote("b")), new=False)
        with pytest.raises(RateLimited):
            await hall.events.resume(first.id)
        await hall.events.stop(second.id)
        hall.lobby.stop()
        with pytest.raises(Draining):
            await hall.events.resume(first.id)
        assert [state for _, state, _ in await hall.events.lines()] == ["stopped", "stopped"]


async def test_an_event_outlasts_a_ledger_that_fails_for_a_while(
    hall: Hall, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("arena.server.held._RETRY_SECONDS", 0.01)
    tournaments, failures = hall.ledger.tournaments, iter(range(3))
    schedule = tournaments.schedule

    def failing(*what: Any) -> None:
        if next(failures, None) is not None:
            raise LedgerFault("the disk is full")
        schedule(*what)

    monkeypatch.setattr(tournaments, "schedule", failing)
    stored = await hall.events.submit(event("Full", remote("a"), bot("b")), new=False)
    (summary,) = await entering(client_of(hall), "a", stored.id)
    await over(hall, stored.id)
    assert (summary.matches, next(failures, None)) == (6, None)


async def test_a_bot_that_cannot_be_made_is_told_to_the_host_and_nothing_is_stored(hall: Hall) -> None:
    with pytest.raises(ArenaError, match="unknown agent 'nobody'"):
        await hall.events.submit(event("Unknown", bot("a"), bot("b", "nobody")), new=False)
    with pytest.raises(ArenaError, match="does not play"):
        await hall.events.submit(event("Elsewhere", bot("a"), bot("b", "werewolf:seer-claim")), new=False)
    assert hall.ledger.tournaments.all() == []
