"""A team as fields. Every text in it is an id of letters and digits: nothing of its author's is ever passed on."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

STATS: Final = ("hp", "atk", "def", "spa", "spd", "spe")
MAX_TEAM: Final = 6
"""Of all formats; the seventh Pokemon is refused before the simulator sees it."""

_LONGEST_NAME: Final = 18
"""Of a nickname; the species stands in for it."""
_NOT_ID: Final = re.compile(r"[^a-z0-9]+")

Spread: TypeAlias = Mapping[str, int]
"""Points by stat; what is not named is the format's default."""


def to_id(text: str) -> str:
    """Lower-case letters and digits alone, as the simulator names everything."""
    return _NOT_ID.sub("", text.lower())


@dataclass(frozen=True, slots=True, kw_only=True)
class PokemonSet:
    """One member of a team: ids and numbers. Nicknames are left out: they would be words of an agent."""

    species: str
    item: str = ""
    ability: str = ""
    moves: Sequence[str] = ()
    nature: str = ""
    evs: Spread = field(default_factory=dict)
    ivs: Spread = field(default_factory=dict)
    gender: str = ""
    level: int | None = None
    shiny: bool = False
    happiness: int | None = None
    hidden_power: str = ""
    gigantamax: bool = False
    dynamax_level: int | None = None
    tera: str = ""


Team: TypeAlias = Sequence[PokemonSet]


def packed(team: Team) -> str:
    """The team in the simulator's packed form (TEAMS.md of Pokemon Showdown)."""
    return "]".join(_packed(each) for each in team)


def _packed(each: PokemonSet) -> str:
    fields = [
        each.species[:_LONGEST_NAME],
        each.species,
        each.item,
        each.ability,
        ",".join(each.moves),
        each.nature,
        _spread(each.evs, 0),
        each.gender,
        _spread(each.ivs, 31),
        "S" if each.shiny else "",
        _number(each.level),
        _extras(each),
    ]
    return "|".join(fields)


def _spread(spread: Spread, default: int) -> str:
    if not spread:
        return ""
    return ",".join(str(value) if (value := spread.get(stat, default)) != default else "" for stat in STATS) or ""


def _extras(each: PokemonSet) -> str:
    gigantamax = "G" if each.gigantamax else ""
    extras = [each.hidden_power, "", gigantamax, _number(each.dynamax_level), each.tera]
    return ",".join([_number(each.happiness), *extras]) if any(extras) else _number(each.happiness)


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
