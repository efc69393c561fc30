"""The field `tensor`, version 1: twelve Pokemon, own six first, each a row of numbers, as VGC-Bench shapes it.

Every row ends with the same numbers of the field and both halves, so that a row is a token of its own.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Tree = Mapping[str, Any]
Row: TypeAlias = tuple[float, ...]

VERSION: Final = 1
TOKENS: Final = 12
_TYPES: Final = (
    *("Normal", "Fire", "Water", "Electric", "Grass", "Ice", "Fighting", "Poison", "Ground", "Flying", "Psychic"),
    *("Bug", "Rock", "Ghost", "Dragon", "Dark", "Steel", "Fairy", "Stellar"),
)
_STATUSES: Final = ("brn", "par", "slp", "frz", "psn", "tox", "fnt")
_BOOSTS: Final = ("atk", "def", "spa", "spd", "spe", "accuracy", "evasion")
_STATS: Final = ("atk", "def", "spa", "spd", "spe")
_WEATHERS: Final = ("sunnyday", "raindance", "sandstorm", "snowscape", "hail", "desolateland", "primordialsea")
_FIELD: Final = ("electricterrain", "grassyterrain", "mistyterrain", "psychicterrain", "trickroom", "gravity")
_HALF: Final = ("tailwind", "reflect", "lightscreen", "auroraveil", "safeguard", "stealthrock", "spikes")
_CATEGORIES: Final = ("Physical", "Special", "Status")
_MOVES: Final = 4
_MOVE: Final = len(_TYPES) + len(_CATEGORIES) + 5
_NO_MOVE: Final[Row] = (0.0,) * _MOVE
_OWN: Final = 14 + 2 * len(_TYPES) + len(_STATUSES) + len(_BOOSTS) + len(_STATS) + _MOVES * _MOVE
_SHARED: Final = 2 + len(_WEATHERS) + len(_FIELD) + 2 * (len(_HALF) + 2)
WIDTH: Final = _OWN + _SHARED
"""Numbers of one row."""


def as_tensor(view: Tree) -> NDArray[np.float32]:
    """float32 of shape (TOKENS, WIDTH), of a seat's tree."""
    rows = np.zeros((TOKENS, WIDTH), dtype=np.float32)
    own = view["seat"]
    shared = _shared(view, own)
    for half, seat in enumerate((own, 1 - own)):
        for row, member in enumerate(view["sides"][seat]["team"][:6], 6 * half):
            rows[row, :_OWN] = _member(member, own=half == 0)
            rows[row, _OWN:] = shared
    return rows


def _member(member: Tree, *, own: bool) -> list[float]:
    brought = member["brought"]
    flags = [
        1.0,
        float(own),
        member["hp"],
        float(member["slot"] == 0),
        float(member["slot"] == 1),
        float(brought is True),
        float(brought is None),
        member["level"] / 100,
        float(member["mega"]),
        float(member["terastallized"]),
        float(member["dynamaxed"]),
        float(member["fresh"]),
        float(bool(member["item"])),
        float(member["item"] == "none"),
    ]
    stats = member.get("stats") or {}
    moves = [_move(move) for move in member["moves"][:_MOVES]]
    moves += [_NO_MOVE] * (_MOVES - len(moves))
    return [
        *flags,
        *_among(_TYPES, *member["types"]),
        *_among(_TYPES, member["tera_type"]),
        *_among(_STATUSES, member["status"]),
        *(member["boosts"].get(stat, 0) / 6 for stat in _BOOSTS),
        *(stats.get(stat, 0) / 255 for stat in _STATS),
        *(number for move in moves for number in move),
    ]


def _move(move: Tree) -> Row:
    return _move_row(
        move["type"], move["category"], move["power"], float(move["accuracy"]), move["priority"], min(move["used"], 8)
    )


@lru_cache(maxsize=8_192)
def _move_row(type_: str, category: str, power: int, accuracy: float, priority: int, used: int) -> Row:
    kind = (*_among(_TYPES, type_), *_among(_CATEGORIES, category))
    return (1.0, power / 150, accuracy, priority / 5, used / 8, *kind)


def _shared(view: Tree, own: int) -> list[float]:
    field = view["field"]
    numbers = [min(view["turn"], 50) / 50, (view["weather_turns_left"] or [0])[0] / 8]
    numbers += _among(_WEATHERS, view["weather"])
    numbers += [(field[name] or [1])[0] / 8 if name in field else 0.0 for name in _FIELD]
    for seat in (own, 1 - own):
        side = view["sides"][seat]
        numbers += [float(name in side["conditions"]) for name in _HALF]
        numbers += [side["left"] / 4, float(side["gimmick_used"])]
    return numbers


@lru_cache(maxsize=8_192)
def _among(names: Sequence[str], *chosen: str) -> Row:
    return tuple(float(name in chosen) for name in names)
