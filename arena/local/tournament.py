"""Tournaments in one process tree: due pairings become sets, sets are played by the workers and land in the ledger.

Nothing is kept here that could be lost: what is to be played is stored before it begins, what was played is in the
ledger, and a run that was killed goes on with the matches that are missing.
"""

import asyncio
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from arena.core.errors import ArenaError, BadRequest
from arena.core.values import SetId
from arena.ledger import Ledger
from arena.ledger.tournaments import EventState, StoredEvent
from arena.local.event import OpenEvent, played_of, set_id_of, stored_pairing, stored_sets, timeline_of
from arena.local.set_player import SetPlayer
from arena.match.pool import WorkerPool
from arena.tournament.schedule import Pairing
from arena.tournament.timeline import Decided

_BEAT_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Pace:
    """How far a run is: matches and sets in the ledger, of how many in all where that can be said."""

    matches: int
    sets: int
    all_matches: int | None
    all_sets: int | None


Watcher = Callable[[Pace], None]


def begin(ledger: Ledger, text: str) -> StoredEvent:
    """Store an event that is about to be run.

    Raises:
        BadEvent, UnknownGame, BadOption, UnknownAgent: it cannot be held here, and nothing is stored.
    """
    opened = OpenEvent.of(text)
    opened.parties()
    return ledger.tournaments.add(
        name=opened.event.name,
        digest=opened.event.digest,
        game=opened.ref.rated_id,
        version=opened.ref.version,
        text=text,
    )


def conduct(ledger: Ledger, stored: StoredEvent, workers: int = 1, watcher: Watcher | None = None) -> StoredEvent:
    """Play an event from wherever it stands until it is over or is asked to stop; the event as it then is.

    It stops at SIGINT and SIGTERM, and when `ask_to_stop` says so in the ledger.

    Raises:
        BadRequest: it is over, another process has it, or its game has other rules now.
        ArenaError: its game or an agent does not work, or the ledger cannot be written.
    """
    opened = OpenEvent.of(stored.text)
    _check(ledger, stored, opened)
    asyncio.run(_Conducting(ledger, stored, opened, watcher or _silent).conduct(workers))
    return ledger.tournaments.find(stored.id)


class _Conducting:
    """One process's part of an event."""

    def __init__(self, ledger: Ledger, stored: StoredEvent, opened: OpenEvent, watcher: Watcher) -> None:
        self._stored, self._opened, self._watcher = stored, opened, watcher
        self._tournaments = ledger.tournaments
        self._parties = opened.parties()
        self._claim = self._tournaments.claim(stored)
        self._timeline = timeline_of(opened.director, stored_sets(ledger, stored.id))
        self._matches = self._tournaments.settled(stored.id)
        self._began = time.monotonic()
        self._pool = WorkerPool()
        self._sets = SetPlayer(self._pool, ledger, self._count)
        self._changed = asyncio.Event()
        self._stopping = False

    async def conduct(self, workers: int) -> None:
        """Play, and leave the event as stopped or over, whatever happens."""
        with _on_signals(self._stop):
            await self._conduct(workers)

    async def _conduct(self, workers: int) -> None:
        state, note = EventState.STOPPED, ""
        try:
            await self._pool.start(workers)
            await self._play()
            if self._timeline.over(self._seconds):
                state = EventState.OVER
                note = self._opened.director.stopped(self._timeline.course, self._seconds)
        except ArenaError as error:
            note = str(error)
            raise
        finally:
            await self._pool.stop()
            with suppress(ArenaError):
                self._tournaments.release(self._stored.id, self._claim, state, note, self._spent_ms)

    async def _play(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._listen())]
                tasks += [group.create_task(self._play_set(pairing)) for pairing in self._timeline.pending]
                while not self._stopping:
                    self._changed.clear()
                    decided = self._timeline.advance(self._seconds)
                    if not decided and self._timeline.over(self._seconds):
                        break
                    await self._store(decided)
                    tasks += [group.create_task(self._play_set(one.pairing)) for one in decided]
                    self._tell()
                    await self._changed.wait()
                for task in tasks:
                    task.cancel()
        except* ArenaError as errors:
            raise errors.exceptions[0] from None

    async def _store(self, decided: Sequence[Decided]) -> None:
        if decided:
            rows = [stored_pairing(one, self._set_id(one.pairing)) for one in decided]
            await asyncio.to_thread(self._tournaments.schedule, self._stored.id, self._claim, rows)

    async def _play_set(self, pairing: Pairing) -> None:
        set_id = self._set_id(pairing)
        outcome = await self._sets.play(*self._opened.plan(pairing, set_id, self._stored.secret, self._parties))
        self._timeline.land(played_of(pairing, outcome))
        self._changed.set()

    async def _listen(self) -> None:
        """Say that this process is there, and hear whether it is to stop."""
        while True:
            await asyncio.sleep(_BEAT_SECONDS)
            beat = self._tournaments.beat
            if await asyncio.to_thread(beat, self._stored.id, self._claim, self._spent_ms) is EventState.STOPPING:
                self._stop()

    def _stop(self) -> None:
        """Begin nothing more and let go of what is under way: it is played again from its seeds."""
        self._stopping = True
        self._changed.set()

    def _count(self, matches: int) -> None:
        self._matches += matches
        self._tell()

    def _tell(self) -> None:
        sets = self._opened.expected(len(self._timeline.scheduled))
        matches = None if sets is None else sets * self._opened.set_matches
        self._watcher(Pace(self._matches, self._timeline.landed, matches, sets))

    def _set_id(self, pairing: Pairing) -> SetId:
        return set_id_of(self._stored.id, self._stored.secret, pairing)

    @property
    def _spent_ms(self) -> int:
        return self._stored.spent_ms + int((time.monotonic() - self._began) * 1_000)

    @property
    def _seconds(self) -> float:
        return self._spent_ms / 1_000


def _check(ledger: Ledger, stored: StoredEvent, opened: OpenEvent) -> None:
    if stored.state is EventState.OVER:
        raise BadRequest(f"tournament {stored.id} is over; run its file to hold it once more")
    if ledger.tournaments.running(stored):
        raise BadRequest(
            f"tournament {stored.id} is being held by process {stored.pid} on {stored.host}; "
            f"`arena tournament stop {stored.id}` stops it"
        )
    if stored.version != opened.ref.version:
        raise BadRequest(
            f"tournament {stored.id} began with version {stored.version} of {stored.game}, and {opened.ref.version} is "
            "installed; install the former, or run the file to begin anew"
        )


@contextmanager
def _on_signals(stop: Callable[[], None]) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)


def _silent(pace: Pace) -> None:
    """Nobody looks on."""


_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
