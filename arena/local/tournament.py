"""Tournaments in one process tree: the workers play the sets of an event, whose agents all live there."""

import asyncio
import signal
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from arena.core.errors import ArenaError, BadRequest
from arena.core.values import AgentName, SetId
from arena.ledger import Ledger
from arena.ledger.tournaments import EventState, StoredEvent
from arena.local.conductor import Conductor, Pace, Watcher
from arena.local.event import OpenEvent, played_of, stored_sets, timeline_of
from arena.local.set_player import SetPlayer
from arena.local.tenure import Tenure
from arena.match.pool import WorkerPool
from arena.tournament.schedule import Pairing, Played


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
        BadRequest: it is over, another process or a server has it, or its game has other rules now.
        ArenaError: its game or an agent does not work, or the ledger cannot be written.
    """
    if stored.id in ledger.tournaments.served():
        raise BadRequest(
            f"tournament {stored.id} is held by the server of this ledger; "
            f"`arena tournament resume {stored.id} --server HOST:PORT` has it go on there"
        )
    opened = OpenEvent.of(stored.text)
    _check(ledger, stored, opened)
    asyncio.run(_hold(ledger, stored, opened, workers, watcher or _silent))
    return ledger.tournaments.find(stored.id)


async def _hold(ledger: Ledger, stored: StoredEvent, opened: OpenEvent, workers: int, watcher: Watcher) -> None:
    """Play, and leave the event as stopped or over, whatever happens."""
    workshop = _Workshop(ledger, stored, opened)
    tenure = Tenure(ledger.tournaments, stored)
    timeline = timeline_of(opened.director, stored_sets(ledger, stored.id))
    matches = ledger.tournaments.settled(stored.id)
    conductor = Conductor(tenure, opened, timeline, workshop, watcher, matches=matches)
    workshop.on_landed = conductor.count
    state, note = EventState.STOPPED, ""
    with _on_signals(conductor.stop):
        try:
            await workshop.pool.start(workers)
            await _conduct(tenure, conductor)
            state, note = conductor.end
        except ArenaError as error:
            note = str(error)
            raise
        finally:
            await workshop.pool.stop()
            tenure.release(state, note)


async def _conduct(tenure: Tenure, conductor: Conductor) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            listening = group.create_task(tenure.listen(conductor.stop))
            await conductor.conduct()
            listening.cancel()
    except* ArenaError as errors:
        raise errors.exceptions[0] from None


class _Workshop:
    """The workers as a venue; `on_landed` is told how many more matches count."""

    def __init__(self, ledger: Ledger, stored: StoredEvent, opened: OpenEvent) -> None:
        self._stored, self._opened = stored, opened
        self._parties = opened.parties()
        self.on_landed: Callable[[int], None] = lambda matches: None
        self.pool = WorkerPool()
        self._sets = SetPlayer(self.pool, ledger, self._count)

    async def play(self, pairing: Pairing, set_id: SetId) -> Played:
        """As `Venue.play`."""
        plan = self._opened.plan(pairing, set_id, self._stored.secret, self._parties)
        return played_of(pairing, await self._sets.play(*plan))

    def call_off(self, withdrawn: Collection[AgentName], forfeits: Sequence[Played]) -> None:
        """As `Venue.call_off`: an agent that always fails here does so in no time, and its sets are on record."""

    def _count(self, matches: int) -> None:
        self.on_landed(matches)


def _check(ledger: Ledger, stored: StoredEvent, opened: OpenEvent) -> None:
    if ledger.tournaments.running(stored):
        raise BadRequest(
            f"tournament {stored.id} is being held by process {stored.pid} on {stored.host}; "
            f"`arena tournament stop {stored.id}` stops it"
        )
    check_resumable(stored, opened)


def check_resumable(stored: StoredEvent, opened: OpenEvent) -> None:
    """Refuse to go on with an event that is over, or whose game has other rules now.

    Raises:
        BadRequest: it is one of these.
    """
    if stored.state is EventState.OVER:
        raise BadRequest(f"tournament {stored.id} is over; run its file to hold it once more")
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
