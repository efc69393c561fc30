"""A server as the place where an event's sets are played: match by match, as soon as its agents are there and free.

Between two matches of a set its agents are free for other sets, so that sets are interleaved, and under ids that do not
tell which matches are of one set. What agents of the workers play among themselves needs nobody and is played apart.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from arena.core.errors import LedgerFault
from arena.core.match import MatchPlan, PartyRef, SetPlan
from arena.core.values import AgentName, SetId
from arena.ledger import Ledger
from arena.ledger.tournaments import StoredEvent
from arena.local.event import OpenEvent, played_of
from arena.local.set_player import SetPlayer
from arena.match.pool import WorkerPool
from arena.server.joins import Taking
from arena.server.journal import Journal
from arena.server.live import Lane, LiveSet
from arena.server.lobby import Lobby
from arena.server.roster import Roster
from arena.server.session import Principal, Session
from arena.server.sets import Sets
from arena.tournament.muster import Muster
from arena.tournament.schedule import Pairing, PairingId, Played
from arena.tournament.sets import is_again, missing
from arena.wire.limits import Limits

_PIECE_SECONDS: Final = 0.05
"""Of a set among agents of the workers, before the remote agents' matches there go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The parts of a server that events are played with."""

    ledger: Ledger
    pool: WorkerPool
    journal: Journal
    lobby: Lobby
    sets: Sets


@dataclass(slots=True, kw_only=True)
class _Course:
    """A set on its way. `plan` and `matches` name its agents only; `rest` is what is still to be played."""

    pairing: Pairing
    names: frozenset[AgentName]
    plan: SetPlan
    matches: Sequence[MatchPlan]
    rest: list[MatchPlan] = field(default_factory=list)
    turn: "asyncio.Future[Played | LiveSet]" = field(init=False)
    """What comes of the match that is next: the pairing is forfeited, or the match is over."""


class Hosting:
    """Implements `arena.local.conductor.Venue`; `bots` are the entrants that run in the workers.

    `unplayed` has the sets of remote agents that are not over. `on_landed` is told how many more matches count,
    `on_retired` who is out of the event.
    """

    def __init__(
        self,
        stored: StoredEvent,
        opened: OpenEvent,
        bots: Mapping[AgentName, PartyRef],
        roster: Roster,
        ground: Ground,
        claim: str,
        unplayed: set[SetId],
    ) -> None:
        self._stored, self._opened, self._bots, self._roster = stored, opened, bots, roster
        self._ground, self._claim = ground, claim
        self.on_landed: Callable[[int], None] = lambda matches: None
        self.on_retired: Callable[[Collection[AgentName]], None] = lambda names: None
        self._unplayed = unplayed
        self._loop = asyncio.get_running_loop()
        self._muster = Muster(opened.event.faults.show_up_seconds)
        self._waiting: dict[PairingId, _Course] = {}
        self._forfeits: dict[PairingId, Played] = {}
        """Of those that are out, pairings that are not waiting now."""
        self._closing: dict[SetId, asyncio.Future[Played | LiveSet]] = {}
        self._bot_sets = SetPlayer(ground.pool, ground.ledger, self._count, _PIECE_SECONDS)
        self._nobody = Session(id="", principal=Principal("", frozenset()), limits=Limits(), gone=True)
        self._timer: asyncio.Handle | None = None

    async def play(self, pairing: Pairing, set_id: SetId) -> Played:
        """As `Venue.play`. What is under way goes on to the end of its match when this is cancelled."""
        names = frozenset(pairing.entrants) - self._bots.keys()
        parties = {name: self._bots.get(name) or PartyRef(agent=name) for name in pairing.entrants}
        plan, matches = self._opened.plan(pairing, set_id, self._stored.secret, parties, aliased=True)
        if not names:
            return played_of(pairing, await self._bot_sets.play(plan, matches))
        course = _Course(pairing=pairing, names=names, plan=plan, matches=matches)
        self._unplayed.add(set_id)
        try:
            came = await self._play(course)
            self._unplayed.discard(set_id)
            return came
        finally:
            self._waiting.pop(pairing.id, None)
            self._muster.remove(pairing)

    def call_off(self, withdrawn: Collection[AgentName], forfeits: Sequence[Played]) -> None:
        """As `Venue.call_off`."""
        for forfeit in forfeits:
            if self._muster.remove(forfeit.pairing):
                _settle(self._waiting.pop(forfeit.pairing.id).turn, forfeit)
            else:
                self._forfeits[forfeit.pairing.id] = forfeit
        if withdrawn:
            self.on_retired(withdrawn)

    def closed(self, live: LiveSet) -> None:
        """What was played of a set has landed."""
        turn = self._closing.pop(live.plan.set_id, None)
        if turn is not None:
            _settle(turn, live)

    def look(self) -> None:
        """Somebody has come, gone or is free: see whose turn it is, at the end of this turn of the loop."""
        self._set_timer(self._loop.call_soon(self._look))

    def close(self) -> None:
        """Begin nothing more."""
        self._set_timer(None)

    # ---- one set

    async def _play(self, course: _Course) -> Played:
        pairing, set_id = course.pairing, course.plan.set_id
        tournaments = self._ground.ledger.tournaments
        while (outcome := await asyncio.to_thread(tournaments.outcome, set_id)) is None:
            if self._ground.sets.is_live(set_id):  # begun before a restart or a stop
                await self._end_of(set_id)
                continue
            there = await asyncio.to_thread(tournaments.landed_of, set_id)
            course.rest = [todo for match in course.matches if (todo := missing(match, there))]
            if not course.rest:
                raise LedgerFault(f"the ledger holds another set under the id {set_id}; was its file edited?")
            if (forfeit := await self._play_rest(course)) is not None:
                await asyncio.to_thread(tournaments.forfeit, self._stored.id, self._claim, set_id, forfeit.absent)
                return forfeit
        return played_of(pairing, outcome)

    async def _play_rest(self, course: _Course) -> Played | None:
        """Play match after match; the forfeit that ends it, or None when nothing is left or not all could land."""
        while course.rest:
            course.turn = self._loop.create_future()
            if forfeit := self._forfeits.pop(course.pairing.id, None):
                return forfeit
            self._waiting[course.pairing.id] = course
            self._muster.add(course.pairing, course.names)
            self.look()
            came = await course.turn
            if isinstance(came, Played):
                return came
            if course.rest[0].ordinal not in came.landed or came.abandoned:
                return None
            course.rest.pop(0)
            self._count(1)
        return None

    async def _end_of(self, set_id: SetId) -> None:
        turn = self._closing[set_id] = self._loop.create_future()
        live = await turn
        if isinstance(live, LiveSet) and not live.abandoned:
            self._count(len(live.landed))

    def _count(self, matches: int) -> None:
        self.on_landed(matches)

    # ---- turns

    def _look(self) -> None:
        """Begin what can begin, and let those be forfeited whose agents did not come in time."""
        ground = self._ground
        if ground.sets.frozen:
            return
        stands = not ground.journal.durable.is_set()
        turns = self._muster.look(self._roster.free(), self._loop.time(), stands=stands)
        for pairing in turns.begun:
            self._begin(self._waiting.pop(pairing.id))
        for forfeit in turns.forfeits:
            _settle(self._waiting.pop(forfeit.pairing.id).turn, forfeit)
        if turns.begun:
            ground.journal.flush()
        self._set_timer(None if turns.due is None else self._loop.call_at(turns.due, self._look))

    def _begin(self, course: _Course) -> None:
        """Play the next match of a set, whose agents are there."""
        takings = {name: self._roster.freest(name) for name in course.names}
        parties = {**self._bots, **{name: taking.party for name, taking in takings.items()}}
        plan = replace(course.plan, parties=_cast(course.plan.parties, parties))
        match = course.matches[course.rest[0].ordinal]
        lanes = [self._lane(takings.get(party.agent)) for party in plan.parties]
        self._closing[plan.set_id] = course.turn
        self._ground.sets.begin_part(
            plan,
            [replace(match, parties=_cast(match.parties, parties))],
            lanes,
            repeated=is_again(course.rest[0]),
        )
        keys = [takings[party.agent].key for party in plan.parties if party.agent in takings]
        self._ground.lobby.engage(keys, 1)

    def _lane(self, taking: Taking | None) -> Lane:
        return taking.lane() if taking is not None else Lane(session=self._nobody, join=0, wants=frozenset())

    def _set_timer(self, timer: asyncio.Handle | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = timer


def _settle(turn: "asyncio.Future[Played | LiveSet]", came: Played | LiveSet) -> None:
    """Say what came of a turn, unless nobody waits for it any more: the event was stopped."""
    if not turn.done():
        turn.set_result(came)


def _cast(parties: Sequence[PartyRef], known: Mapping[AgentName, PartyRef]) -> tuple[PartyRef, ...]:
    return tuple(known[party.agent] for party in parties)
