"""The trajectories of a ledger at hand, whose matches are played again here."""

from collections.abc import Generator, Iterator, Mapping
from functools import lru_cache
from typing import Final

from arena.agents.language.conversation import settings_of
from arena.core.errors import BadRequest, Fault, GameFault
from arena.core.match import MatchResult, Seen
from arena.core.values import AgentName
from arena.ledger import Ledger
from arena.ledger.cursor import Cursor
from arena.ledger.ratings import RatingsBefore
from arena.ledger.stream import Checkpoint, StoredMatch, head, is_past, kin, stream
from arena.rating import Rating
from arena.training.files import Row
from arena.training.formats import FORMATS
from arena.training.pairs import same_deal
from arena.training.request import Request
from arena.training.source import Match
from arena.training.trajectory import Parents, Replay, Trajectory, trajectories

_LINEAGE: Final = 10_000
"""Versions whose parents are kept in memory."""
_KIN: Final = 16
"""Earlier matches of its set that a match is compared with."""


class Stored:
    """A `Source`; `replay` plays matches again."""

    kind = "ledger"
    where = ""

    def __init__(self, ledger: Ledger, request: Request, replay: Replay) -> None:
        self._ledger = ledger
        self._request = request
        self._form = FORMATS[request.format]
        self._settings = settings_of(request.told)
        self._replay = replay
        self._until = Checkpoint(-1, b"")
        self._ratings = RatingsBefore(ledger, request.system)
        self._parents = _parents(ledger)
        self._kept: dict[int, list[Trajectory]] = {}

    @property
    def origin(self) -> Row:
        """The last entry and its hash, which covers all before it."""
        return {"entry": self._until.entry, "hash": self._until.hash.hex()}

    def begin(self) -> None:
        """Up to the ledger's present end."""
        now = head(self._ledger)
        if now is None:
            raise BadRequest("the ledger is empty; play something first, or name another one by --db")
        self._until = now

    def resume(self, origin: Row) -> str:
        """Up to where the ledger ended then, if it is the same one."""
        self._until = Checkpoint(origin["entry"], bytes.fromhex(origin["hash"]))
        same = is_past(self._ledger, self._until)
        return "" if same else "was begun with another ledger; remove it, or name that one by --db"

    def matches(self, after: str) -> Generator[Match]:
        """Those with a wanted seat, in the order they landed."""
        for stored in stream(self._ledger, self._request.wanted, self._until, Cursor.parse(after).match):
            if chosen := list(self._chosen(stored)):
                yield Match(chosen, str(Cursor.behind(stored)))

    def _chosen(self, stored: StoredMatch) -> Iterator[Trajectory]:
        ratings, result = self._ratings.of(stored), stored.result
        if result.seats and not any(self._request.takes(result, seat, ratings) for seat in result.seats):
            return
        akin = self._kin(stored, ratings) if self._form.kin else ()
        for one in trajectories(stored, self._seen(result), ratings, self._parents, self._settings):
            if self._request.takes(result, one.seat, ratings):
                one.kin = [each for each in akin if each.seat.seat == one.seat.seat]
                yield one

    def _kin(self, stored: StoredMatch, ratings: Mapping[AgentName, Rating]) -> list[Trajectory]:
        """The wanted seats of earlier matches of the same deal that may have come through the same positions.

        What they are must not depend on what is kept, or a killed export would go on to other bytes.
        """
        wanted = self._request.wanted
        if stored.result.void:
            return []
        found = kin(self._ledger, stored, _KIN)
        same = [each for each in found if same_deal(each.result.plan, stored.result.plan)]
        akin = [one for each in same if each.result.ended_ms >= wanted.since_ms for one in self._known(each)]
        for one in akin:
            one.rating = ratings.get(one.agent)
        return [one for one in akin if self._request.takes(one.result, one.seat, ratings)]

    def _known(self, stored: StoredMatch) -> list[Trajectory]:
        """Its seats, kept for the next match that is akin."""
        if stored.number not in self._kept:
            seen = self._seen(stored.result)
            self._kept[stored.number] = [*trajectories(stored, seen, {}, self._parents, self._settings)]
            if len(self._kept) > _KIN + 1:
                del self._kept[next(iter(self._kept))]
        return self._kept[stored.number]

    def _seen(self, result: MatchResult) -> Seen | None:
        try:
            return self._replay(result, self._form.views)
        except Fault as fault:
            raise GameFault(f"match {result.plan.match_id} cannot be played again: {fault}") from fault


def _parents(ledger: Ledger) -> Parents:
    @lru_cache(maxsize=_LINEAGE)
    def parent(agent: AgentName, checkpoint: str) -> tuple[str, str] | None:
        return ledger.agents.parent(agent, checkpoint)

    return parent
