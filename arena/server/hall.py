"""All parts of one server, made and wired together, and closed."""

import asyncio
import os
import secrets
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from arena.core.errors import LedgerFault
from arena.core.game import GameOffer
from arena.core.match import MatchResult
from arena.core.values import MatchId
from arena.ledger import Ledger
from arena.match.messages import Report
from arena.match.pool import WorkerPool
from arena.server.arbiter import Arbiter
from arena.server.archive import Archive
from arena.server.events import Events
from arena.server.follower import News
from arena.server.guests import Guests
from arena.server.identity import Identity
from arena.server.journal import Journal
from arena.server.live import LiveMatch, LiveSet
from arena.server.lobby import Lobby
from arena.server.metrics import Metrics
from arena.server.play import Play
from arena.server.restoring import Restoring
from arena.server.results import Results
from arena.server.session import Session
from arena.server.sets import Sets
from arena.server.settings import Settings
from arena.server.venue import Ground
from arena.server.watch import Gallery


class Hall:
    """One arena in one process. Make it with `open`, inside a running loop."""

    def __init__(self, settings: Settings, ledger: Ledger, state: Path, pool: WorkerPool) -> None:
        self.settings = settings
        self.ledger = ledger
        self.pool = pool
        self.journal = Journal(state / "journal")
        self.identity = Identity(ledger)
        self.guests = Guests(self.identity)
        self._watching: asyncio.Task[None] | None = None
        self.metrics = Metrics(self)
        self.gallery = Gallery(pool)
        self.archive, self.news = Archive(ledger), News()
        self.arbiter = Arbiter(pool, self.journal, self._over)
        self.arbiter.on_view = self._view
        self._views: list[tuple[MatchId, bytes]] = []
        self.journal.on_pause = self._pause
        self.journal.on_resume = self._resume
        self.lobby = Lobby(pool, self.journal, self.identity, settings)
        self.sets = Sets(self.arbiter, ledger, self.journal, _secret(state), self._closed, self._announced)
        self.lobby.on_draw = self.sets.begin
        self.play = Play(self.arbiter, self.lobby, self.journal, settings, self._lost)
        ground = Ground(ledger=ledger, pool=pool, journal=self.journal, lobby=self.lobby, sets=self.sets)
        self.events = self.lobby.door = Events(ground, settings.max_events)
        self.results = Results(ledger, self.arbiter, self.events.unplayed)
        pool.on_reports = self._reports

    @classmethod
    async def open(cls, settings: Settings) -> "Hall":
        """A server's parts, with every live match of an earlier run going on; say with `serving` when peers can come.

        Raises:
            LedgerFault: the ledger or the journal cannot be opened.
        """
        ledger = Ledger.open(settings.db, state=settings.state)
        if ledger.state is None:
            raise LedgerFault("a server on PostgreSQL needs a folder for its keys and its journal: give --state")
        pool = WorkerPool("arena.wire.codec:CODEC")
        hall = cls(settings, ledger, ledger.state, pool)
        await pool.start(settings.workers)
        await hall.events.load()
        await Restoring(hall.play, hall.lobby, hall.sets).restore(hall.journal.snapshot)
        hall.journal.flush()
        return hall

    def serving(self) -> None:
        """Peers can connect from now on, and sessions of an earlier run have their time to come back."""
        self.play.await_restored()
        self._watching = asyncio.create_task(self.guests.watch())
        self.events.begin()

    async def games(self) -> Sequence[GameOffer]:
        """Every game on offer, with the reason where it is not available."""
        return await self.pool.list_games()

    async def close(self) -> None:
        """Stop the clocks and the workers, and put everything on the disk."""
        if self._watching is not None:
            self._watching.cancel()
        self.lobby.stop()
        await self.events.close()
        self.arbiter.stop()
        await self.pool.stop()
        await self.archive.close()
        self.ledger.close()
        await asyncio.sleep(0)  # what the ledger has just written is noted
        self.journal.close()

    # ---- what parts tell one another

    def _reports(self, reports: Sequence[Report]) -> None:
        self.arbiter.take(reports)
        self.journal.flush()
        views, self._views = self._views, []
        if self.journal.durable.is_set():  # what could still be undone by a kill is shown to nobody
            for match, view in views:
                self.gallery.show(match, view)

    def _view(self, match: MatchId, view: bytes) -> None:
        self._views.append((match, view))

    def _over(self, live: LiveMatch, result: MatchResult) -> None:
        self.metrics.count(result)
        self.sets.land(live, result)

    def _announced(self, result: MatchResult) -> None:
        self.gallery.end(result)
        self.news.tell()

    def _closed(self, live: LiveSet) -> None:
        """A set is complete: its slots wait again, and joins that have had enough end."""
        slots = Counter((lane.session.id, lane.join) for lane in live.lanes)
        for key, count in slots.items():
            self.lobby.give_back(key, count, len(live.landed))
        self.events.closed(live)
        self.news.tell()

    def _pause(self) -> None:
        """Nothing can be written: nobody's time runs."""
        self.arbiter.clocks.pause()
        self.events.look_again()

    def _resume(self) -> None:
        self.arbiter.clocks.resume()
        self.events.look_again()

    def _lost(self, session: Session) -> None:
        """A dropped session did not come back. After a restart that may be our fault: then nobody is charged."""
        if session.restored:
            for key in self.lobby.keys_of(session):
                self.sets.abandon(key, "the server was restarted, and the agent did not come back")
        self.arbiter.forsake(session)
        self.lobby.forsake(session)


def _secret(state: Path) -> bytes:
    """The key that seeds are derived from; made at the first start, and never in the ledger."""
    path = state / "secret"
    if not path.exists():
        state.mkdir(parents=True, exist_ok=True)
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(secrets.token_bytes(32))
    return path.read_bytes()
