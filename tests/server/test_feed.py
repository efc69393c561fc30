"""Feeds of finished trajectories: who is told what and when, where one may begin, and what a slow reader costs."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc.aio
import pytest

from arena.client.remote import Remote
from arena.core.errors import ArenaError, BadRequest, GameFault, RateLimited, Unauthenticated
from arena.core.match import MatchResult
from arena.core.values import SetId
from arena.ledger import Scope
from arena.server.archive import Recalled
from arena.server.asked import Asked
from arena.server.follower import Follower
from arena.server.hall import Hall
from arena.server.session import Principal
from arena.training import Feed, Trajectory
from arena.v1 import feed_pb2 as pb
from arena.v1.feed_pb2_grpc import FeedServiceStub
from tests.server.conftest import EVERYBODY, open_hall
from tests.server.feeding import ADMIN, GAME, SECRET, landed, played
from tests.server.test_services import error_of, serving

WATCH = frozenset({"watch"})
ANN = Principal("ann", WATCH)
SECONDS = 20.0


def follower(hall: Hall, who: Principal, *, ends: bool = True, **request: object) -> Follower:
    asked = Asked.of(pb.FollowRequest(**request), who)  # type: ignore[arg-type]
    return Follower(hall.archive, hall.news, hall.sets.is_live, asked, ends=ends)


async def told(
    hall: Hall, who: Principal = ADMIN, cursor: str = "", window: int = 0, until: str = "", **request: object
) -> list[pb.FollowResponse]:
    """All that a reader is told of what has landed."""
    reader = follower(hall, who, **request)
    await reader.begin(cursor, window, until)
    return [message async for message in reader.messages()]


def seats(messages: Sequence[pb.FollowResponse]) -> list[tuple[str, int]]:
    return [(t.match_id, t.seat) for t in trajectories(messages)]


def trajectories(messages: Sequence[pb.FollowResponse]) -> list[pb.Trajectory]:
    return [message.trajectory for message in messages if message.HasField("trajectory")]


def whose(messages: Sequence[pb.FollowResponse]) -> set[str]:
    return {t.parties[t.party].agent for t in trajectories(messages)}


def everything(hall: Hall) -> list[tuple[str, int]]:
    """Every seat in the ledger, in the order they landed."""
    lines = hall.ledger.matches(limit=10_000)
    return [(line.match_id, seat.seat) for line in reversed(lines) for seat in line.seats]


# ---- what is told to whom


async def test_an_owner_is_told_its_own_seats_with_its_own_thoughts_and_nothing_of_others(hall: Hall) -> None:
    await landed(hall, "ann", "bob", sets=["s1"], deals=3)
    messages = await told(hall, ANN)
    assert whose(messages) == {"ann"}
    assert len(seats(messages)) == 6
    text = b"".join(message.SerializeToString() for message in messages)
    assert f"{SECRET}ann".encode() in text
    assert f"{SECRET}bob".encode() not in text
    assert b"raw bob" not in text
    assert all(len(d.made.refused) == 1 for message in messages for d in message.decisions)


async def test_an_admin_is_told_everything(hall: Hall) -> None:
    await landed(hall, "ann", "bob", sets=["s1", "s2"])
    messages = await told(hall)
    assert seats(messages) == everything(hall)
    text = b"".join(message.SerializeToString() for message in messages)
    assert f"{SECRET}ann".encode() in text
    assert f"{SECRET}bob".encode() in text


async def test_where_no_token_is_asked_for_everybody_is_told_every_seat_but_no_thoughts(hall: Hall) -> None:
    await landed(hall, "ann", "bob", sets=["s1"])
    messages = await told(hall, EVERYBODY)
    assert seats(messages) == everything(hall)
    assert all(d.HasField("prompt") and not d.HasField("made") for m in messages for d in m.decisions)
    assert SECRET.encode() not in b"".join(message.SerializeToString() for message in messages)


async def test_an_owner_is_not_told_whom_its_agents_met_before_the_set_is_over(hall: Hall) -> None:
    live = {SetId("s2")}
    hall.sets.is_live = lambda set_id: set_id in live  # type: ignore[method-assign]
    await landed(hall, "ann", "bob", sets=["s1", "s2"])
    for who, names in ((ANN, {"ann", ""}), (ADMIN, {"ann", "bob"})):
        by_set = {t.set_id: {party.agent for party in t.parties} for t in trajectories(await told(hall, who))}
        assert by_set == {"s1": {"ann", "bob"}, "s2": names}
    live.clear()
    assert b"bob" in trajectories(await told(hall, ANN))[-1].SerializeToString()


async def test_without_a_token_the_matches_of_a_set_wait_till_it_is_over(hall: Hall) -> None:
    live = {SetId("s2")}
    hall.sets.is_live = lambda set_id: set_id in live  # type: ignore[method-assign]
    await landed(hall, "ann", "bob", sets=["s1", "s2", "s3"])
    early = await told(hall, EVERYBODY)
    assert {t.set_id for t in trajectories(early)} == {"s1"}
    reader = follower(hall, EVERYBODY, ends=False)
    await reader.begin(early[-1].cursor, 0)
    async with asyncio.timeout(SECONDS), aclosing(reader.messages()) as messages:
        await anext(messages)
        waiting = asyncio.ensure_future(anext(messages))
        await asyncio.sleep(0)
        assert not waiting.done()
        live.clear()
        hall.news.tell()
        assert (await waiting).trajectory.set_id == "s2"


async def test_the_filters_are_those_of_an_export(hall: Hall) -> None:
    await landed(hall, "ann", "bob", sets=["s1", "s2"], deals=2)
    plan, (first, *_) = await played(hall, "ann", "bob", set_id="void")
    hall.ledger.append(plan, [replace(first, void="the power failed")]).result(30)
    assert whose(await told(hall, agent="bob")) == {"bob"}
    assert seats(await told(hall, game="openspiel/tic_tac_toe")) == []
    assert len(seats(await told(hall, game=GAME))) == 16
    assert len(seats(await told(hall, void=True))) == 18
    wins = seats(await told(hall, result="win"))
    assert len(wins) == 8
    assert len(seats(await told(hall, result="loss"))) == 8
    assert not set(wins) & set(seats(await told(hall, result="loss")))
    assert seats(await told(hall, since_ms=2**63)) == []
    rated = trajectories(await told(hall, min_rating=-1e9))
    assert {trajectory.set_id for trajectory in rated} == {"s2"}  # before the first set nobody had a rating
    assert all(trajectory.HasField("rating") for trajectory in rated)


async def test_what_lands_while_one_follows_comes_with_the_ratings_of_then(hall: Hall) -> None:
    reader = follower(hall, ADMIN, ends=False)
    await reader.begin("now", 0)
    async with asyncio.timeout(SECONDS), aclosing(reader.messages()) as messages:
        assert not (await anext(messages)).HasField("trajectory")
        for name, known in (("s1", False), ("s2", True)):
            await landed(hall, "ann", "bob", sets=[name])
            live = [m.trajectory async for m in _first(messages, 4)]
            assert {(t.set_id, t.HasField("rating")) for t in live} == {(name, known)}
    again = trajectories(await told(hall))
    assert again[-4:] == live


async def _first(messages: AsyncIterator[pb.FollowResponse], count: int) -> AsyncIterator[pb.FollowResponse]:
    while count:
        message = await anext(messages)
        if message.HasField("trajectory"):
            count -= 1
            yield message


async def test_a_long_trajectory_comes_in_parts_with_the_cursor_at_its_end(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("arena.server.trajectories._PART_BYTES", 1)
    await landed(hall, "ann", "bob", sets=["s1"], deals=8)
    async with serving(hall) as address:
        token = hall.ledger.tokens.create("host", [Scope.ADMIN])
        found = await asyncio.to_thread(lambda: list(Feed(address, token=token, until="now")))
    parts = [message for message in await told(hall) if not message.cursor]
    assert parts
    assert sum(len(one.turns) for one in found) == sum(len(hall.ledger.result(f"s1.{i}").moves) for i in range(16))


async def test_a_match_that_cannot_be_played_again_is_told_without_views_and_holds_nothing_up(hall: Hall) -> None:
    plan, results = await played(hall, "ann", "bob", set_id="odd")
    old = replace(plan.game, version="0.0.1")
    strange = [replace(result, plan=replace(result.plan, game=old)) for result in results]
    hall.ledger.append(replace(plan, game=old), strange).result(30)
    plan, (broken, whole) = await played(hall, "ann", "bob", set_id="cut")
    broken.moves, broken.provenance = [broken.moves[0]._replace(action=77)], {}
    hall.ledger.append(plan, [broken, whole]).result(30)
    messages = [message for message in await told(hall) if message.HasField("trajectory")]
    assert seats(messages) == everything(hall)
    assert [message.trajectory.HasField("unseen") for message in messages] == [True] * 6 + [False] * 2
    assert "0.0.1" in messages[0].trajectory.unseen.message
    async with serving(hall) as address:
        assert "0.0.1 of openspiel/kuhn_poker, which is not installed" in str(await refused(address))
        hall.ledger.flush()
        behind = {"cursor": messages[3].cursor}
        assert isinstance(await refused(address, **behind), GameFault)
        mixed: list[Trajectory] = await asyncio.to_thread(lambda: [*Feed(address, until="now", mixed=True)])
    assert [bool(one.messages) for one in mixed] == [False] * 6 + [True] * 2
    assert all(turn.action is not None for one in mixed for turn in one.turns)


async def refused(address: str, **how: str) -> ArenaError:
    """What a feed ends with."""
    with pytest.raises(ArenaError) as raised:
        await asyncio.to_thread(lambda: [*Feed(address, until="now", **how)])  # type: ignore[arg-type]
    return raised.value


async def test_the_process_that_plays_matches_again_may_die(hall: Hall) -> None:
    await landed(hall, "ann", "bob", sets=["s1"])
    whole = await told(hall)
    assert hall.archive.pids
    for pid in hall.archive.pids:
        os.kill(pid, signal.SIGKILL)
    assert await told(hall) == whole


# ---- where one begins


async def test_every_cursor_goes_on_right_behind_its_trajectory(hall: Hall) -> None:
    await landed(hall, "ann", "bob", sets=["s1", "s2"], deals=2)
    messages = await told(hall)
    whole = seats(messages)
    cursors = [message.cursor for message in messages if message.HasField("trajectory")]
    for count, cursor in enumerate(cursors, start=1):
        assert seats(await told(hall, cursor=cursor)) == whole[count:]
    assert seats(await told(hall, cursor=messages[-1].cursor)) == []
    assert seats(await told(hall, cursor="now")) == []
    for count, until in enumerate(cursors):
        ended = await told(hall, until=until)  # also amid an entry of several matches
        assert seats(ended) == whole[: count // 2 * 2 + 2]
        entry, match, _, digest = until.split(".")
        assert ended[-1].cursor == f"{entry}.{match}.all.{digest}"
        assert seats(await told(hall, cursor=cursors[-1], until=until)) == []


async def test_a_forged_cursor_is_refused(hall: Hall) -> None:
    await landed(hall, "ann", "bob", sets=["s1"])
    cursor = [message.cursor for message in await told(hall) if message.HasField("trajectory")][-1]
    entry, match, seat, digest = cursor.split(".")
    for forged, said in {
        "yesterday": "'yesterday' is no cursor",
        f"{cursor}0": "is no cursor",
        f"{entry}.{match}.{seat}.{digest[::-1]}": "not of this server's ledger",
        f"{entry}.7.{seat}.{digest}": "not of this server's ledger",
        f"9.{match}.{seat}.{digest}": "not of this server's ledger",
    }.items():
        for place in ({"cursor": forged}, {"until": forged}):
            with pytest.raises(BadRequest, match=said):
                await told(hall, **place)


async def test_a_cursor_of_another_ledger_or_of_a_later_state_is_refused(hall: Hall, tmp_path: Path) -> None:
    await landed(hall, "ann", "bob", sets=["s1"])
    cursor = (await told(hall))[-1].cursor
    (tmp_path / "other").mkdir()
    async with open_hall(tmp_path / "other") as other:
        with pytest.raises(BadRequest, match="set back"):
            await told(other, cursor=cursor)
        await landed(other, "ann", "bob", sets=["s1"])
        with pytest.raises(BadRequest, match="not of this server's ledger"):
            await told(other, cursor=cursor)


async def test_a_window_bounds_how_far_back_a_feed_begins(hall: Hall) -> None:
    await landed(hall, "ann", "bob", sets=["s1", "s2", "s3"])
    cursors = [message.cursor for message in await told(hall) if message.HasField("trajectory")]
    with pytest.raises(BadRequest, match="5 matches back, and this server tells at most the last 2"):
        await told(hall, cursor=cursors[0], window=2)
    assert seats(await told(hall, cursor=cursors[7], window=2)) == everything(hall)[8:]
    oldest = await told(hall, window=2)
    assert seats(oldest) == everything(hall)[8:]
    assert seats(await told(hall, cursor=oldest[0].cursor, window=2)) == everything(hall)[8:]


@pytest.mark.parametrize(
    ("request_of", "said"),
    [
        ({"result": "glory"}, "result is win, draw"),
        ({"min_rating": float("nan")}, "min_rating is a finite number"),
        ({"system": "magic"}, "unknown rating system 'magic'"),
        ({"game": "x" * 2000}, "at most 1024 characters"),
    ],
    ids=str,
)
def test_what_cannot_be_asked_for_is_one_sentence(request_of: dict[str, Any], said: str) -> None:
    with pytest.raises(ArenaError, match=said):
        Asked.of(pb.FollowRequest(**request_of), ADMIN)


# ---- what it costs


async def test_a_reader_that_takes_nothing_keeps_a_page_at_most_and_delays_nobody(hall: Hall) -> None:
    recalled: list[str] = []
    recall = hall.archive.recall

    async def counted(result: MatchResult) -> Recalled:
        recalled.append(result.plan.match_id)
        return await recall(result)

    hall.archive.recall = counted  # type: ignore[method-assign]
    reader = follower(hall, ADMIN, ends=False)
    await reader.begin("", 0)
    async with asyncio.timeout(60), aclosing(reader.messages()) as messages:
        await anext(messages)
        await landed(hall, "ann", "bob", sets=["first"])
        one = await anext(messages)
        await landed(hall, "ann", "bob", sets=[f"s{i}" for i in range(30)])  # goes on, whoever follows
        assert len(recalled) == 2  # what it had begun
        rest = [message async for message in _first(messages, 4 * 31 - 1)]
    assert seats([one, *rest]) == everything(hall)


async def test_a_reader_on_the_wire_that_takes_nothing_stops_the_work_for_it(hall: Hall) -> None:
    thick = "x" * 400_000
    for i in range(40):
        plan, results = await played(hall, "ann", "bob", set_id=f"s{i}")
        for result in results:
            result.provenance = {0: replace(result.provenance[0], reasoning=thick)}
        hall.ledger.append(plan, results).result(30)
    token = hall.ledger.tokens.create("host", [Scope.ADMIN])
    recalled, recall = [0], hall.archive.recall

    async def counted(result: MatchResult) -> Recalled:
        recalled[0] += 1
        return await recall(result)

    hall.archive.recall = counted  # type: ignore[method-assign]
    async with serving(hall) as address, grpc.aio.insecure_channel(address) as channel:
        bearer = (("authorization", f"Bearer {token}"),)
        call: Any = FeedServiceStub(channel).Follow(pb.FollowRequest(until_now=True), metadata=bearer)
        first = await call.read()
        assert len(await told(hall, ANN)) > 80  # somebody else is served meanwhile, to the end
        assert recalled[0] - 80 < 40
        found = [first]
        while (message := await call.read()) is not grpc.aio.EOF:
            found.append(message)
    assert seats(found) == everything(hall)


async def test_an_owner_follows_no_more_feeds_at_once_than_a_server_allows(tmp_path: Path) -> None:
    async with (
        open_hall(tmp_path, max_followers=2) as hall,
        serving(hall) as address,
        grpc.aio.insecure_channel(address) as channel,
    ):
        calls = [FeedServiceStub(channel).Follow(pb.FollowRequest()) for _ in range(2)]
        for call in calls:
            await call.read()  # type: ignore[union-attr]
        error = await error_of(address, lambda remote: list(remote.trajectories(pb.FollowRequest())))
        assert isinstance(error, RateLimited)
        assert "2 feeds may be followed at once" in str(error)


async def test_a_feed_ends_soon_after_its_token_was_revoked(hall: Hall) -> None:
    token = hall.ledger.tokens.create("ann", [Scope.WATCH])
    async with serving(hall) as address:

        def follow() -> None:
            with Remote(address, token=token) as remote:
                for _ in remote.trajectories(pb.FollowRequest()):
                    for line in hall.ledger.tokens.all("ann"):
                        hall.ledger.tokens.revoke(line.id)

        with pytest.raises(Unauthenticated):
            await asyncio.wait_for(asyncio.to_thread(follow), SECONDS)
