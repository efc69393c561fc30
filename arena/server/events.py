"""The events of this server, and the door to them: submitted, stopped and gone on with, also over restarts.

An event's agents play as they would in the lobby. Those named by SPEC run in the workers, and only registered ones: no
import path ever comes from the network.
"""

import asyncio
from collections.abc import Mapping
from typing import Final

import structlog

from arena.core.errors import ArenaError, BadRequest, Draining, NameTaken, RateLimited, TooLarge
from arena.core.game import GameSpec
from arena.core.match import GameRef, PartyRef
from arena.core.values import AgentName, Json, SetId
from arena.ledger.tournaments import EventState, StoredEvent
from arena.local.event import OpenEvent, entered, stored_sets
from arena.local.standings import EventReport, report
from arena.local.tournament import check_resumable
from arena.server.held import HeldEvent
from arena.server.joins import Taking
from arena.server.live import LiveSet
from arena.server.venue import Ground
from arena.tournament.event import Event
from arena.tournament.files import parse

MAX_EVENT_BYTES: Final = 256 * 1024
"""Of the text of an event file."""
_LISTED: Final = 1_000
log = structlog.get_logger()


class Events:
    """Implements `arena.server.joins.Door`. At most `running` events are held at once."""

    def __init__(self, ground: Ground, running: int) -> None:
        self._ground = ground
        self._running = running
        self._tournaments = ground.ledger.tournaments
        self._held: dict[str, HeldEvent] = {}
        self._changing = asyncio.Lock()
        self._reporting = asyncio.Lock()
        """Reports are much work; they are made one after another."""

    # ---- over restarts

    async def load(self) -> None:
        """Know every event that is not over, before anybody can ask for one."""
        served = await asyncio.to_thread(self._tournaments.served)
        for stored in await asyncio.to_thread(self._tournaments.all):
            if stored.id in served and stored.state is not EventState.OVER:
                try:
                    await self._load(stored)
                except ArenaError as error:
                    log.warning("tournament cannot go on", tournament=stored.id, reason=str(error))

    def begin(self) -> None:
        """Go on with every event that was being held; those that were asked to stop have."""
        for held in self._held.values():
            if held.stored.state is EventState.RUNNING:
                held.begin()
            elif held.stored.state is EventState.STOPPING:
                held.stored = self._tournaments.ask_to_stop(held.stored.id)

    async def close(self) -> None:
        """Begin nothing more; the next start of the server goes on."""
        await asyncio.gather(*(held.close() for held in self._held.values()))

    def _forget(self, tournament: str) -> None:
        """It is over."""
        self._held.pop(tournament, None)

    async def _load(self, stored: StoredEvent) -> HeldEvent:
        ledger = self._ground.ledger
        opened = await self._opened(stored)
        check_resumable(stored, opened)
        sets = await asyncio.to_thread(stored_sets, ledger, stored.id)
        rows = await asyncio.to_thread(self._tournaments.pairings, stored.id)
        over = {one.decided.pairing.id for one in sets if one.played}
        held = self._held[stored.id] = HeldEvent(
            stored,
            opened,
            await self._bots(opened.event, opened.ref),
            self._ground,
            self._forget,
            begun=await asyncio.to_thread(self._tournaments.waited_ms, stored.id) is not None,
            places=await asyncio.to_thread(self._tournaments.entrants, stored.id),
            unplayed=[row.set_id for row in rows if (row.round, row.number, row.leg) not in over],
        )
        return held

    # ---- hosts

    async def submit(self, text: str, *, new: bool) -> StoredEvent:
        """Hold an event from now on. With `new` it begins anew although one of its name is not over.

        Raises:
            TooLarge, BadEvent, UnknownGame, UnknownAgent, BadOption, NameTaken: it cannot be held here.
            BadRequest: one of its name is not over.
            RateLimited, Draining: not now.
        """
        if len(text.encode()) > MAX_EVENT_BYTES:
            raise TooLarge(f"an event file has at most {MAX_EVENT_BYTES} bytes; this one has {len(text.encode())}")
        event = await asyncio.to_thread(parse, text)
        ref, spec = await self._ground.lobby.describe(event.game, event.options)
        opened = await asyncio.to_thread(OpenEvent.made, event, ref, spec, None if event.open else ())
        bots = await self._bots(event, ref)
        async with self._changing:
            self._check_room()
            await asyncio.to_thread(self._check_new, event, new)
            stored = await asyncio.to_thread(
                self._tournaments.add,
                name=event.name,
                digest=event.digest,
                game=ref.rated_id,
                version=ref.version,
                text=text,
                served=True,
            )
            held = self._held[stored.id] = HeldEvent(stored, opened, bots, self._ground, self._forget)
            held.begin()
        log.info("tournament begins", tournament=stored.id, game=stored.game)
        return stored

    async def stop(self, tournament: str) -> StoredEvent:
        """Stop an event; matches under way are played to their end, and count.

        Raises:
            BadRequest: no event of this id is held by servers.
        """
        await self._stored(tournament)
        stored = await asyncio.to_thread(self._tournaments.ask_to_stop, tournament)
        if (held := self._held.get(tournament)) is not None and held.running:
            held.stop()
            await held.ended()
            stored = await asyncio.to_thread(self._tournaments.find, tournament)
        return stored

    async def resume(self, tournament: str) -> StoredEvent:
        """Go on with an event that was stopped.

        Raises:
            BadRequest: there is none of this id, it is over, it is being held, or its game has other rules now.
            RateLimited, Draining: not now.
        """
        stored = await self._stored(tournament)
        async with self._changing:
            held = self._held.get(tournament) or await self._load(stored)
            check_resumable(stored, held.opened)
            if held.running:
                raise BadRequest(
                    f"tournament {tournament} is being held; `arena tournament status {tournament}` with this --server "
                    "shows how it stands"
                )
            self._check_room()
            held.begin()
        return await asyncio.to_thread(self._tournaments.find, tournament)

    def _check_room(self) -> None:
        if self._ground.lobby.draining:
            raise Draining("the server is stopping and begins no events; try again after its restart")
        if sum(held.running for held in self._held.values()) >= self._running:
            raise RateLimited(f"this server holds {self._running} events at once; stop one, or wait until one is over")

    def _check_new(self, event: Event, new: bool) -> None:
        stored = self._tournaments.latest(event.name)
        if new or stored is None or stored.state is EventState.OVER:
            return
        raise BadRequest(
            f"tournament {stored.id} of this name is not over; `arena tournament status {stored.id}` and `resume "
            f"{stored.id}` with this --server show it and go on with it, and --new begins another one"
        )

    async def _bots(self, event: Event, ref: GameRef) -> Mapping[AgentName, PartyRef]:
        """The entrants that run in the workers. Nobody owns them, and their names must be nobody's."""
        here = [(entrant, entrant.spec) for entrant in event.entrants if entrant.spec is not None]
        owners = {line.name: line.owner for line in await asyncio.to_thread(self._ground.ledger.agents.all)}
        found: dict[AgentName, PartyRef] = {}
        for entrant, spec in here:
            if owners.get(entrant.name):
                raise NameTaken(f"the name {entrant.name} belongs to an agent's owner here; choose another one")
            brought = await self._ground.pool.agent_entry(spec, ref.id, ref.config)
            entry = None if brought is None else await self._ground.pool.entry(ref.id, ref.config, brought)
            found[entrant.name] = PartyRef(agent=entrant.name, version=entrant.version, spec=spec, entry=entry)
        return found

    # ---- whoever looks on

    async def lines(self) -> list[tuple[StoredEvent, str, int]]:
        """Every event that servers of this ledger hold or held, the latest last, with its state and its matches."""
        served = await asyncio.to_thread(self._tournaments.served)
        found = [one for one in await asyncio.to_thread(self._tournaments.all) if one.id in served][-_LISTED:]
        matches = await asyncio.to_thread(lambda: [self._tournaments.settled(one.id) for one in found])
        return [(one, self.state_of(one), count) for one, count in zip(found, matches, strict=True)]

    def state_of(self, stored: StoredEvent) -> str:
        """An event's state in a word."""
        held = self._held.get(stored.id)
        if held is not None and held.running:
            return held.progress.state
        return "interrupted" if stored.state.claimed else stored.state.value

    def held(self, tournament: str) -> HeldEvent | None:
        """The event of this id, while it is not over."""
        return self._held.get(tournament)

    async def report(self, tournament: str) -> EventReport:
        """How an event stands.

        Raises:
            BadRequest: no event of this id is held by servers.
        """
        stored = await self._stored(tournament)
        held = self._held.get(tournament)
        async with self._reporting:
            if held is None:
                opened = await self._opened(stored)
            elif held.admission.begun:
                opened = held.opened
            else:
                so_far = held.opened.event.filled(held.admission.entered)
                opened = OpenEvent.made(so_far, held.opened.ref, held.opened.spec)
            return await asyncio.to_thread(report, self._ground.ledger, stored, opened)

    def unplayed(self) -> set[SetId]:
        """Sets of events that are scheduled and not over: nobody is told who plays in them."""
        return {set_id for held in self._held.values() for set_id in held.unplayed}

    # ---- what other parts tell

    def closed(self, live: LiveSet) -> None:
        """A set, or a part of one, has landed."""
        for held in self._held.values():
            held.closed(live)

    def look_again(self) -> None:
        """Time stands still from now on, or goes on."""
        for held in self._held.values():
            held.look_again()

    # ---- agents

    def game(self, tournament: str, game: str, options: Mapping[str, Json]) -> tuple[GameRef, GameSpec]:
        """As `Door.game`."""
        held = self._entered(tournament)
        ref = held.opened.ref
        others = any(ref.config.get(key) != value for key, value in options.items())
        if game not in {"", ref.id, ref.rated_id} or others:
            raise BadRequest(f"tournament {tournament} is played in {ref.rated_id}; join that, or name no game")
        return ref, held.opened.spec

    def check(self, taking: Taking) -> None:
        """As `Door.check`."""
        if taking.tournament:
            self._entered(taking.tournament).admission.check(taking)

    async def admit(self, taking: Taking) -> None:
        """As `Door.admit`."""
        if taking.tournament:
            await self._entered(taking.tournament).admission.admit(taking)

    def look(self, taking: Taking, *, here: bool = True) -> None:
        """As `Door.look`."""
        if (held := self._held.get(taking.tournament)) is not None:
            held.look(taking, here=here)

    def _entered(self, tournament: str) -> HeldEvent:
        held = self._held.get(tournament)
        if held is None:
            raise BadRequest(
                f"no tournament {tournament!r} is held here, or it is over; "
                "`arena tournament list` with this --server lists them"
            )
        return held

    # ---- the ledger

    async def _stored(self, tournament: str) -> StoredEvent:
        stored = await asyncio.to_thread(self._tournaments.find, tournament)
        if tournament not in await asyncio.to_thread(self._tournaments.served):
            raise BadRequest(f"tournament {tournament} is not held by this server; leave --server out")
        return stored

    async def _opened(self, stored: StoredEvent) -> OpenEvent:
        event = await asyncio.to_thread(parse, stored.text)
        ref, spec = await self._ground.lobby.describe(event.game, event.options)
        there = await asyncio.to_thread(entered, self._ground.ledger, stored)
        return await asyncio.to_thread(OpenEvent.made, event, ref, spec, there)
