"""Spectators of live matches: what the rules make public, to as many as want to look; a slow one loses views."""

import asyncio
from collections.abc import AsyncIterator

from arena.core.match import MatchResult
from arena.core.seams import Executor
from arena.core.values import EVENTS, TEXT, Fields, MatchId
from arena.server.frames import outcomes
from arena.v1 import play_pb2
from arena.v1 import results_pb2 as pb

_KEPT_VIEWS = 64


class Spectator:
    """One reader's queue: bounded, the newest views are kept and the lost ones counted."""

    def __init__(self) -> None:
        self._views: asyncio.Queue[pb.WatchMatchResponse] = asyncio.Queue(_KEPT_VIEWS)
        self._dropped = 0

    def show(self, view: pb.WatchMatchResponse) -> None:
        """Queue a view; in a full queue the oldest gives way."""
        if self._views.full():
            self._views.get_nowait()
            self._dropped += 1
        view.dropped = self._dropped
        self._views.put_nowait(view)

    async def views(self) -> AsyncIterator[pb.WatchMatchResponse]:
        """Views until the one that tells the end."""
        while True:
            view = await self._views.get()
            yield view
            if view.HasField("ended"):
                return


class Gallery:
    """The spectators of each match. Workers make views only for matches that somebody watches."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._watching: dict[MatchId, set[Spectator]] = {}

    def enter(self, match: MatchId, wants: Fields = frozenset({TEXT, EVENTS})) -> Spectator:
        """A new spectator, who first gets the whole view."""
        spectator = Spectator()
        self._watching.setdefault(match, set()).add(spectator)
        self._executor.watch(match, wants)
        return spectator

    def leave(self, match: MatchId, spectator: Spectator) -> None:
        """A spectator looks no longer."""
        watching = self._watching.get(match, set())
        watching.discard(spectator)
        if not watching and self._watching.pop(match, None) is not None:
            self._executor.watch(match, None)

    def show(self, match: MatchId, view: bytes) -> None:
        """Pass a worker's view on."""
        for spectator in self._watching.get(match, ()):
            spectator.show(pb.WatchMatchResponse.FromString(view))

    def end(self, result: MatchResult) -> None:
        """Tell the end of a match."""
        watching = self._watching.pop(result.plan.match_id, ())
        for spectator in watching:
            ended = play_pb2.MatchEnded(match_id=result.plan.match_id, outcomes=outcomes(result), void=result.void)
            spectator.show(pb.WatchMatchResponse(ended=ended))
