"""From a request of the simulator to the joint choices that it accepts, each under a number that means the same always.

One slot's choice has a code of 0 to 106, as VGC-Bench numbers them: 0 pass, 1-6 switch to that place of the team,
7-26 a move (five for each of four: targets -2, -1, none, +1, +2), then twenty each for a move with Mega Evolution (or
Ultra Burst), Z-power, Dynamax and Terastallization. A joint choice is `107 * left + right`. A preview is 11449 plus the
rank of its four places among all orders; of orders that come to the same, as both pairs go up, one is listed.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import permutations
from math import factorial
from typing import Any, Final, TypeAlias

CODES: Final = 107
"""Codes of one slot."""
JOINT: Final = CODES * CODES
"""Joint codes; previews are numbered from here on."""
ACTIONS: Final = JOINT + factorial(6)
"""All numbers are below it: a team has at most six, and a preview puts some or all of them in order."""

Request: TypeAlias = Mapping[str, Any]
"""As the simulator sends it to one side, and to nobody else."""

_FIRST_MOVE: Final = 7
_GIMMICKS: Final = ("", " mega", " zmove", " dynamax", " terastallize")
_BLOCK: Final = 20

_FOES: Final = (1, 2)
_CHOSEN: Final = frozenset({"normal", "any", "adjacentAlly", "adjacentAllyOrSelf", "adjacentFoe"})
"""Kinds of targets that have to be named in a doubles match (BattleActions.targetTypeChoices)."""
Standing: TypeAlias = Sequence[Sequence[bool]]
"""By own side and foe's, then by slot: who is on the field and has not fainted."""


def joint_choices(request: Request, standing: Standing) -> list[int]:
    """The number of every choice that a request allows; `standing` begins with the side that is asked.

    Moves at a place that nobody stands in are left out, as long as there is a better one.
    """
    if request.get("teamPreview"):
        return list(_previews(len(request["side"]["pokemon"]), _picked(request)).values())
    if forced := request.get("forceSwitch"):
        return _forced(request, forced)
    left, right = (_slot(request, slot, standing) for slot in (0, 1))
    return [a * CODES + b for a in left for b in right if _together(a, b)]


def spoken(number: int, request: Request) -> str:
    """The choice in the simulator's words."""
    if number >= JOINT:
        order = _orders(len(request["side"]["pokemon"]), _picked(request))[number - JOINT]
        return "team " + "".join(str(place) for place in order)
    return ", ".join(_spoken(code, request, slot) for slot, code in enumerate(divmod(number, CODES)))


def parts(code: int) -> tuple[int, int, int]:
    """Of a slot's code for a move: its index, its target (0 for none), its gimmick (0 none, 1 mega, ... 4 tera)."""
    gimmick, rest = divmod(code - _FIRST_MOVE, _BLOCK)
    move, target = divmod(rest, 5)
    return move, target - 2, gimmick


def code_of(move: int, target: int, gimmick: int = 0) -> int:
    """The inverse of `parts`."""
    return _FIRST_MOVE + gimmick * _BLOCK + move * 5 + target + 2


def is_switch(code: int) -> bool:
    """Whether this slot changes places with a member of its team."""
    return 1 <= code < _FIRST_MOVE


def fainted(member: Mapping[str, Any]) -> bool:
    """Whether a member of a request's team has fainted."""
    return str(member["condition"]).endswith(" fnt")


def preview_order(rank: int, size: int, picked: int) -> tuple[int, ...]:
    """The places, from 1, of the `rank`-th order of a preview: leads first."""
    return _orders(size, picked)[rank]


# ---- team preview ----------------------------------------------------------------------------------------------------


def _picked(request: Request) -> int:
    return min(request.get("maxChosenTeamSize") or 6, len(request["side"]["pokemon"]))


@cache
def _orders(size: int, picked: int) -> list[tuple[int, ...]]:
    return list(permutations(range(1, size + 1), picked))


@cache
def _previews(size: int, picked: int) -> dict[tuple[int, ...], int]:
    """By what it comes to: the number of the first order, in which both pairs go up."""
    found: dict[tuple[int, ...], int] = {}
    for rank, order in enumerate(_orders(size, picked)):
        found.setdefault(_distinct(order), JOINT + rank)
    return found


def _distinct(order: tuple[int, ...]) -> tuple[int, ...]:
    return (*sorted(order[:2]), *sorted(order[2:]))


# ---- switches --------------------------------------------------------------------------------------------------------


def _bench(request: Request) -> list[int]:
    """Places, from 1, of those who can come in."""
    members = request["side"]["pokemon"]
    return [place for place, member in enumerate(members, 1) if not member["active"] and not fainted(member)]


def _forced(request: Request, forced: Sequence[bool]) -> list[int]:
    members, bench = request["side"]["pokemon"], _bench(request)
    revived = [place for place, member in enumerate(members, 1) if fainted(member)]
    reviving = [slot < len(members) and bool(members[slot].get("reviving")) for slot in (0, 1)]
    slots = [(revived if reviving[slot] else bench) if forced[slot] else [] for slot in (0, 1)]
    if all(forced) and not any(reviving):
        return _two_forced(bench)
    left, right = (slot or [0] for slot in slots)
    return [a * CODES + b for a in left for b in right if a != b or not a]


def _two_forced(bench: Sequence[int]) -> list[int]:
    if len(bench) == 1:
        return [bench[0] * CODES, bench[0]]
    return [a * CODES + b for a in bench for b in bench if a != b] or [0]


# ---- moves -----------------------------------------------------------------------------------------------------------


def _slot(request: Request, slot: int, standing: Standing) -> list[int]:
    members, actives = request["side"]["pokemon"], request["active"]
    if slot >= len(members) or slot >= len(actives) or fainted(members[slot]) or members[slot].get("commanding"):
        return [0]
    active = actives[slot]
    codes = list(_moves(active, slot, standing))
    if not active.get("trapped"):
        codes += _bench(request)
    return codes


def _moves(active: Mapping[str, Any], slot: int, standing: Standing) -> Iterator[int]:
    grown = (active.get("maxMoves") or {}).get("maxMoves")
    dynamaxed = bool(grown) and not active.get("canDynamax")
    gimmicks = (0, *_plain_gimmicks(active))
    yield from _offered(grown if grown and dynamaxed else active["moves"], gimmicks, slot, standing)
    yield from _offered(active.get("canZMove") or (), (2,), slot, standing)
    if not dynamaxed:
        yield from _offered(grown or (), (3,), slot, standing)


def _offered(moves: Sequence[Any], gimmicks: Sequence[int], slot: int, standing: Standing) -> Iterator[int]:
    for index, move in enumerate(moves):
        if move and not move.get("disabled"):
            for gimmick in gimmicks:
                for target in _targets(move.get("target", ""), slot, standing):
                    yield code_of(index, target, gimmick)


def _plain_gimmicks(active: Mapping[str, Any]) -> Iterator[int]:
    """Those under which moves and targets stay what they are."""
    if any(active.get(name) for name in ("canMegaEvo", "canMegaEvoX", "canMegaEvoY", "canUltraBurst")):
        yield 1
    if active.get("canTerastallize"):
        yield 4


def _targets(kind: str, slot: int, standing: Standing) -> Sequence[int]:
    if kind not in _CHOSEN:
        return (0,)
    own, ally = -(slot + 1), -(2 - slot)
    allowed: tuple[int, ...] = {
        "adjacentAlly": (ally,),
        "adjacentAllyOrSelf": (ally, own),
        "adjacentFoe": _FOES,
    }.get(kind, (ally, *_FOES))
    there = [target for target in allowed if standing[target > 0][abs(target) - 1]]
    return there or allowed


def _together(left: int, right: int) -> bool:
    """Not both to the same place, and no gimmick twice in a turn."""
    if left < _FIRST_MOVE or right < _FIRST_MOVE:
        return left != right or not left
    gimmick = (left - _FIRST_MOVE) // _BLOCK
    return not gimmick or gimmick != (right - _FIRST_MOVE) // _BLOCK


def _spoken(code: int, request: Request, slot: int) -> str:
    if code < _FIRST_MOVE:
        return f"switch {code}" if code else "pass"
    move, target, gimmick = parts(code)
    aim = f" {target:+d}" if target else ""
    return f"move {move + 1}{aim}{_evolution(request, slot) if gimmick == 1 else _GIMMICKS[gimmick]}"


def _evolution(request: Request, slot: int) -> str:
    active = request["active"][slot]
    for name, word in (("canMegaEvo", " mega"), ("canUltraBurst", " ultra"), ("canMegaEvoX", " megax")):
        if active.get(name):
            return word
    return " megay"
