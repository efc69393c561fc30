"""Real clients on a real server: they join, play whole sets, and the ladder is what their results amount to."""

import asyncio
from collections import Counter

import pytest

from arena.agents.simple import RandomAgent
from arena.client.remote import Remote
from arena.rating import ladder
from tests.e2e.clients import client_of, play
from tests.e2e.serving import Server, arena, arena_json

GAMES = {
    "openspiel/tic_tac_toe": 4,
    "openspiel/kuhn_poker": 4,
    "negotiation/dond": 2,
    "negotiation/balloon": 2,
    "werewolf/ww4-mini": 2,
}


@pytest.mark.parametrize("game", GAMES)
async def test_two_owners_meet_and_the_ladder_is_what_their_results_amount_to(server: Server, game: str) -> None:
    clients = [client_of(server), client_of(server)]
    for name, client in zip(("ann", "bob"), clients, strict=True):
        client.join(game, RandomAgent, name=f"{name}-{game.replace('/', '-')}", seats=2, matches=GAMES[game])
    ann, bob = await play(*clients)
    with server.ledger() as ledger:
        lines = ledger.matches(game=game, limit=1000)
        recomputed = ladder(ledger.ladder_sets(game))
        assert ledger.verify().chain_ok
    assert ann.matches == bob.matches == len(lines) >= GAMES[game]
    assert (ann.wins, ann.draws, ann.losses) == (bob.losses, bob.draws, bob.wins)
    assert set(ann.causes) == set(bob.causes) == {"rules"}
    shown = await asyncio.to_thread(ladder_rows, server, game)
    assert shown == [(row.rank, row.agent, row.rating, row.uncertainty, row.elo, row.wins) for row in recomputed]
    assert {row[1]: row[5] for row in shown} == {ann.agent: ann.wins, bob.agent: bob.wins}


def ladder_rows(server: Server, game: str) -> list[tuple[object, ...]]:
    """The ladder as the server tells it."""
    with Remote(server.address) as remote:
        rows = remote.ladder(game).rows
    return [(row.rank, row.agent, row.rating, row.uncertainty, row.elo, row.wins) for row in rows]


async def test_matches_of_a_set_swap_seats(server: Server) -> None:
    game = "openspiel/connect_four"
    clients = [client_of(server), client_of(server)]
    for name, client in zip(("left", "right"), clients, strict=True):
        client.join(game, RandomAgent, name=name, seats=3, matches=6)
    await play(*clients)
    with server.ledger() as ledger:
        lines = ledger.matches(game=game)
    first = Counter((line.set_id, seat.agent) for line in lines for seat in line.seats if seat.seat == 0)
    assert set(first.values()) == {1}
    assert len({line.set_id for line in lines}) * 2 == len(lines)


def test_agents_as_processes_of_their_own(server: Server) -> None:
    game = "openspiel/hex"
    joined = ("join", game, "--agent", "random", "--server", server.address, "--matches", "2")

    async def both() -> list[object]:
        return await asyncio.gather(
            *(asyncio.to_thread(arena_json, *joined, "--name", name) for name in ("one", "two"))
        )

    one, two = asyncio.run(both())
    assert one["matches"] == two["matches"] == 2
    shown = arena_json("ladder", game, "--server", server.address)
    local = arena_json("ladder", game, "--db", server.db)
    assert shown["rows"] == local["rows"]
    assert {row["agent"] for row in shown["rows"]} == {"one", "two"}
    verified = arena_json("verify", "--db", server.db)
    assert (verified["chain_ok"], verified["mismatches"]) == (True, 0)


def test_an_agent_that_cannot_join_is_told_why_in_one_sentence(server: Server) -> None:
    done = arena("join", "openspiel/no_such_game", "--agent", "random", "--server", server.address)
    assert done.returncode == 1
    assert "no_such_game" in done.stderr.strip().splitlines()[-1]
    assert "Traceback" not in done.stderr
