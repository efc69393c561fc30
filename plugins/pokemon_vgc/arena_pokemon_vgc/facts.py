"""What the simulator's data say of a format's moves, species and types: asked for once a process."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from arena_pokemon_vgc.engine.simulator import Simulator
from arena_pokemon_vgc.teams.sets import to_id

Fact: TypeAlias = Mapping[str, Any]
_NO_MOVE: Final[Fact] = {
    "name": "?",
    "type": "Normal",
    "category": "Status",
    "power": 0,
    "priority": 0,
    "target": "normal",
    "accuracy": 1.0,
    "hits": 1,
    "boosts": None,
    "lowers": None,
    "status": "",
    "heals": False,
    "flags": (),
    "pivots": False,
    "fixed": 0,
}
_NO_SPECIES: Final[Fact] = {
    "name": "?",
    "types": ("Normal",),
    "stats": {"hp": 80, "atk": 80, "def": 80, "spa": 80, "spd": 80, "spe": 80},
    "weight": 50,
    "base": "?",
    "forme": "",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """By id: moves (power, accuracy from 0 to 1, ...), species (types, base stats), items; factors of types."""

    moves: Mapping[str, Fact]
    species: Mapping[str, Fact]
    items: Mapping[str, Fact]
    effectiveness: Mapping[str, Mapping[str, float]]

    def move(self, name: str) -> Fact:
        """Of a move by id or name; one without effect for a name that is not known."""
        return self.moves.get(to_id(name), _NO_MOVE)

    def kind(self, name: str) -> Fact:
        """Of a species by id or name; an average one for a name that is not known."""
        return self.species.get(to_id(name), _NO_SPECIES)

    def factor(self, attacking: str, defending: tuple[str, ...]) -> float:
        """By what a move of this type is multiplied against these types: 0, 0.25, ... 4."""
        row, factor = self.effectiveness.get(attacking, {}), 1.0
        for each in defending:
            factor *= row.get(each, 1.0)
        return factor


_KNOWN: Final[dict[str, Facts]] = {}


def facts_of(simulator: Simulator, format_id: str) -> Facts:
    """The facts of a format."""
    if format_id not in _KNOWN:
        _KNOWN[format_id] = Facts(**simulator.ask({"do": "dex", "format": format_id}))
    return _KNOWN[format_id]
