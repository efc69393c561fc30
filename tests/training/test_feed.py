"""A trainer that follows a server: the trajectories of an export, each dealt with once, in batches or one by one."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from arena.cli.export import replayer
from arena.cli.feed import _plain
from arena.client import Patience, ServerUnreachable
from arena.core.errors import BadRequest
from arena.core.values import TEXT
from arena.ledger import Scope
from arena.ledger.ratings import RatingsBefore
from arena.ledger.stream import Wanted, head, stream
from arena.rating import DEFAULT
from arena.server.hall import Hall
from arena.training import FORMATS, Feed, Trajectory, trajectories
from arena.training.bookmark import Bookmark
from arena.training.torch import dataset
from tests.server.conftest import open_hall
from tests.server.feeding import landed, played
from tests.server.test_services import serving

HASTY = Patience(first=0.01, longest=0.01, connect=0.05, reconnect=0.05)


class Place(NamedTuple):
    """A server to follow, and everything its ledger has."""

    address: str
    token: str
    hall: Hall

    def feed(self, **how: Any) -> Feed:
        return Feed(self.address, token=self.token, **{"until": "now", **how})

    async def seats(self, **how: Any) -> list[tuple[str, int]]:
        return await asyncio.to_thread(lambda: [seat(one) for one in self.feed(**how)])


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    """Three sets of two matches, in which everybody thought; one of them was frozen with a parent."""
    async with open_hall(tmp_path) as hall, serving(hall) as address:
        hall.ledger.agents.add_version("ann", "v1", ("ann", "v0"))  # type: ignore[arg-type]
        await landed(hall, "ann", "bob", sets=["s0", "s1", "s2"])
        yield Place(address, hall.ledger.tokens.create("host", [Scope.ADMIN]), hall)


def seat(one: Trajectory) -> tuple[str, int]:
    return one.result.plan.match_id, one.seat.seat


MADE_OF_MORE = {"verl", "verifiers", "minari"}
"""Formats of tokens, which not every answer here came with, and of tensors, which a feed does not tell."""
ALL = [(f"s{number}.{ordinal}", seat) for number in range(3) for ordinal in range(2) for seat in range(2)]


def exported(hall: Hall, **wanted: Any) -> Iterator[Trajectory]:
    """What an export makes of the ledger."""
    end, ratings, replay = head(hall.ledger), RatingsBefore(hall.ledger, DEFAULT), replayer()
    assert end is not None
    for stored in stream(hall.ledger, Wanted(**wanted), end):
        seen = replay(stored.result, frozenset({TEXT}))
        yield from trajectories(stored, seen, ratings.of(stored), hall.ledger.agents.parent)


def rows(found: list[Trajectory]) -> dict[str, list[str]]:
    """Every row of every format, as text."""
    return {
        name: [json.dumps(_plain(row), sort_keys=True) for one in found for row in form.rows(one, "train")]
        for name, form in FORMATS.items()
        if name not in MADE_OF_MORE
    }


async def test_a_feed_gives_the_very_rows_of_an_export(place: Place) -> None:
    plan, (first, second) = await played(place.hall, "ann", "bob", set_id="void")
    void = replace(second, void="the power failed", seats=(), provenance={})
    place.hall.ledger.append(plan, [replace(first, void="the power failed"), void]).result(30)
    fed = await asyncio.to_thread(lambda: [*place.feed(void=True)])
    made = rows([*exported(place.hall, void=True)])
    assert rows(fed) == made
    assert len(made["parquet"]) == len(ALL) + 4
    assert all(made.values())
    assert any(one.rating is not None for one in fed)
    assert {one.parent for one in fed if one.agent == "ann"} == {("ann", "v0")}


async def test_what_was_moved_past_does_not_come_again_and_what_was_in_hand_does(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "cursor"

    def some() -> list[tuple[str, int]]:
        found = []
        for one in place.feed(cursor=file):
            found.append(seat(one))
            if len(found) == 3:
                break
        return found

    assert await asyncio.to_thread(some) == ALL[:3]
    assert await place.seats(cursor=file, limit=4) == ALL[2:6]
    assert await place.seats(cursor=file) == ALL[6:]
    assert await place.seats(cursor=file) == []


async def test_a_feed_by_hand_moves_when_it_is_told_to(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "cursor"

    def some() -> str:
        feed = place.feed(cursor=file, by_hand=True)
        for number, _ in enumerate(feed):
            if number == 1:
                feed.done()
            if number == 4:
                return feed.reached
        raise AssertionError

    reached = await asyncio.to_thread(some)
    assert await place.seats(cursor=file, by_hand=True) == ALL[2:]
    assert await place.seats(cursor=reached) == ALL[5:]  # for who keeps it together with what it made


async def test_a_new_file_may_begin_now_and_then_misses_nothing(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "cursor"
    assert await place.seats(cursor=file, start="now") == []
    await landed(place.hall, "ann", "bob", sets=["later"])
    assert len(await place.seats(cursor=file, start="now")) == 4


async def test_a_feed_waits_for_what_lands_until_it_is_closed(place: Place) -> None:
    before = place.feed(cursor="now")
    await asyncio.to_thread(list, before)
    feed = place.feed(cursor=before.cursor, until=None)
    coming = asyncio.ensure_future(asyncio.to_thread(next, feed, None))
    await landed(place.hall, "ann", "bob", sets=["later"])
    one = await coming
    assert one is not None
    assert seat(one) == ("later.0", 0)
    for _ in range(3):
        assert await asyncio.to_thread(next, feed, None) is not None
    waiting = asyncio.ensure_future(asyncio.to_thread(next, feed, None))
    await asyncio.sleep(0)
    feed.close()
    assert await asyncio.wait_for(waiting, 20) is None


@pytest.mark.parametrize("text", ["", "\n", "x" * 500, "a\x00b"], ids=["empty", "blank", "long", "bytes"])
def test_a_file_that_holds_something_else_is_refused_and_kept(tmp_path: Path, text: str) -> None:
    file = tmp_path / "cursor"
    file.write_text(text)
    with pytest.raises(BadRequest, match="holds no cursor; name a file that a feed wrote"):
        Feed("127.0.0.1:1", cursor=file)
    assert file.read_text() == text


def test_a_cursor_that_a_full_disk_does_not_take_leaves_nothing_beside(tmp_path: Path) -> None:
    (tmp_path / "cursor.new").symlink_to("/dev/full")
    mark = Bookmark("beginning", tmp_path / "cursor")
    with pytest.raises(BadRequest, match=r"cannot be written to .*cursor: No space left on device"):
        mark.put("7")
    assert mark.cursor == "beginning"
    assert not any(tmp_path.iterdir())


def test_a_server_that_does_not_answer_is_given_up_after_the_patience() -> None:
    with pytest.raises(ServerUnreachable, match="no arena server for"):
        next(Feed("127.0.0.1:1", patience=HASTY))


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_that_is_none_is_refused(limit: int) -> None:
    with pytest.raises(BadRequest, match="from 1 on"):
        Feed("127.0.0.1:1", limit=limit)


# ---- torch


def turns(one: Trajectory) -> list[tuple[str, int, int]]:
    return [(*seat(one), turn.move) for turn in one.turns]


async def test_batches_of_a_data_loader_come_again_unless_they_were_dealt_with(place: Place, tmp_path: Path) -> None:
    data = pytest.importorskip("torch.utils.data")
    file = tmp_path / "cursor"
    expected = [sample for one in exported(place.hall) for sample in turns(one)]

    def batches(count: int | None, *, deal_with: bool) -> list[tuple[str, int, int]]:
        samples: Any = dataset(place.feed(cursor=file, by_hand=True), turns)
        found: list[tuple[str, int, int]] = []
        for number, batch in enumerate(data.DataLoader(samples, batch_size=2, collate_fn=list)):
            if number == count:
                break
            found += batch
            if deal_with:
                samples.done()
        return found

    lost = await asyncio.to_thread(batches, 3, deal_with=False)
    first = await asyncio.to_thread(batches, 2, deal_with=True)
    rest = await asyncio.to_thread(batches, None, deal_with=True)
    assert lost == expected[:6]
    assert first == expected[:4]
    assert set(first + rest) == set(expected)
    assert rest == expected[len(expected) - len(rest) :]
    assert len(first + rest) - len(expected) < len({move for *_, move in expected})  # of a trajectory begun, no more
    assert await place.seats(cursor=file) == []


async def test_trajectories_go_through_a_data_loader_as_they_are(place: Place) -> None:
    data = pytest.importorskip("torch.utils.data")
    loader = data.DataLoader(dataset(place.feed(by_hand=True)), batch_size=5, collate_fn=list)
    found = await asyncio.to_thread(lambda: [[seat(one) for one in batch] for batch in loader])
    assert found == [ALL[:5], ALL[5:10], ALL[10:]]


def test_worker_processes_and_feeds_that_mark_by_themselves_are_refused() -> None:
    data = pytest.importorskip("torch.utils.data")
    with pytest.raises(BadRequest, match="by_hand=True"):
        dataset(Feed("127.0.0.1:1"))
    loader = data.DataLoader(dataset(Feed("127.0.0.1:1", by_hand=True)), num_workers=1, collate_fn=list)
    with pytest.raises(BadRequest, match="num_workers=0"):
        next(iter(loader))
