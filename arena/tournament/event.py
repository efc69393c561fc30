"""An event as its file declares it: game, entrants, format, sets, clock, fault rule, ratings, stop rule.

Everything in it is plain values; what it means for a game is checked by `Event.check`, and nothing is run from here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, Literal

from arena.core.canonical import digest
from arena.core.errors import BadEvent
from arena.core.game import ClockSpec, GameSpec
from arena.core.seed import Seed
from arena.core.values import AgentName, Json
from arena.rating import DEFAULT
from arena.tournament.schedule import Entrant, Field, Format, Pairing
from arena.tournament.sets import SeedOf

Places = Literal["sides", "seats"]
UNKNOWN: Final = "?"
"""How the names of entrants begin that nobody knows yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockLimits:
    """Limits in seconds that stand in place of the game's own; None leaves the game's."""

    decision: float | None = None
    bank: float | None = None
    match: float | None = None
    cap: float | None = None
    first_cap: float | None = None

    def applied(self, clock: ClockSpec) -> ClockSpec:
        """The game's clock with these limits."""
        given = {name: value for name, value in asdict(self).items() if value is not None}
        return replace(clock, **given)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRules:
    """How each pairing is played: `per_pairing` sets of `deals` deals, the game's own number when None.

    `duplicate` gives one deal to all rotations of a set; None leaves it to `Event.shares_deals`. With `public_seeds`
    every deal follows from `seed`, and anybody can play the event again.
    """

    per_pairing: int = 1
    deals: int | None = None
    duplicate: bool | None = None
    trusted: bool = False
    public_seeds: bool = False
    seed: int | None = None
    clock: ClockLimits = field(default_factory=ClockLimits)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRule:
    """What becomes of entrants that stay away.

    Whoever has not taken its place within `show_up_seconds` of a set's turn forfeits that set; after `withdraw_after`
    forfeits in a row it is out of the event. An agent in a worker stayed away from a set when all its matches ended for
    want of it.
    """

    show_up_seconds: float = 60.0
    withdraw_after: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRule:
    """When an event ends before its format does; None never.

    `sets` scheduled, `seconds` of running time, or the widest 95 % interval of the points a set down to `width`. Sets
    under way are always played out, and so is a round of a Swiss event once it has begun.
    """

    sets: int | None = None
    seconds: float | None = None
    width: float | None = None

    @property
    def given(self) -> bool:
        """Whether there is any rule at all."""
        return (self.sets, self.seconds, self.width) != (None, None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRule:
    """Until when agents may enter that the file does not name: one of the two is given, or both.

    The event begins as soon as `entrants` are there, those of the file included, or once agents could enter for
    `seconds`, with those that are there then. Whoever has left again by that time is not in it.
    """

    entrants: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One tournament, ladder or league, as declared.

    `places` says what an agent fills: a whole side of a game of teams, or one seat of it. `ratings` are systems of
    `arena.rating`, the first of which leads. `same_owner` lets agents of one owner meet in rated sets. An event that is
    `open` has further entrants, known only when it begins.
    """

    name: str
    game: str
    entrants: tuple[Entrant, ...]
    format: Format
    options: Mapping[str, Json] = field(default_factory=dict)
    places: Places = "sides"
    sets: SetRules = field(default_factory=SetRules)
    faults: FaultRule = field(default_factory=FaultRule)
    stop: StopRule = field(default_factory=StopRule)
    ratings: tuple[str, ...] = (DEFAULT,)
    same_owner: bool = False
    open: OpenRule | None = None

    @property
    def digest(self) -> str:
        """64 hexadecimal digits that change with the meaning of the file, not with comments and the order of keys."""
        return digest(self.as_json()).hex()

    def as_json(self) -> dict[str, Any]:
        """Every setting with its value, defaults included; an entrant's owner is its name where nobody is named."""
        found = asdict(self)
        found["format"]["kind"] = self.format.kind
        for entrant in found["entrants"]:
            entrant["owner"] = entrant["owner"] or entrant["name"]
        if self.open is None:
            del found["open"]
        return found

    @property
    def remote(self) -> bool:
        """Whether anybody in it comes over the network."""
        return self.open is not None or any(entrant.remote for entrant in self.entrants)

    def filled(self, entered: Iterable[Entrant]) -> "Event":
        """The event with those who have entered behind those whom the file names."""
        return replace(self, entrants=(*self.entrants, *entered))

    def check(self, spec: GameSpec) -> None:
        """Whether the event can be held with this game, its options applied.

        Raises:
            BadEvent: the format does not fit the game's seats, or remote agents would share a hidden deal.
        """
        if self.sets.duplicate and not self._may_share(spec):
            raise BadEvent(
                f"[sets]: duplicate = true lets remote agents see both hands of a deal of {spec.id}; "
                "leave it out, or say trusted = true"
            )
        if self.places == "seats" and not spec.teams:
            raise BadEvent(f'[game]: places = "seats" is for games of teams; {spec.id} has none, so leave it out')
        self.format.check(self.field(spec))

    def shares_deals(self, spec: GameSpec) -> bool:
        """Whether all rotations of a set share its deals: as declared, else where nobody can profit from it."""
        return self._may_share(spec) if self.sets.duplicate is None else self.sets.duplicate

    def field(self, spec: GameSpec) -> Field:
        """What the format needs to know; its randomness follows from the event alone, not from a secret."""
        order = sorted(self.entrants, key=lambda e: (e.seeding is None, e.seeding or 0))
        return Field(
            entrants=tuple(order),
            places=spec.seats if self.places == "seats" else spec.parties,
            seed=Seed.of(self.sets.seed) if self.sets.seed is not None else Seed(digest(self.as_json())[:16]),
            sets=self.sets.per_pairing,
            shared=self.places == "seats",
            scored=spec.scored,
        )

    def clock(self, spec: GameSpec) -> ClockSpec:
        """The limits of every match."""
        return self.sets.clock.applied(spec.clock)

    def deal_seeds(self, pairing: Pairing, secret: bytes) -> SeedOf:
        """The seeds of a pairing's deals: from the public seed, else such as nobody can foretell without `secret`.

        The secret is of this run alone and kept with it: a second run of the same file has other deals.
        """
        path = "/".join(map(str, pairing.id))
        if self.sets.seed is not None:
            base = Seed.of(self.sets.seed).derive("set", path)
        else:
            base = Seed.secret(secret, f"{self.digest}/{path}")
        return base.derive

    def imagined(self, spec: GameSpec) -> "Event":
        """An open event before it begins, its places filled with entrants whom nobody knows yet: can it be held?

        Their names are none that an agent can have.
        """
        rule = self.open or OpenRule()
        wanted = max(2, spec.seats if self.places == "seats" else spec.parties, rule.entrants or 0)
        missing = range(len(self.entrants), wanted)
        return self.filled(Entrant(name=AgentName(f"{UNKNOWN}{number}")) for number in missing)

    def _may_share(self, spec: GameSpec) -> bool:
        return spec.perfect_information or not self.remote or self.sets.trusted
