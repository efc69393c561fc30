"""One follower of finished trajectories: it goes through the ledger at its own pace, and nothing is kept for it.

What it has not taken yet lies in the ledger, so that a slow one costs no memory: the server holds a few matches of it
and the trajectory that is being sent. What it has dealt with it keeps itself, as a cursor.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from arena.core.agent import Provenance
from arena.core.errors import ArenaError, BadRequest, Fault
from arena.core.match import MatchResult, SeatResult
from arena.core.values import SetId
from arena.ledger.cursor import BEGINNING, NOW, Cursor, behind, check, newest
from arena.ledger.ratings import RatingsBefore
from arena.ledger.stream import page, provenance
from arena.server.archive import Archive, Recalled
from arena.server.asked import Asked
from arena.server.trajectories import Due, messages
from arena.v1 import feed_pb2 as pb

_PAGE: Final = 16
"""Matches of one follower that are held at once, without provenance."""
_PORTION_BYTES: Final = 1024 * 1024
"""Of the messages that lie ready for it; the last of them may go beyond."""
_LOOK_SECONDS: Final = 1.0
"""Between two looks at the ledger when nothing is told here, since other processes may write to it; and from one word
on how far it is to the next."""


class News:
    """Tells those who wait that something has landed."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    @property
    def next(self) -> asyncio.Event:
        """Set by the next `tell`. To be had before one looks, so that nothing falls in between."""
        return self._next

    def tell(self) -> None:
        """Something is new."""
        self._next.set()
        self._next = asyncio.Event()


class Follower:
    """One stream. While a set `is_live`, an owner is not told whom its agents met, and a reader without a token waits.

    A stream that `ends` does so where it would wait, at the place named to `begin`, or behind what had landed by then.
    """

    def __init__(
        self, archive: Archive, news: News, is_live: Callable[[SetId], bool], asked: Asked, *, ends: bool
    ) -> None:
        self._archive = archive
        self._news = news
        self._is_live = is_live
        self._asked = asked
        self._ends = ends
        self._ratings = RatingsBefore(archive.ledger, asked.system)
        self._at = Cursor()
        self._until: Cursor | None = None
        self._stopped = False

    async def begin(self, cursor: str, window: int, until: str = "") -> None:
        """Stand at a cursor, at most `window` matches back if that is not 0; `until` is another, to end at.

        Raises:
            BadRequest: one is none of this ledger, or too far back.
        """
        ledger, read = self._archive.ledger, self._archive.read
        if until:
            self._until = replace(Cursor.parse(until), seat=None)
            await read(check, ledger, self._until)
        end = await read(newest, ledger)
        if cursor == NOW:
            self._at = end
            return
        self._at = Cursor.parse(cursor)
        await read(check, ledger, self._at)
        lag = end.match - self._at.match
        if not window or lag <= window:
            return
        if self._at.at is not None:
            raise BadRequest(
                f"this cursor is {lag} matches back, and this server tells at most the last {window}; begin anew from "
                f"{BEGINNING!r}, the oldest of these, or from {NOW!r}"
            )
        self._at = await read(behind, ledger, end.match - window)

    async def messages(self) -> AsyncGenerator[pb.FollowResponse]:
        """Where it begins, then trajectories as they come, and now and then how far it is without any."""
        now = asyncio.get_running_loop().time
        yield pb.FollowResponse(cursor=str(self._at))
        said = now()
        while not self._stopped:
            news, before = self._news.next, self._at
            async for message in self._landed():
                yield message
            self._stopped |= self._ends
            if self._at != before and (self._stopped or now() - said >= _LOOK_SECONDS):
                yield pb.FollowResponse(cursor=str(self._at))
                said = now()
            if not self._stopped:
                await _wait(news)

    # ---- pages of the ledger

    async def _landed(self) -> AsyncGenerator[pb.FollowResponse]:
        """Everything up to where the stream, or else the ledger, ends now."""
        end = await self._archive.read(self._end)
        while not self._stopped and self._whole < end.match:
            some, last = await self._archive.read(self._page, end)
            recalled = await asyncio.gather(*(self._recalled(due.stored.result) for due in some))
            for due, how in zip(some, recalled, strict=True):
                due.recalled = how
            async for message in self._told(some):
                yield message
            if not self._stopped:
                self._at = last

    @property
    def _whole(self) -> int:
        """The last match of which nothing is left to be told."""
        return self._at.match - (self._at.seat is not None)

    def _end(self) -> Cursor:
        end = newest(self._archive.ledger)
        self._ratings.grow()  # after that look: what had landed by then must be rated
        return self._until or end

    def _page(self, end: Cursor) -> tuple[list[Due], Cursor]:
        """What is to be told of the next matches, and the cursor behind them all."""
        assert end.at is not None
        found = page(self._archive.ledger, self._asked.wanted, end.at, self._whole, _PAGE)
        rated = [Due(stored, self._ratings.of(stored)) for stored in found if stored.number <= end.match]
        due = [each for each in rated if not each.seats or any(self._takes(each, seat) for seat in each.seats)]
        more = len(found) == _PAGE and found[-1].number < end.match
        return due, Cursor.behind(found[-1]) if more else end

    def _takes(self, due: Due, seat: SeatResult) -> bool:
        """Whether a seat is wanted and was not told before."""
        if due.stored.number == self._at.match and self._at.seat is not None and seat.seat <= self._at.seat:
            return False
        return self._asked.takes(due.stored.result, seat, due.rating(seat))

    async def _recalled(self, result: MatchResult) -> Recalled | ArenaError:
        try:
            return await self._archive.recall(result)
        except ArenaError as error:
            if type(error) is Fault:  # ours: it is not the match that cannot be played again
                raise
            return error

    # ---- what of a page may be told, and when

    async def _told(self, some: Sequence[Due]) -> AsyncGenerator[pb.FollowResponse]:
        ready: list[Due] = []
        for due in some:
            if self._must_wait(due):
                async for message in self._made(ready):
                    yield message
                ready = []
                if self._ends:
                    self._stopped = True
                    return
                await self._over(due)
            if self._is_live(due.set_id):
                due.masked = self._asked.strangers(due.stored.result)
            ready.append(due)
        async for message in self._made(ready):
            yield message

    def _must_wait(self, due: Due) -> bool:
        """Whether a reader who is just anybody may not know yet who played."""
        return not self._asked.reader.owner and self._is_live(due.set_id)

    async def _over(self, due: Due) -> None:
        while True:
            news = self._news.next
            if not self._must_wait(due):
                return
            await _wait(news)

    async def _made(self, ready: Sequence[Due]) -> AsyncGenerator[pb.FollowResponse]:
        making = self._messages(ready)
        while portion := await self._archive.read(_portion, making):
            for message in portion:
                yield message
        if ready:
            self._at = Cursor.behind(ready[-1].stored)

    def _messages(self, ready: Sequence[Due]) -> Iterator[pb.FollowResponse]:
        ledger = self._archive.ledger
        for due in ready:
            made: Mapping[int, Provenance] = {}
            if due.stored.made and self._asked.told_of_play:
                made = provenance(ledger, [due.stored.number], self._asked.wanted.owner).get(due.stored.number, {})
            for seat in due.seats:
                if self._takes(due, seat):
                    party = due.stored.result.plan.parties[seat.party]
                    parent = ledger.agents.parent(party.agent, party.version) if party.version else None
                    yield from messages(due, seat, made, parent)


def _portion(messages: Iterator[pb.FollowResponse]) -> list[pb.FollowResponse]:
    """The next messages, so many as may lie in memory; none at the end."""
    portion, size = [], 0
    for message in messages:
        portion.append(message)
        size += message.ByteSize()
        if size > _PORTION_BYTES:
            break
    return portion


async def _wait(news: asyncio.Event) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(_LOOK_SECONDS):
            await news.wait()
