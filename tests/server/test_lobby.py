"""What the lobby promises joins: bounded memory, honest counts, and one wrong join harming no other."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from arena.core.agent import MAX_PROVENANCE_BYTES
from arena.core.match import PartyRef
from arena.server.hall import Hall
from arena.v1 import common_pb2
from arena.v1 import play_pb2 as pb
from arena.wire.limits import MAX_ENTRY_BYTES, MAX_OPTIONS_BYTES
from tests.e2e.serving import install_plugin
from tests.server.conftest import open_hall, visitor

GAME = "testing/doublet"


@pytest.fixture(autouse=True)
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers know the tiny games."""
    monkeypatch.setenv("PYTHONPATH", install_plugin(tmp_path, "testing", "tests.e2e.tiny_plugin")["PYTHONPATH"])


async def refused(hall: Hall, **join: Any) -> pb.JoinEnded:
    """What a join is answered that cannot be; the stream goes on behind it."""
    async with visitor(hall, "ann") as ann:
        await ann.hello()
        await ann.join(**{"game": GAME, "name": "ann", **join})
        ended = (await ann.next("join_ended")).join_ended
        await ann.send(leave=pb.Leave(join_id=1))
        await ann.join("no/game", "ann", number=2)
        assert (await ann.next("join_ended")).join_ended.join_id == 2
        return ended


async def test_queues_and_sessions_of_those_that_left_are_forgotten(tmp_path: Path) -> None:
    async with open_hall(tmp_path, patience=60.0) as hall, visitor(hall, "ann") as ann:
        await ann.hello()
        for number in range(1, 20):
            await ann.join(f"testing/countdown?start={number + 30}", "ann", number=number)
            await ann.next("joined")
            assert hall.lobby._queues
            await ann.send(leave=pb.Leave(join_id=number))
            await ann.next("join_ended")
        assert not hall.lobby._queues
        assert not hall.lobby._sessions


async def test_a_set_that_was_cut_short_counts_only_what_was_played_of_it(hall: Hall) -> None:
    async with visitor(hall, "ann") as ann, visitor(hall, "bob") as bob:
        for agent, name in ((ann, "ann"), (bob, "bob")):
            await agent.hello()
            await agent.join(GAME, name, matches=2)
        await ann.next("seat_assigned")
        (key,) = [taking.key for taking in hall.lobby.takings() if taking.party.agent == "ann"]
        taking = hall.lobby.find(key)
        assert taking is not None
        assert (taking.planned, taking.wants_more) == (2, False)
        hall.lobby.give_back(key, slots=1, matches=1)
        assert (taking.planned, taking.played, taking.wants_more) == (1, 1, True)


async def test_an_entry_for_a_game_that_takes_none_is_refused(hall: Hall) -> None:
    ended = await refused(hall, game="openspiel/tic_tac_toe", entry_json=b'"a team"')
    assert ended.error.code == common_pb2.ERROR_CODE_BAD_ENTRY
    assert "takes no entry" in ended.error.message


@pytest.mark.parametrize(
    "join",
    [{"options_json": b'{"a":"%s"}' % (b"x" * MAX_OPTIONS_BYTES)}, {"entry_json": b'"%s"' % (b"x" * MAX_ENTRY_BYTES)}],
    ids=["options", "entry"],
)
async def test_a_join_with_too_much_in_it_is_refused_as_too_large(hall: Hall, join: dict[str, Any]) -> None:
    ended = await refused(hall, **join)
    assert ended.error.code == common_pb2.ERROR_CODE_TOO_LARGE


async def test_a_provenance_over_its_limit_is_refused_and_the_request_stays_open(hall: Hall) -> None:
    async with AsyncExitStack() as stack:
        agents = [await stack.enter_async_context(visitor(hall, name)) for name in ("ann", "bob")]
        for agent, name in zip(agents, ("ann", "bob"), strict=True):
            await agent.hello()
            await agent.join(GAME, name, matches=2)
        seats = {(await agent.next("seat_assigned")).seat_assigned.seat: agent for agent in agents}
        first = seats[0]
        asked = (await first.next("decision_request")).decision_request
        fat = pb.Provenance(reasoning="x" * MAX_PROVENANCE_BYTES)
        await first.send(act=pb.Act(request_id=asked.request_id, action=pb.Action(choice=0), provenance=fat))
        refusal = (await first.next("refused")).refused
        assert refusal.error.code == common_pb2.ERROR_CODE_MALFORMED_ACTION
        assert "at most" in refusal.error.message
        await first.act(asked.request_id, choice=asked.prompt.legal.choices.ids[0])
        assert (await first.next("accepted")).accepted.request_ids == [asked.request_id]


async def test_a_database_that_fails_ends_the_join_and_not_the_stream(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(party: PartyRef, parent_version: str) -> None:
        raise OperationalError("insert", {}, Exception("database is locked"))

    monkeypatch.setattr(hall.identity, "_claim", locked)
    ended = await refused(hall)
    assert ended.error.code == common_pb2.ERROR_CODE_LEDGER_FAULT
    assert ended.error.retry_after_ms > 0
    assert "locked" not in ended.error.message


async def test_an_entry_is_kept_in_the_games_canonical_form(hall: Hall) -> None:
    async with visitor(hall, "ann") as ann:
        await ann.hello()
        await ann.join("testing/parley", "ann", entry_json=b'  "a limit"  ')
        await ann.next("joined")
        (taking,) = hall.lobby.takings()
        assert taking.party.entry == "a limit"
        assert await hall.pool.entry("testing/parley", {}, "a limit") == "a limit"
