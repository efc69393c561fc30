"""The parts of a line of Showdown's protocol, and how long what it tells of lasts."""

from typing import Final

from arena_pokemon_vgc.teams.sets import to_id
from arena_pokemon_vgc.tracking.known import KnownPokemon, Lasting

EXTENDED: Final = frozenset({"reflect", "lightscreen", "auroraveil"})
"""Conditions of a side that an item makes last."""
LAYERED: Final = frozenset({"spikes", "toxicspikes", "stealthrock", "stickyweb", "gmaxsteelsurge"})
"""Conditions that stay until something removes them, and may pile up."""

_DURATIONS: Final = {"tailwind": 4, "craftyshield": 1, "quickguard": 1, "wideguard": 1, "matblock": 1}
_DEFAULT_DURATION: Final = 5
_EXTENSION: Final = 3
"""A weather rock, Light Clay or Terrain Extender makes five turns eight."""


def lasting(effect: str, turn: int, *, extendable: bool) -> Lasting:
    """An effect that begins now; with an item that may be hidden, `extendable` ones last longer."""
    shortest = _DURATIONS.get(effect, _DEFAULT_DURATION)
    return Lasting(turn, shortest, shortest + _EXTENSION * extendable)


def side_of(place: str) -> int:
    """The seat of `p1` or `p1a`."""
    return int(place[1]) - 1


def effect_of(text: str) -> str:
    """The id of an effect: `move: Trick Room` and `Trick Room` are one."""
    return to_id(text.rpartition(": ")[2])


def details_of(text: str) -> tuple[str, int, str]:
    """Species, level and gender of `Raichu, L50, M, shiny`."""
    species, *rest = text.split(", ")
    level = next((int(part[1:]) for part in rest if part[0] == "L" and part[1:].isdigit()), 100)
    return species.removesuffix("-*"), level, next((part for part in rest if part in {"M", "F"}), "")


def take_condition(pokemon: KnownPokemon, text: str) -> None:
    """Set HP and status by `55/100 par` or `0 fnt`; some displays put the colour of the bar behind the number."""
    health, _, status = text.partition(" ")
    now, _, whole = health.partition("/")
    whole = whole.rstrip("yrg")
    pokemon.hp = float(now) / float(whole) if whole else float(now)
    pokemon.status = status
