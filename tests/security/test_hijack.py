"""Nobody takes over another's session: not by guesses, nor by tokens of others, of before, or of a lost session."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random
from typing import Any

import pytest

from arena.core.errors import ArenaError, UnknownSession
from arena.server.hall import Hall
from arena.v1 import play_pb2 as pb
from arena.wire.limits import Limits
from tests.e2e.peer import Peer
from tests.server.conftest import open_hall, visitor

GAME = "openspiel/tic_tac_toe"
GUESSES, RACES, RACERS = 1_000, 25, 8


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    """A server in this process, on which an agent waits without end."""
    async with open_hall(tmp_path, patience=600.0, max_sessions=10_000) as opened:
        yield opened


async def seated(stack: AsyncExitStack, hall: Hall) -> tuple[Peer, pb.Welcome]:
    """Ann, whose join makes her session worth having."""
    ann = await stack.enter_async_context(visitor(hall, "ann"))
    welcome = await ann.hello()
    await ann.join(GAME, "ann")
    await ann.next("joined")
    return ann, welcome


def key(welcome: pb.Welcome, **changes: Any) -> dict[str, Any]:
    """The hello that resumes a session, or nearly."""
    return {"session_id": welcome.session_id, "resume_token": welcome.resume_token, "epoch": 1, **changes}


async def turned_away(hall: Hall, owner: str, hello: dict[str, Any]) -> str:
    """The sentence with which this hello is refused."""
    async with visitor(hall, owner) as thief:
        await thief.send(hello=pb.Hello(client="thief", **hello))
        with pytest.raises(UnknownSession) as refused:
            await thief.next("welcome")
        assert not [frame for frame in thief.seen if frame.HasField("welcome")]
    return str(refused.value)


async def still_there(ann: Peer) -> None:
    """Her stream answers as before."""
    await ann.join("", "ann", number=99)
    assert (await ann.next("join_ended")).join_ended.join_id == 99


async def test_guesses_are_refused_alike_and_disturb_nobody(hall: Hall) -> None:
    async with AsyncExitStack() as stack:
        ann, welcome = await seated(stack, hall)
        token, rng = welcome.resume_token, Random(1)
        near = [token[:-1], token + b"x", b"", token[::-1], token[:-1] + bytes([token[-1] ^ 1]), bytes(32), bytes(64)]
        near += [bytes([*token[:n], token[n] ^ 1 << rng.randrange(8), *token[n + 1 :]]) for n in range(32)]
        guesses = near + [rng.randbytes(32) for _ in range(GUESSES - len(near))]
        told = {await turned_away(hall, "ann", key(welcome, resume_token=guess)) for guess in guesses}
        told.add(await turned_away(hall, "ann", key(welcome, session_id="f" * len(welcome.session_id))))
        assert len(told) == 1  # whether the session or the token is wrong is not told
        await still_there(ann)
        assert len(hall.play.sessions) == 1


async def test_another_owner_cannot_use_a_token_that_it_found(hall: Hall) -> None:
    async with AsyncExitStack() as stack:
        ann, welcome = await seated(stack, hall)
        for owner in ("bob", "", "Ann", "ann "):
            await turned_away(hall, owner, key(welcome))
        await still_there(ann)
        bob = await stack.enter_async_context(visitor(hall, "bob"))
        theirs = await bob.hello()
        await turned_away(hall, "ann", key(welcome, resume_token=theirs.resume_token))
        await turned_away(hall, "bob", key(theirs, session_id=welcome.session_id))


async def test_a_token_is_void_once_the_one_after_it_has_arrived(hall: Hall) -> None:
    async with AsyncExitStack() as stack:
        _, welcome = await seated(stack, hall)
        tokens, ann = [welcome], None
        for _ in range(3):
            ann = await stack.enter_async_context(visitor(hall, "ann"))
            tokens.append(await ann.hello(**key(tokens[-1])))
            await still_there(ann)
        assert len({each.resume_token for each in tokens}) == 4
        for old in tokens[:-1]:
            await turned_away(hall, "ann", key(old))
        assert ann is not None
        await still_there(ann)


async def test_a_session_that_was_lost_cannot_be_resumed(tmp_path: Path) -> None:
    async with open_hall(tmp_path, patience=600.0, limits=Limits(resume_window=0.05)) as hall:
        async with AsyncExitStack() as stack:
            ann, welcome = await seated(stack, hall)
            gone, forget = asyncio.Event(), hall.play._forget
            hall.play._forget = lambda session: (forget(session), gone.set())  # type: ignore[func-returns-value,method-assign]
            await ann.close()
            async with asyncio.timeout(10):
                await gone.wait()
            await turned_away(hall, "ann", key(welcome))
        assert not hall.play.sessions


async def test_of_many_who_resume_at_once_one_holds_the_session(hall: Hall) -> None:
    async with AsyncExitStack() as stack:
        _, welcome = await seated(stack, hall)
        for race in range(RACES):
            welcome = await _race(hall, welcome, race)


async def _race(hall: Hall, latest: pb.Welcome, number: int) -> pb.Welcome:
    """All racers resume with one token; the one that is left speaks, and the others are out. Its welcome."""
    async with AsyncExitStack() as stack:
        racers = [await stack.enter_async_context(visitor(hall, "ann")) for _ in range(RACERS)]
        order = Random(number).sample(racers, RACERS)
        outcomes = await asyncio.gather(*(racer.hello(**key(latest)) for racer in order), return_exceptions=True)
        welcomed = {racer: given for racer, given in zip(order, outcomes, strict=True) if isinstance(given, pb.Welcome)}
        assert all(isinstance(given, (pb.Welcome, ArenaError, EOFError)) for given in outcomes)
        assert len(hall.play.sessions) == 1
        winner = await _last_standing(list(welcomed))
        await still_there(winner)
        for given in (latest, *(each for racer, each in welcomed.items() if racer is not winner)):
            await turned_away(hall, "ann", key(given))
        await still_there(winner)
        return welcomed[winner]


async def _last_standing(racers: list[Peer]) -> Peer:
    """The racer whose stream stays when the server has ended all the others."""
    ends = {asyncio.create_task(racer.next("go_away")): racer for racer in racers}
    waiting = set(ends)
    async with asyncio.timeout(10):
        while len(waiting) > 1:
            _, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    (last,) = waiting
    last.cancel()
    await asyncio.gather(*ends, return_exceptions=True)
    return ends[last]
