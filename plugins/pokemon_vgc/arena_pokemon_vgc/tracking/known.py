"""The state of a match as one viewer knows it."""

from dataclasses import dataclass, field, replace
from typing import Final

BOOSTS: Final = ("atk", "def", "spa", "spd", "spe", "accuracy", "evasion")
_ON_FIELD: Final = ("hp", "status", "boosts", "volatiles", "fresh")
"""What was seen of whoever stood there."""
_REVEALED: Final = ("item", "ability")


@dataclass(slots=True)
class KnownPokemon:
    """One Pokemon as seen so far. `hp` is a fraction; empty texts are unknown, `item` is "none" once it is known gone.

    `slot` is 0 or 1 on the field, None elsewhere; `brought` is whether it was picked at preview, None for unknown.
    """

    species: str
    level: int = 100
    gender: str = ""
    hp: float = 1.0
    status: str = ""
    slot: int | None = None
    item: str = ""
    ability: str = ""
    nature: str = ""
    tera_type: str = ""
    terastallized: bool = False
    mega: bool = False
    dynamaxed: bool = False
    brought: bool | None = None
    moves: dict[str, int] = field(default_factory=dict)
    """By id, how often each was seen used; moves of an open sheet begin with 0."""
    types: tuple[str, ...] = ()
    """When they are no longer those of the species."""
    boosts: dict[str, int] = field(default_factory=dict)
    volatiles: set[str] = field(default_factory=set)
    fresh: bool = False
    """Came in since the last turn began, so that Fake Out works."""
    own_species: str = ""
    """What it is again once it leaves: formes and transformations last only on the field."""
    added_type: str = ""
    """A type on top of its own, as Forest's Curse gives one."""
    before: "KnownPokemon | None" = None
    """What was known of it when it came in, in case that was an illusion."""

    @property
    def fainted(self) -> bool:
        """Whether it is out of the match."""
        return self.status == "fnt"

    def leave(self) -> None:
        """Leave the field, and what lasts only there."""
        self.slot, self.fresh, self.dynamaxed, self.types, self.added_type = None, False, False, (), ""
        self.species = self.own_species or self.species
        self.boosts.clear()
        self.volatiles.clear()

    def remember(self) -> None:
        """Keep what is known now for `take_over`."""
        self.before = replace(self, moves=dict(self.moves), before=None)

    def take_over(self, disguise: "KnownPokemon") -> None:
        """Be the one that stood there as `disguise`, of which only what was known before remains true."""
        before = disguise.before or KnownPokemon(disguise.species)
        for name in _ON_FIELD:
            setattr(self, name, getattr(disguise, name))
        for move, used in disguise.moves.items():
            if more := used - before.moves.get(move, 0):
                self.moves[move] = self.moves.get(move, 0) + more
        for name in _REVEALED:
            if getattr(disguise, name) != getattr(before, name):
                setattr(self, name, getattr(disguise, name))
        for name in ("hp", "status", "moves", *_REVEALED):
            setattr(disguise, name, getattr(before, name))
        disguise.boosts, disguise.volatiles = {}, set()
        disguise.leave()


@dataclass(slots=True)
class Lasting:
    """An effect with an end: the turn it began in, how long it lasts at least and at most, how many layers it has."""

    since: int
    shortest: int = 0
    longest: int = 0
    layers: int = 1

    def turns_left(self, turn: int) -> list[int] | None:
        """At least and at most, with the running turn; None for one that stays until something ends it."""
        if not self.longest:
            return None
        spent = max(turn - self.since, 0)
        return [max(self.shortest - spent, 1), max(self.longest - spent, 1)]


@dataclass(slots=True)
class KnownSide:
    """One side: its team in the order of the preview, by name of the simulator, and what lies on its half."""

    team: dict[str, KnownPokemon] = field(default_factory=dict)
    conditions: dict[str, Lasting] = field(default_factory=dict)
    picked: int = 4
    evolved: bool = False
    """Whether it has used its Mega Evolution, Z-move, Dynamax or Terastallization."""

    def active(self) -> list[KnownPokemon | None]:
        """By slot, who stands there."""
        found: list[KnownPokemon | None] = [None, None]
        for each in self.team.values():
            if each.slot is not None and not each.fainted:
                found[each.slot] = each
        return found


@dataclass(slots=True)
class Known:
    """All of it: both sides by seat, and the field between them. `weather` and `terrain` are empty for none."""

    sides: tuple[KnownSide, KnownSide] = field(default_factory=lambda: (KnownSide(), KnownSide()))
    turn: int = 0
    weather: str = ""
    weather_lasts: Lasting | None = None
    field: dict[str, Lasting] = field(default_factory=dict)
    """Terrains and rooms by id."""
