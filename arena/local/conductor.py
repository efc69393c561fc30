"""The course of an event, wherever it is held: what is due is stored, then played, and what came of it decides on.

Nothing is kept here that could be lost: what is to be played is stored before it begins, what was played is in the
ledger, and a run that was killed goes on with the matches that are missing.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from arena.core.errors import ArenaError
from arena.core.values import AgentName, SetId
from arena.ledger.tournaments import EventState
from arena.local.event import OpenEvent, set_id_of, stored_pairing
from arena.local.tenure import Tenure
from arena.tournament.schedule import Pairing, Played
from arena.tournament.timeline import Decided, Timeline


@dataclass(frozen=True, slots=True)
class Pace:
    """How far a run is: matches and sets in the ledger, of how many in all where that can be said."""

    matches: int
    sets: int
    all_matches: int | None
    all_sets: int | None


Watcher = Callable[[Pace], None]


class Venue(Protocol):
    """Where the sets of an event are played."""

    async def play(self, pairing: Pairing, set_id: SetId) -> Played:
        """Play what the ledger lacks of a set, to its end; cancelled when the event is stopped.

        Raises:
            ArenaError: it cannot be played or stored; the event stops.
        """

    def call_off(self, withdrawn: Collection[AgentName], forfeits: Sequence[Played]) -> None:
        """These are out of the event: of their pairings that are not under way, `play` is to return `forfeits`."""


class Conductor:
    """One event on its way. `waited_ms` of its running time were before it began; `matches` landed before."""

    def __init__(
        self,
        tenure: Tenure,
        opened: OpenEvent,
        timeline: Timeline,
        venue: Venue,
        watcher: Watcher,
        *,
        waited_ms: int = 0,
        matches: int = 0,
    ) -> None:
        self._tenure, self._opened, self._timeline = tenure, opened, timeline
        self._venue, self._watcher = venue, watcher
        self._waited_ms = waited_ms
        self._matches = matches
        self._landed: list[Played] = []
        """Sets that the timeline has yet to be told of: while it decides, nobody else may touch it."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()
        self._stopping = False

    async def conduct(self) -> None:
        """Play until the event is over or `stop` was called, which lets go of what is under way.

        Raises:
            ArenaError: what the venue raised first.
        """
        self.count(0)
        try:
            async with asyncio.TaskGroup() as group:
                self._spawn(group, self._timeline.pending)
                while not self._stopping:
                    self._changed.clear()
                    decided, forfeits, over = await asyncio.to_thread(self._decide)
                    if over:
                        break
                    await self._tenure.schedule([stored_pairing(one, self._set_id(one.pairing)) for one in decided])
                    self._spawn(group, [one.pairing for one in decided])
                    self._venue.call_off(self._timeline.withdrawn, forfeits)
                    self.count(0)
                    await self._changed.wait()
                for task in self._tasks:
                    task.cancel()
        except* ArenaError as errors:
            raise errors.exceptions[0] from None

    def stop(self) -> None:
        """Begin nothing more."""
        self._stopping = True
        self._changed.set()

    def count(self, matches: int) -> None:
        """So many more matches count; tells whoever looks on."""
        self._matches += matches
        self._watcher(self.pace)

    @property
    def pace(self) -> Pace:
        """How far it is."""
        sets = self._opened.expected(len(self._timeline.scheduled))
        matches = None if sets is None else sets * self._opened.set_matches
        return Pace(self._matches, self._timeline.landed, matches, sets)

    @property
    def end(self) -> tuple[EventState, str]:
        """Whether the event is over or has merely stopped, and why, in a sentence where a stop rule ended it."""
        if not self._timeline.over(self._seconds):
            return EventState.STOPPED, ""
        return EventState.OVER, self._opened.director.stopped(self._timeline.course, self._seconds)

    def _decide(self) -> tuple[Sequence[Decided], Sequence[Played], bool]:
        """What is to be played now, what need not be played any more, and whether there is nothing left."""
        while self._landed:
            self._timeline.land(self._landed.pop())
        decided = self._timeline.advance(self._seconds)
        over = not decided and self._timeline.over(self._seconds)
        return decided, self._timeline.forfeits(), over

    def _spawn(self, group: asyncio.TaskGroup, pairings: Iterable[Pairing]) -> None:
        for pairing in pairings:
            task = group.create_task(self._play(pairing))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _play(self, pairing: Pairing) -> None:
        self._landed.append(await self._venue.play(pairing, self._set_id(pairing)))
        self._changed.set()

    def _set_id(self, pairing: Pairing) -> SetId:
        return set_id_of(self._tenure.stored.id, self._tenure.stored.secret, pairing)

    @property
    def _seconds(self) -> float:
        return (self._tenure.spent_ms - self._waited_ms) / 1_000
