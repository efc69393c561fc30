"""What spectators are shown of a live match: what they want, once, and the end. The executor is a fake."""

import asyncio
from collections.abc import Sequence

import pytest

from arena.core.errors import BadRequest
from arena.core.values import Fields, MatchId
from arena.server.watch import Gallery, Spectator, wanted
from arena.v1 import play_pb2
from arena.v1 import results_pb2 as pb
from tests.server.test_arbiter import FakeExecutor

M = MatchId("m")


class Watched(FakeExecutor):
    """Remembers what workers were asked to show."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[Fields | None] = []

    def watch(self, match: MatchId, wants: Fields | None) -> None:
        self.shown.append(wants)


def view(step: int, events: Sequence[int] = (), **fields: str) -> pb.WatchMatchResponse:
    return pb.WatchMatchResponse(
        step=step,
        fields=[play_pb2.Field(name=name, text=text) for name, text in fields.items()],
        events=[play_pb2.Event(number=number) for number in events],
    )


async def seen(spectator: Spectator) -> list[tuple[int, list[str], list[int]]]:
    """Step, fields and event numbers of everything queued for a spectator, whose match ends now."""
    spectator.end(play_pb2.MatchEnded(match_id=M))
    async with asyncio.timeout(5):
        shown = [shown async for shown in spectator.views()]
    assert shown[-1].HasField("ended")
    return [(v.step, [field.name for field in v.fields], [event.number for event in v.events]) for v in shown[:-1]]


def test_a_spectator_wants_text_and_events_unless_it_says_otherwise() -> None:
    assert wanted([]) == {"text", "events"}
    assert wanted(["board", "board"]) == {"board"}


@pytest.mark.parametrize("names", [["x" * 65], ["text"] * 65])
def test_too_many_or_too_long_wants_are_refused(names: list[str]) -> None:
    with pytest.raises(BadRequest, match="at most 64 fields of at most 64 characters"):
        wanted(names)


async def test_a_spectator_is_shown_what_it_wants_and_nothing_else() -> None:
    spectator = Spectator(frozenset({"board"}))
    spectator.show(view(1, [0], text="a", board="x"))
    spectator.show(view(2, [1], text="b", board="x"))  # nothing that it wants has changed
    spectator.show(view(3, [2], text="b", board="y"))
    assert await seen(spectator) == [(1, ["board"], []), (3, ["board"], [])]


async def test_workers_make_what_somebody_wants_until_nobody_looks() -> None:
    executor = Watched()
    gallery = Gallery(executor)
    one, two = gallery.enter(M, frozenset({"board"})), gallery.enter(M, frozenset({"events"}))
    gallery.leave(M, one)
    gallery.leave(M, two)
    assert executor.shown == [{"board"}, {"board", "events"}, None]


async def test_a_second_spectator_gets_the_story_and_the_first_one_no_repetition() -> None:
    gallery = Gallery(Watched())
    first = gallery.enter(M, frozenset({"text", "events"}))
    gallery.show(M, view(1, [0, 1], text="a").SerializeToString())
    second = gallery.enter(M, frozenset({"text", "events"}))
    gallery.show(M, view(2, [2], text="b").SerializeToString())  # was under way when the second one came
    gallery.show(M, view(3, [0, 1, 2], text="b").SerializeToString())
    gallery.show(M, view(4, [3], text="c").SerializeToString())
    assert await seen(first) == [(1, ["text"], [0, 1]), (2, ["text"], [2]), (4, ["text"], [3])]
    assert await seen(second) == [(2, ["text"], []), (3, ["text"], [0, 1, 2]), (4, ["text"], [3])]


async def test_a_reader_that_is_too_slow_is_told_how_much_it_lost() -> None:
    spectator = Spectator(frozenset({"text"}))
    for step in range(100):
        spectator.show(view(step, text=str(step)))
    spectator.end(play_pb2.MatchEnded(match_id=M))
    shown = [shown async for shown in spectator.views()]
    assert len(shown) == 64
    assert shown[-1].dropped == 100 + 1 - 64


async def test_a_spectator_that_goes_leaves_nothing_behind() -> None:
    executor = Watched()
    gallery = Gallery(executor)
    views = gallery.views(M, frozenset({"text"}))
    waiting = asyncio.ensure_future(anext(views))
    await asyncio.sleep(0)
    gallery.show(M, view(1, text="a").SerializeToString())
    assert (await waiting).step == 1
    await views.aclose()
    assert executor.shown == [{"text"}, None]
