"""An event made ready: its file, its game, its director, and the sets of its pairings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from arena.core.errors import BadEntry, BadEvent
from arena.core.game import GameSpec
from arena.core.match import GameRef, MatchPlan, PartyRef, SetPlan
from arena.core.seed import Seed
from arena.core.values import AgentName, Json, MatchId, SetId
from arena.ledger import Ledger
from arena.ledger.played import SetOutcome
from arena.ledger.tournaments import StoredEvent, StoredPairing
from arena.match.agents import entry_of
from arena.plugin.registry import Registry
from arena.tournament.director import Director
from arena.tournament.event import Event
from arena.tournament.files import parse
from arena.tournament.schedule import Entrant, Pairing, Played
from arena.tournament.sets import plan_set
from arena.tournament.timeline import Decided, Timeline


@dataclass(frozen=True, slots=True)
class OpenEvent:
    """An event with its game. The `spec` has the event's clock; an open event that has not begun has a director of
    entrants whom nobody knows yet."""

    event: Event
    ref: GameRef
    spec: GameSpec
    director: Director

    @classmethod
    def of(cls, text: str) -> "OpenEvent":
        """The event that the text of a file declares, its game found and fitting.

        Raises:
            BadEvent: the text declares no event, or one that does not fit its game.
            UnknownGame, GameUnavailable, BadOption: as the registry and the game say.
        """
        return cls.found(parse(text))

    @classmethod
    def found(cls, event: Event, entered: Iterable[Entrant] | None = None) -> "OpenEvent":
        """An event whose game is found in this process; `entered` is as in `made`.

        Raises:
            BadEvent, UnknownGame, GameUnavailable, BadOption: as `of`.
        """
        registry = Registry()
        ref = registry.ref(event.game, given=event.options)
        return cls.made(event, ref, registry.make_game(ref).spec, entered)

    @classmethod
    def made(cls, event: Event, ref: GameRef, spec: GameSpec, entered: Iterable[Entrant] | None = None) -> "OpenEvent":
        """An event with its game at hand; `entered` are those that an open one has begun with, None before.

        Raises:
            BadEvent: it does not fit the game.
        """
        whole = event.filled(entered or ())
        waits = event.open is not None and entered is None
        director = Director(event.imagined(spec) if waits else whole, spec)
        return cls(whole, ref, replace(spec, clock=event.clock(spec)), director)

    @property
    def shared(self) -> bool:
        """Whether all rotations of a set have its deals."""
        return self.event.shares_deals(self.spec)

    @property
    def set_matches(self) -> int:
        """Matches in a set of agents that all differ."""
        return (self.event.sets.deals or self.spec.set_deals) * self.director.field.places

    def expected(self, scheduled: int = 0) -> int | None:
        """How many sets there will be in all, `scheduled` at least, as far as can be said; None where it cannot."""
        sets = self.director.expected()
        return None if sets is None else max(sets, scheduled)

    def check_agents(self) -> None:
        """Whether every entrant that does not come over the network can be made.

        Raises:
            UnknownAgent, BadOption, AgentFault: an agent is unknown or does not work.
            BadEntry: no seat may bring what one brings.
        """
        registry = Registry()
        for entrant in self.event.entrants:
            if entrant.spec is not None:
                self._party(entrant, entrant.spec, registry)

    def parties(self) -> Mapping[AgentName, PartyRef]:
        """Every entrant as it plays in the workers. Nobody owns it there, so that its name stays free at a server.

        Raises:
            BadEvent: an entrant is to come over the network.
            UnknownAgent, BadOption, AgentFault: an agent is unknown or does not work.
            BadEntry: no seat may bring what one brings.
        """
        if self.event.open is not None:
            raise BadEvent(
                "agents enter this event over the network ([open]), and it is held here; "
                "submit it to a server by --server HOST:PORT, or name all entrants in the file"
            )
        if remote := [entrant.name for entrant in self.event.entrants if entrant.remote]:
            raise BadEvent(
                f"{', '.join(remote)} can only come over the network (remote = true), and this event is held here; "
                'submit it to a server by --server HOST:PORT, or give each a spec = "AGENT"'
            )
        registry = Registry()
        return {e.name: self._party(e, e.spec, registry) for e in self.event.entrants if e.spec is not None}

    def plan(
        self,
        pairing: Pairing,
        set_id: SetId,
        secret: bytes,
        parties: Mapping[AgentName, PartyRef],
        *,
        aliased: bool = False,
    ) -> tuple[SetPlan, Sequence[MatchPlan]]:
        """The set of a pairing: the same whenever it is asked for.

        With `aliased` the ids of its matches do not tell who is told them that they are of one set.
        """
        return plan_set(
            self.ref,
            self.spec,
            [parties[name] for name in pairing.entrants],
            self.event.deal_seeds(pairing, secret),
            rated=True,
            duplicate=self.shared,
            deals=self.event.sets.deals,
            set_id=set_id,
            match_id=(lambda ordinal: _alias(secret, set_id, ordinal)) if aliased else None,
        )

    def _party(self, entrant: Entrant, spec: str, registry: Registry) -> PartyRef:
        made = registry.make_agent(spec, game=self.event.game)
        entry = entry_of(spec, made, self.ref)
        if entry is not None:
            entry = self._kept(entrant, entry, registry)
        return PartyRef(agent=entrant.name, version=entrant.version, spec=spec, entry=entry)

    def _kept(self, entrant: Entrant, entry: Json, registry: Registry) -> Json:
        """The canonical form of what an entrant brings."""
        game = registry.make_game(self.ref)
        try:
            return game.check_entry(entry)
        except BadEntry as error:
            raise BadEntry(f"entrant {entrant.name}: {error}") from error
        finally:
            game.close()


def set_id_of(event: str, secret: bytes, pairing: Pairing) -> SetId:
    """The set of a pairing: the same in every process, and nothing that agents could learn the pairing from."""
    path = "/".join(map(str, pairing.id))
    return SetId(Seed.secret(secret, f"set/{event}/{path}").hex())


def _alias(secret: bytes, set_id: SetId, ordinal: int) -> MatchId:
    return MatchId(Seed.secret(secret, f"match/{set_id}/{ordinal}").hex())


@dataclass(frozen=True, slots=True)
class StoredSet:
    """A pairing as the ledger has it; `outcome` is None while its set is not complete.

    `absent` are those for want of whom it was never played, or not to its end.
    """

    decided: Decided
    outcome: SetOutcome | None
    absent: frozenset[AgentName] = frozenset()

    @property
    def played(self) -> Played | None:
        """What came of it so far as the event is concerned."""
        if self.absent:
            return Played(pairing=self.decided.pairing, absent=self.absent)
        return None if self.outcome is None else played_of(self.decided.pairing, self.outcome)


def stored_sets(ledger: Ledger, event: str) -> list[StoredSet]:
    """Everything that was decided in an event, in that order."""
    rows = ledger.tournaments.pairings(event)
    outcomes = {outcome.set_id: outcome for outcome in ledger.tournaments.outcomes(event)}
    forfeits = ledger.tournaments.forfeits(event)
    return [
        StoredSet(Decided(_pairing(row), row.known), outcomes.get(row.set_id), forfeits.get(row.set_id, frozenset()))
        for row in rows
    ]


def entered(ledger: Ledger, stored: StoredEvent) -> list[Entrant] | None:
    """Those who entered an open event, beside its file's entrants; None before it has begun, nobody where none can."""
    event = parse(stored.text)
    if event.open is None:
        return []
    if ledger.tournaments.waited_ms(stored.id) is None:
        return None
    named = {entrant.name for entrant in event.entrants}
    rows = ledger.tournaments.entrants(stored.id)
    return [Entrant(name=row.name, owner=row.owner, version=row.version) for row in rows if row.name not in named]


def timeline_of(director: Director, sets: Sequence[StoredSet]) -> Timeline:
    """The event as far as the ledger knows it."""
    return Timeline(director, [one.decided for one in sets], [one.played for one in sets if one.played])


def stored_pairing(one: Decided, set_id: SetId) -> StoredPairing:
    """A decision as the ledger keeps it."""
    pairing = one.pairing
    return StoredPairing(
        round=pairing.round,
        number=pairing.number,
        leg=pairing.leg,
        known=one.known,
        stage=pairing.stage,
        entrants=pairing.entrants,
        set_id=set_id,
    )


def played_of(pairing: Pairing, outcome: SetOutcome) -> Played:
    """What came of a pairing, from its set."""
    return Played(pairing=pairing, standings=outcome.standings, absent=outcome.absent)


def _pairing(row: StoredPairing) -> Pairing:
    return Pairing(round=row.round, number=row.number, leg=row.leg, entrants=row.entrants, stage=row.stage)
