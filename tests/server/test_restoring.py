"""What a restart brings back: a hall is opened on a copy of another one's files, taken as a kill would leave them."""

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from arena.server.hall import Hall
from arena.server.journal import read_journal
from arena.v1 import common_pb2
from arena.v1 import play_pb2 as pb
from arena.wire.limits import Limits
from tests.e2e.peer import Peer
from tests.e2e.serving import install_plugin
from tests.server.conftest import open_hall, visitor

TTT = "openspiel/tic_tac_toe"


@pytest.fixture(autouse=True)
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers know the tiny games and the troublesome one."""
    install_plugin(tmp_path, "trouble", "tests.match.trouble")
    monkeypatch.setenv("PYTHONPATH", install_plugin(tmp_path, "testing", "tests.e2e.tiny_plugin")["PYTHONPATH"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the first hall keeps its files."""
    (tmp_path / "first").mkdir()
    return tmp_path / "first"


@asynccontextmanager
async def killed_copy(folder: Path, **changes: Any) -> AsyncIterator[Hall]:
    """The hall that a restart after kill -9 at this moment would open."""
    copy = folder.with_name(f"{folder.name}-{len(list(folder.parent.iterdir()))}")
    shutil.copytree(folder, copy)
    async with open_hall(copy, **changes) as hall:
        yield hall


async def meet(stack: AsyncExitStack, hall: Hall, game: str, **join: Any) -> tuple[Peer, Peer, list[pb.Welcome]]:
    """Two owners join; their peers, and what they were welcomed with."""
    ann = await stack.enter_async_context(visitor(hall, "ann"))
    bob = await stack.enter_async_context(visitor(hall, "bob"))
    welcomes = [await ann.hello(), await bob.hello()]
    await ann.join(game, "ann", **join)
    await bob.join(game, "bob", **join)
    await asyncio.gather(ann.next("joined"), bob.next("joined"))
    return ann, bob, welcomes


def back(welcome: pb.Welcome) -> dict[str, Any]:
    """The hello that resumes a session."""
    return {"session_id": welcome.session_id, "resume_token": welcome.resume_token, "epoch": welcome.epoch}


async def answer(agent: Peer, **action: Any) -> pb.DecisionRequest:
    """Answer the next request, by default with its first choice; returns the request."""
    asked = (await agent.next("decision_request")).decision_request
    await agent.act(asked.request_id, **(action or {"choice": asked.prompt.legal.choices.ids[0]}))
    await agent.next("accepted")
    return asked


async def play_out(agent: Peer) -> list[pb.MatchEnded]:
    """Answer everything until the join has ended."""
    ended = []
    while True:
        frame = await agent.next("decision_request", "match_ended", "join_ended")
        if frame.HasField("join_ended"):
            return ended
        if frame.HasField("match_ended"):
            ended.append(frame.match_ended)
        else:
            asked = frame.decision_request
            await agent.act(asked.request_id, choice=asked.prompt.legal.choices.ids[0])


async def test_moves_that_are_tensors_survive(folder: Path) -> None:
    good = common_pb2.Tensor(dtype=common_pb2.DTYPE_FLOAT64, shape=[2], data=b"\0\0\0\0\0\0\xf0\x3f" * 2)
    async with open_hall(folder) as hall, visitor(hall, "ann") as ann:
        welcome = await ann.hello()
        await ann.join("testing/steer", "ann", matches=1)
        await answer(ann, tensor=good)
        async with killed_copy(folder) as later, visitor(later, "ann") as again:
            await again.hello(**back(welcome))
            for _ in range(4):
                await answer(again, tensor=good)
            assert (await again.next("match_ended")).match_ended.outcomes[0].cause == pb.CAUSE_RULES
            assert len(later.ledger.result(later.ledger.matches()[0].match_id).moves) == 5


async def test_answers_refused_before_a_restart_still_count(folder: Path) -> None:
    """Two refused answers before it and one after it are one too many; a journal written anew says the same."""
    async with AsyncExitStack() as stack:
        hall = await stack.enter_async_context(open_hall(folder))
        ann, bob, (welcome, other_welcome) = await meet(stack, hall, TTT, matches=2)
        both = {(await agent.next("seat_assigned")).seat_assigned.seat: agent for agent in (ann, bob)}
        asked = (await both[0].next("decision_request")).decision_request
        for _ in range(2):
            await both[0].act(asked.request_id, choice=99)
            assert (await both[0].next("refused")).refused.error.code == common_pb2.ERROR_CODE_ILLEGAL_ACTION
        hall.journal._rewrite()
        later = await stack.enter_async_context(killed_copy(folder))
        mover = await stack.enter_async_context(visitor(later, "ann" if both[0] is ann else "bob"))
        await mover.hello(**back(welcome if both[0] is ann else other_welcome))
        asked = (await mover.next("decision_request")).decision_request
        await mover.act(asked.request_id, choice=99)
        ended = await mover.next("refused", "defaulted", when=lambda frame: frame.HasField("defaulted"))
        assert ended.defaulted.cause == pb.CAUSE_ILLEGAL


async def test_a_set_that_was_about_to_begin_its_next_match_plays_each_once(folder: Path) -> None:
    """Killed between the end of a match and its commit: that match and the next one of its set are both open."""
    async with AsyncExitStack() as stack:
        hall = await stack.enter_async_context(open_hall(folder))
        held: list[Callable[[], None]] = []
        append = hall.sets._append
        hall.sets._append = lambda *what: held.append(partial(append, *what))  # type: ignore[method-assign]
        ann, bob, (welcome, other_welcome) = await meet(stack, hall, "testing/doublet", matches=2)
        both = {(await agent.next("seat_assigned")).seat_assigned.seat: agent for agent in (ann, bob)}
        for seat in (0, 0, 1, 1):
            await answer(both[seat])
        await ann.next("seat_assigned")  # of the second match
        assert len(held) == 1
        later = await stack.enter_async_context(killed_copy(folder))
        assert len(read_journal(folder / "arena.db.state" / "journal").matches) == 2
        again = await stack.enter_async_context(visitor(later, "ann"))
        await again.hello(**back(welcome))
        await again.join("testing/doublet", "ann", matches=2)
        other = await stack.enter_async_context(visitor(later, "bob"))
        await other.hello(**back(other_welcome))
        for agent in (again, other):
            await agent.join("testing/doublet", "", matches=2)
        await asyncio.gather(play_out(again), play_out(other))
        landed = [line.match_id.partition(".")[2] for line in later.ledger.matches()]
        assert sorted(landed) == ["0", "1"]


async def test_a_void_match_is_tried_once_more_and_not_forever(folder: Path) -> None:
    """Killed after the first try had landed and before the second began."""
    async with AsyncExitStack() as stack:
        hall = await stack.enter_async_context(open_hall(folder))
        ann, bob, (welcome, _) = await meet(stack, hall, "trouble/sum?fault=raise", matches=2)
        asked = {agent: await agent.next("seat_assigned") for agent in (ann, bob)}
        hall.sets.frozen = True  # as while draining
        both = {frame.seat_assigned.seat: agent for agent, frame in asked.items()}
        for seat in (0, 1, 0):
            await answer(both[seat])
        assert (await ann.next("match_ended")).match_ended.void
        later = await stack.enter_async_context(killed_copy(folder))
        again = await stack.enter_async_context(visitor(later, "ann"))
        await again.hello(**back(welcome))
        seat = (await again.next("seat_assigned")).seat_assigned
        assert seat.match_id.endswith(".0.again")
        assert seat.match_id not in {line.match_id for line in later.ledger.matches()}


async def test_an_ended_join_that_is_sent_again_is_not_played_again(folder: Path) -> None:
    async with AsyncExitStack() as stack:
        hall = await stack.enter_async_context(open_hall(folder))
        ann, bob, (welcome, _) = await meet(stack, hall, "testing/doublet", matches=2)
        ends, _ = await asyncio.gather(play_out(ann), play_out(bob))
        assert len(ends) == 2
        await ann.join("testing/doublet", "ann", matches=2)
        assert (await ann.next("joined", "join_ended")).join_ended.matches == 2
        later = await stack.enter_async_context(killed_copy(folder))
        again = await stack.enter_async_context(visitor(later, "ann"))
        await again.hello(**back(welcome))
        await again.join("testing/doublet", "ann", matches=2)
        assert (await again.next("joined", "join_ended")).join_ended.matches == 2


async def test_a_join_that_left_before_the_kill_begins_no_further_set(folder: Path) -> None:
    async with AsyncExitStack() as stack:
        hall = await stack.enter_async_context(open_hall(folder))
        ann, bob, _ = await meet(stack, hall, "testing/doublet")
        await asyncio.gather(*(agent.next("seat_assigned") for agent in (ann, bob)))
        await ann.send(leave=pb.Leave(join_id=1))
        await ann.join("", "ann", number=9)
        await ann.next("join_ended")  # the leave before it has been heard
        later = await stack.enter_async_context(killed_copy(folder))
        (taking,) = [taking for taking in later.lobby.takings() if taking.party.agent == "ann"]
        assert taking.leaving
        assert not taking.wants_more


async def test_nobody_meets_an_agent_that_is_not_there(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        hall = await stack.enter_async_context(open_hall(tmp_path, patience=30.0))
        gone = await stack.enter_async_context(visitor(hall, "gone"))
        welcome = await gone.hello()
        await gone.join(TTT, "gone", matches=2)
        await gone.next("joined")
        await gone.close()
        ann = await stack.enter_async_context(visitor(hall, "ann"))
        bob = await stack.enter_async_context(visitor(hall, "bob"))
        for name, agent in (("ann", ann), ("bob", bob)):
            await agent.hello()
            await agent.join(TTT, name, matches=2)
        await ann.next("seat_assigned")
        assert {p.agent for live in hall.arbiter.matches.values() for p in live.plan.parties} == {"ann", "bob"}
        returned = await stack.enter_async_context(visitor(hall, "gone"))
        await returned.hello(**back(welcome))
        carol = await stack.enter_async_context(visitor(hall, "carol"))
        await carol.hello()
        await carol.join(TTT, "carol", matches=2)
        assert (await returned.next("seat_assigned")).seat_assigned.join_id == 1


async def test_a_lone_agent_of_one_seat_plays_one_match_at_a_time(tmp_path: Path) -> None:
    async with open_hall(tmp_path, patience=0.01) as hall, visitor(hall, "ann") as ann:
        await ann.hello()
        await ann.join("testing/doublet", "ann", matches=4)
        live: Counter[str] = Counter()
        ended = set()
        while True:
            frame = await ann.next("seat_assigned", "decision_request", "match_ended", "join_ended")
            match frame.WhichOneof("frame"):
                case "seat_assigned":
                    live[frame.seat_assigned.match_id] += 1
                case "match_ended":
                    del live[frame.match_ended.match_id]
                    ended.add(frame.match_ended.match_id)
                case "decision_request":
                    await ann.act(frame.decision_request.request_id, choice=0)
                case _:
                    break
            assert len(live) <= 1
        assert len(ended) == 4


async def test_after_a_restart_an_agent_that_stays_away_is_not_charged_nor_is_its_opponent(folder: Path) -> None:
    async with AsyncExitStack() as stack:
        hall = await stack.enter_async_context(open_hall(folder))
        ann, bob, (_, welcome) = await meet(stack, hall, "testing/doublet")
        await asyncio.gather(*(agent.next("seat_assigned") for agent in (ann, bob)))
        later = await stack.enter_async_context(killed_copy(folder, limits=Limits(resume_window=0.5)))
        again = await stack.enter_async_context(visitor(later, "bob"))
        await again.hello(**back(welcome))
        ended = (await again.next("match_ended")).match_ended
        assert "did not come back" in ended.void
        assert {outcome.cause for outcome in ended.outcomes} == {pb.CAUSE_VOID}
        (line,) = later.ledger.matches()
        assert line.void
        assert later.ledger.ladder("testing/doublet") == []
        carol = await stack.enter_async_context(visitor(later, "carol"))
        await carol.hello()
        await carol.join("testing/doublet", "carol")
        assert (await carol.next("seat_assigned")).seat_assigned.match_id != line.match_id
        assert {p.agent for live in later.arbiter.matches.values() for p in live.plan.parties} == {"bob", "carol"}


async def test_an_agent_that_drops_out_loses_to_disconnect_and_its_opponent_goes_on(folder: Path) -> None:
    async with AsyncExitStack() as stack:
        hall = await stack.enter_async_context(open_hall(folder, limits=Limits(resume_window=0.3)))
        ann, bob, _ = await meet(stack, hall, "testing/doublet", matches=2)
        assigned = [await agent.next("seat_assigned") for agent in (ann, bob)]
        gone, there = (ann, bob) if assigned[0].seat_assigned.seat == 0 else (bob, ann)
        await gone.close()
        ended = (await there.next("match_ended")).match_ended
        assert [outcome.cause for outcome in ended.outcomes] == [pb.CAUSE_DISCONNECT, pb.CAUSE_RULES]
        assert [outcome.rank for outcome in ended.outcomes] == [2, 1]
        assert len(await play_out(there)) == 1  # of the second match, which the dropped one loses too
        assert {row.agent: row.error_share for row in hall.ledger.ladder("testing/doublet")}.keys() == {"ann", "bob"}
        assert not hall.play.sessions.keys() - {
            session.id for session in hall.play.sessions.values() if session.connection
        }
