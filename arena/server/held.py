"""One event that this server holds, from the claim of its ledger's row to the release."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import structlog

from arena.core.errors import ArenaError, BadEvent, LedgerFault
from arena.core.match import PartyRef
from arena.core.values import AgentName, SetId
from arena.ledger.served import StoredEntrant
from arena.ledger.tournaments import EventState, StoredEvent
from arena.local.conductor import Conductor, Pace
from arena.local.event import OpenEvent, stored_sets, timeline_of
from arena.local.tenure import Tenure
from arena.server.admission import Admission
from arena.server.joins import Taking
from arena.server.live import LiveSet
from arena.server.venue import Ground, Hosting
from arena.tournament.schedule import Entrant

_RETRY_SECONDS: Final = 1.0
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an event is: `state` in a word, and how many entrants there are of those that are wanted, if known."""

    state: str
    pace: Pace
    entrants: int
    wanted: int | None


class HeldEvent:
    """An event that is not over. It runs from `begin` until `stop`, or until its end; agents may come at any time.

    `unplayed` are sets that are scheduled and not over: nobody is told who plays in them. `on_over` is told its id.
    """

    def __init__(
        self,
        stored: StoredEvent,
        opened: OpenEvent,
        bots: Mapping[AgentName, PartyRef],
        ground: Ground,
        on_over: Callable[[str], None],
        *,
        begun: bool = False,
        places: Sequence[StoredEntrant] = (),
        unplayed: Iterable[SetId] = (),
    ) -> None:
        self.stored = stored
        self.opened = opened
        self.admission = Admission(stored.id, opened.event, ground.ledger, places, begun=begun)
        self.unplayed = set(unplayed)
        self._bots, self._ground, self._on_over = bots, ground, on_over
        self._came = asyncio.Event()
        self._stopping = False
        self._conductor: Conductor | None = None
        self._hosting: Hosting | None = None
        self._task: asyncio.Task[None] | None = None
        self._pace = Pace(0, 0, None, None)

    @property
    def running(self) -> bool:
        """Whether it is being held now."""
        return self._task is not None and not self._task.done()

    @property
    def progress(self) -> Progress:
        """How far it is."""
        event, begun = self.opened.event, self.admission.begun
        state = "running" if begun or event.open is None else "waiting"
        there = len(event.entrants) + (0 if begun else len(self.admission.entered))
        wanted = event.open.entrants if event.open is not None and not begun else there
        return Progress(state if self.running else self.stored.state.value, self._pace, there, wanted)

    # ---- what happens meanwhile

    def look(self, taking: Taking, *, here: bool) -> None:
        """As `Door.look`."""
        self.admission.roster.note(taking, here=here)
        self._came.set()
        self.look_again()

    def look_again(self) -> None:
        """See whose turn it is; time may stand still from now on, or go on."""
        if self._hosting is not None:
            self._hosting.look()

    def closed(self, live: LiveSet) -> None:
        """A part of a set has landed."""
        if self._hosting is not None:
            self._hosting.closed(live)

    # ---- running

    def begin(self) -> None:
        """Hold it from now on."""
        self._stopping = False
        self._task = asyncio.get_running_loop().create_task(self._run())

    def stop(self) -> None:
        """Begin no further matches; those under way are played to their end, and count."""
        self._stopping = True
        self._came.set()
        if self._conductor is not None:
            self._conductor.stop()

    async def ended(self) -> None:
        """Wait until it is held no longer."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def close(self) -> None:
        """Let go of it without a word, as a kill would: the next start of the server goes on."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        """Hold it, once more whenever the ledger has failed."""
        while True:
            try:
                await self._hold()
                return
            except LedgerFault as error:
                log.warning("tournament waits for the ledger", tournament=self.stored.id, reason=str(error))
                await asyncio.sleep(_RETRY_SECONDS)
            except Exception:  # border: one event must not take the server along
                log.exception("tournament failed", tournament=self.stored.id)
                return

    async def _hold(self) -> None:
        tournaments = self._ground.ledger.tournaments
        self.stored = await asyncio.to_thread(tournaments.find, self.stored.id)
        tenure = await asyncio.to_thread(Tenure, tournaments, self.stored)
        try:
            state, note = await self._listened(tenure)
        except LedgerFault:
            raise
        except ArenaError as error:
            state, note = EventState.STOPPED, str(error)
            log.warning("tournament stopped", tournament=self.stored.id, reason=note)
        await asyncio.to_thread(tenure.release, state, note)
        self.stored = await asyncio.to_thread(tournaments.find, self.stored.id)
        if state is EventState.OVER:
            self._dismiss(taking.party.agent for taking in self.admission.roster.all())
            self._on_over(self.stored.id)

    async def _listened(self, tenure: Tenure) -> tuple[EventState, str]:
        """How it ended; until then the ledger is told that somebody holds it."""
        try:
            async with asyncio.TaskGroup() as group:
                listening = group.create_task(tenure.listen(self.stop))
                end = await self._conduct(tenure)
                listening.cancel()
        except* ArenaError as errors:
            raise errors.exceptions[0] from None
        finally:
            if self._hosting is not None:
                self._hosting.close()
            self._conductor = self._hosting = None
        return end

    async def _conduct(self, tenure: Tenure) -> tuple[EventState, str]:
        """Wait for its entrants where it is open, then play it."""
        ledger, event = self._ground.ledger, self.stored.id
        await self._gather(tenure)
        if self._stopping:
            return EventState.STOPPED, ""
        timeline = timeline_of(self.opened.director, await asyncio.to_thread(stored_sets, ledger, event))
        waited = await asyncio.to_thread(ledger.tournaments.waited_ms, event)
        matches = await asyncio.to_thread(ledger.tournaments.settled, event)
        hosting = Hosting(
            self.stored, self.opened, self._bots, self.admission.roster, self._ground, tenure.claim, self.unplayed
        )
        conductor = Conductor(
            tenure, self.opened, timeline, hosting, self._watch, waited_ms=waited or 0, matches=matches
        )
        hosting.on_landed, hosting.on_retired = conductor.count, self._retire
        self._conductor, self._hosting = conductor, hosting
        if not self._stopping:
            await conductor.conduct()
        return conductor.end

    def _watch(self, pace: Pace) -> None:
        self._pace = pace

    def _retire(self, names: Collection[AgentName]) -> None:
        self.admission.withdrawn = names
        self._dismiss(names)

    def _dismiss(self, names: Iterable[AgentName]) -> None:
        """There is nothing more to play for these."""
        gone = frozenset(names)
        for taking in self.admission.roster.all():
            if taking.party.agent in gone:
                self._ground.lobby.leave(taking.session, taking.id)

    # ---- beginning

    async def _gather(self, tenure: Tenure) -> None:
        """Return once it is known who takes part, which is noted; or when it is stopped before."""
        while not self.admission.begun and not self._stopping:
            self._came.clear()
            seconds = tenure.spent_ms / 1_000
            entered = self.admission.enough(seconds)
            if entered is not None and (opened := self._made(entered)) is not None:
                await self._begin(tenure, opened, entered)
                return
            rule = self.opened.event.open
            rest = None if rule is None or rule.seconds is None else max(rule.seconds - seconds, _RETRY_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(rest):
                    await self._came.wait()

    def _made(self, entered: Sequence[Entrant]) -> OpenEvent | None:
        """The event with these entrants; None while they are too few for its format."""
        opened = self.opened
        try:
            return OpenEvent.made(opened.event, opened.ref, opened.spec, entered)
        except BadEvent as error:
            log.info("tournament waits", tournament=self.stored.id, reason=str(error))
            return None

    async def _begin(self, tenure: Tenure, opened: OpenEvent, entered: Sequence[Entrant]) -> None:
        rows = [StoredEntrant(name=one.name, owner=one.owner, version=one.version) for one in entered]
        begin = self._ground.ledger.tournaments.begin
        await asyncio.to_thread(begin, self.stored.id, tenure.claim, tenure.spent_ms, rows)
        self.opened = opened
        self.admission.begin(opened.event, rows)
        known = {one.name for one in opened.event.entrants}
        self._dismiss({t.party.agent for t in self.admission.roster.all()} - known)
