"""Spectators of live matches: what the rules make public, to as many as want to look; a slow one loses views."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Collection, Iterator, Sequence
from contextlib import contextmanager

from arena.core.errors import BadRequest, RateLimited
from arena.core.match import MatchResult
from arena.core.seams import Executor
from arena.core.values import EVENTS, TEXT, Fields, MatchId
from arena.server.frames import outcomes
from arena.server.session import Principal
from arena.v1 import play_pb2
from arena.v1 import results_pb2 as pb
from arena.wire.limits import MAX_NAME, MAX_WANTS

_KEPT_VIEWS = 64
_USUAL: Fields = frozenset({TEXT, EVENTS})


def wanted(names: Collection[str]) -> Fields:
    """What a spectator wants to see: the fields it names; text and events if it names none.

    Raises:
        BadRequest: it names too many, or too long ones.
    """
    if len(names) > MAX_WANTS or any(len(name) > MAX_NAME for name in names):
        raise BadRequest(f"wants names at most {MAX_WANTS} fields of at most {MAX_NAME} characters each")
    return frozenset(names) or _USUAL


class Watchers:
    """How many streams each caller has open at once, of at most `limit`; `what` is what of those may be done."""

    def __init__(self, limit: int, what: str = "matches may be watched") -> None:
        self._limit, self._what = limit, what
        self._watching: Counter[tuple[str, str]] = Counter()

    @contextmanager
    def seat(self, principal: Principal) -> Iterator[None]:
        """Count one more for as long as the block lasts.

        Raises:
            RateLimited: the caller has as many as it may.
        """
        if self._watching[principal.quota] >= self._limit:
            raise RateLimited(f"{self._limit} {self._what} at once; leave one of them first")
        self._watching[principal.quota] += 1
        try:
            yield
        finally:
            self._watching[principal.quota] -= 1
            self._watching += Counter()  # drop those at zero


class Spectator:
    """One reader's queue: bounded, the newest views are kept and the lost ones counted."""

    def __init__(self, wants: Fields) -> None:
        self.wants = wants
        self._views: asyncio.Queue[pb.WatchMatchResponse] = asyncio.Queue(_KEPT_VIEWS)
        self._dropped = 0
        self._shown: Sequence[play_pb2.Field] | None = None
        self._next_event = 0

    def show(self, view: pb.WatchMatchResponse) -> None:
        """Queue what is wanted of a view and is new to this reader: others may want more, or come later."""
        fields = [field for field in view.fields if field.name in self.wants]
        events = self._news(view.events) if EVENTS in self.wants else []
        if events or fields != self._shown:
            self._shown = fields
            self._queue(pb.WatchMatchResponse(step=view.step, fields=fields, events=events))

    def end(self, ended: play_pb2.MatchEnded) -> None:
        """Queue the end; no views follow."""
        self._queue(pb.WatchMatchResponse(ended=ended))

    async def views(self) -> AsyncGenerator[pb.WatchMatchResponse]:
        """Views until the one that tells the end."""
        while True:
            view = await self._views.get()
            yield view
            if view.HasField("ended"):
                return

    def _news(self, events: Sequence[play_pb2.Event]) -> list[play_pb2.Event]:
        """Events that follow those it has; after a gap none, because then the whole story is under way."""
        news = [event for event in events if event.number >= self._next_event]
        if not news or news[0].number > self._next_event:
            return []
        self._next_event = news[-1].number + 1
        return news

    def _queue(self, view: pb.WatchMatchResponse) -> None:
        if self._views.full():
            self._views.get_nowait()
            self._dropped += 1
        view.dropped = self._dropped
        self._views.put_nowait(view)


class Gallery:
    """The spectators of each match. Workers make views for watched matches alone, and of what somebody wants there."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._watching: dict[MatchId, set[Spectator]] = {}

    async def views(self, match: MatchId, wants: Fields) -> AsyncGenerator[pb.WatchMatchResponse]:
        """What a new spectator sees of a live match: the whole view first, the end last."""
        spectator = self.enter(match, wants)
        try:
            async for view in spectator.views():
                yield view
        finally:
            self.leave(match, spectator)

    def enter(self, match: MatchId, wants: Fields) -> Spectator:
        """A new spectator. All of a match are shown the whole view then, in which only the new one finds news."""
        spectator = Spectator(wants)
        watching = self._watching.setdefault(match, set())
        watching.add(spectator)
        self._executor.watch(match, frozenset().union(*(each.wants for each in watching)))
        return spectator

    def leave(self, match: MatchId, spectator: Spectator) -> None:
        """A spectator looks no longer."""
        watching = self._watching.get(match, set())
        watching.discard(spectator)
        if not watching and self._watching.pop(match, None) is not None:
            self._executor.watch(match, None)

    def show(self, match: MatchId, view: bytes) -> None:
        """Pass a worker's view on."""
        if watching := self._watching.get(match):
            made = pb.WatchMatchResponse.FromString(view)
            for spectator in watching:
                spectator.show(made)

    def end(self, result: MatchResult) -> None:
        """Tell the end of a match."""
        for spectator in self._watching.pop(result.plan.match_id, ()):
            spectator.end(
                play_pb2.MatchEnded(match_id=result.plan.match_id, outcomes=outcomes(result), void=result.void)
            )
