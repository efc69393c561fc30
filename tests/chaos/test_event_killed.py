"""kill -9 of a server in the middle of a tournament, again and again: what was decided stays decided, no match is lost
or played twice, and nobody forfeits a set for it. `make chaos` runs it in full size."""

import asyncio
from collections import Counter
from random import Random

import pytest

from arena.client.remote import Remote
from tests.e2e.clients import Notes, client_of, play
from tests.e2e.hosting import KUHN, await_end, bot, outcome, remote
from tests.e2e.serving import Server

AGENTS = ("ann", "bob", "carl")
EVENT = f"""
name = "Siege"
[game]
id = "{KUHN}"
[format]
kind = "ladder"
range = 60
widen = 20
[sets]
deals = 15
[stop]
sets = %d
"""


@pytest.mark.parametrize(
    ("kills", "sets"), [(2, 30), pytest.param(20, 300, marks=[pytest.mark.chaos, pytest.mark.timeout(900)])]
)
async def test_a_tournament_survives_every_kill_of_its_server(own_server: Server, kills: int, sets: int) -> None:
    with Remote(own_server.address) as calls:
        entrants = "".join(map(remote, AGENTS)) + bot("one") + bot("two", "first")
        tournament = calls.submit(EVENT % sets + entrants).tournament
    notes, clients = Notes(), [client_of(own_server) for _ in AGENTS]
    for client, name in zip(clients, AGENTS, strict=True):
        client.join(KUHN, notes.agent, name=name, tournament=tournament, seats=3)
    playing = asyncio.create_task(play(*clients, seconds=800.0))
    rng, seen = Random(7), []
    for _ in range(kills):
        target = len(notes.ended) + rng.randrange(5, 25 * sets // kills)
        await notes.until(lambda target=target: len(notes.ended) >= target or playing.done())  # type: ignore[misc]
        await asyncio.to_thread(own_server.kill)
        with own_server.ledger() as ledger:
            seen.append(outcome(ledger, tournament))
        await asyncio.to_thread(own_server.start)
    await playing
    assert await asyncio.to_thread(await_end, own_server, tournament) == "over"
    with own_server.ledger() as ledger:
        last = outcome(ledger, tournament)
        assert ledger.tournaments.forfeits(tournament) == {}
        assert ledger.verify().ok
        assert all(ledger.tournaments.outcome(row.set_id) for row in last.pairings)
    for before in seen:
        assert last.pairings[: len(before.pairings)] == before.pairings
        assert set(before.matches) <= set(last.matches)
    assert Counter(match for match, _, _ in last.matches).most_common(1)[0][1] == 1
    assert Counter(of for _, of, _ in last.matches) == {row.set_id: 30 for row in last.pairings}
    assert len(last.pairings) == sets
