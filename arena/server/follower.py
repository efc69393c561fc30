"""One follower of finished trajectories: it goes through the ledger at its own pace, and nothing is kept for it.

What it has not taken yet lies in the ledger, so that a slow one costs no memory: the server holds a few matches of it
and the trajectory that is being sent. What it has dealt with it keeps itself, as a cursor.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Final, TypeAlias

from arena.core.agent import Provenance
from arena.core.errors import ArenaError, BadRequest, Fault
from arena.core.match import MatchResult, SeatResult
from arena.core.values import AgentName, SetId
from arena.ledger.cursor import BEGINNING, NOW, Cursor, behind, check, newest
from arena.ledger.ratings import RatingsBefore
from arena.ledger.stream import Checkpoint, StoredMatch, page, provenance
from arena.rating import Rating
from arena.server.archive import Archive, Recalled
from arena.server.asked import Asked
from arena.server.trajectories import Told, seats_of
from arena.v1 import feed_pb2 as pb

Ratings: TypeAlias = Mapping[AgentName, Rating]

_PAGE: Final = 16
"""Matches of one follower that are held at once, without provenance."""
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

    With `until_now` the stream ends where it would wait, or behind what had landed when it began.
    """

    def __init__(
        self, archive: Archive, news: News, is_live: Callable[[SetId], bool], asked: Asked, *, until_now: bool
    ) -> None:
        self._archive = archive
        self._news = news
        self._is_live = is_live
        self._asked = asked
        self._until_now = until_now
        self._ratings = RatingsBefore(archive.ledger, asked.system)
        self._at = Cursor()
        self._stopped = False

    async def begin(self, cursor: str, window: int) -> None:
        """Stand at a cursor, at most `window` matches back if that is not 0.

        Raises:
            BadRequest: it is none of this ledger, or too far back.
        """
        ledger, read = self._archive.ledger, self._archive.read
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
                before = self._at
            self._stopped |= self._until_now
            if self._at != before and (self._stopped or now() - said >= _LOOK_SECONDS):
                yield pb.FollowResponse(cursor=str(self._at))
                said = now()
            if not self._stopped:
                await _wait(news)

    async def _landed(self) -> AsyncGenerator[pb.FollowResponse]:
        """Everything up to where the ledger ends now."""
        ledger, read = self._archive.ledger, self._archive.read
        end = await read(newest, ledger)
        if end.at is None:
            return
        await read(self._ratings.grow)
        after = self._at.match if self._at.seat is None else self._at.match - 1
        while found := await read(self._page, end.at, after):
            for stored, ratings in found:
                async for message in self._match(stored, ratings):
                    yield message
                if self._stopped:
                    return
                self._at = Cursor.behind(stored)
            after = self._at.match
        self._at = max(self._at, end, key=lambda cursor: cursor.match)

    def _page(self, end: Checkpoint, after: int) -> list[tuple[StoredMatch, Ratings]]:
        found = page(self._archive.ledger, self._asked.wanted, end, after, _PAGE)
        return [(stored, self._ratings.of(stored)) for stored in found]

    async def _match(self, stored: StoredMatch, ratings: Ratings) -> AsyncGenerator[pb.FollowResponse]:
        result = stored.result
        if result.seats and not self._chosen(stored, result.seats, ratings):
            return
        if not await self._may_tell(result):
            self._stopped = True
            return
        recalled = await self._recalled(result)
        masked = self._asked.strangers(result) if self._is_live(result.plan.set_id) else ()
        for message in await self._archive.read(self._told, stored, recalled, ratings, masked):
            yield message

    def _told(
        self, stored: StoredMatch, recalled: Recalled | ArenaError, ratings: Ratings, masked: Collection[int]
    ) -> list[pb.FollowResponse]:
        ledger, parties = self._archive.ledger, stored.result.plan.parties
        made: Mapping[int, Provenance] = {}
        if stored.made and self._asked.told_of_play:
            made = provenance(ledger, [stored.number], self._asked.wanted.owner).get(stored.number, {})
        found: list[pb.FollowResponse] = []
        for seat in self._chosen(stored, seats_of(stored.result, recalled), ratings):
            agent, version = parties[seat.party].agent, parties[seat.party].version
            parent = ledger.agents.parent(agent, version) if version else None
            found += Told(stored, seat, recalled, made, parent, ratings.get(agent), masked).messages()
        return found

    def _chosen(self, stored: StoredMatch, seats: Sequence[SeatResult], ratings: Ratings) -> list[SeatResult]:
        """The seats that are still to be told."""
        done = self._at.seat if self._at.match == stored.number and self._at.seat is not None else -1
        parties = stored.result.plan.parties
        return [
            seat
            for seat in seats
            if seat.seat > done and self._asked.takes(stored.result, seat, ratings.get(parties[seat.party].agent))
        ]

    async def _may_tell(self, result: MatchResult) -> bool:
        """Wait until everybody may know who played, where the reader is just anybody; False where it is not to wait."""
        while not self._asked.reader.owner:
            news = self._news.next
            if not self._is_live(result.plan.set_id):
                return True
            if self._until_now:
                return False
            await _wait(news)
        return True

    async def _recalled(self, result: MatchResult) -> Recalled | ArenaError:
        try:
            return await self._archive.recall(result)
        except ArenaError as error:
            if type(error) is Fault:  # ours: it is not the match that cannot be played again
                raise
            return error


async def _wait(news: asyncio.Event) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(_LOOK_SECONDS):
            await news.wait()
