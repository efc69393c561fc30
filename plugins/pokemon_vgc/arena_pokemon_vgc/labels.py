"""Names of joint choices, for people and language models."""

from collections.abc import Mapping
from typing import Any, Final

from arena_pokemon_vgc.choices import CODES, JOINT, Request, is_switch, parts, spoken

_GIMMICKS: Final = ("", " with Mega Evolution", " as a Z-move", " with Dynamax", " with Terastallization")
_TARGETS: Final = {0: "", 1: " at the foe on the left", 2: " at the foe on the right", -1: " at own left"}


def species(member: Mapping[str, Any]) -> str:
    """The name in a request's details, such as `Raichu, L50, M`."""
    return str(member["details"]).split(",", maxsplit=1)[0]


def label(number: int, request: Request) -> str:
    """What a choice does, such as `Raichu: Fake Out at the foe on the left; Tyranitar: Protect`."""
    team = request["side"]["pokemon"]
    if number >= JOINT:
        names = [species(team[int(place) - 1]) for place in spoken(number, request).removeprefix("team ")]
        return f"lead {' and '.join(names[:2])}" + (f", keep {' and '.join(names[2:])} in reserve" if names[2:] else "")
    return "; ".join(_slot(code, request, slot) for slot, code in enumerate(divmod(number, CODES)) if code) or "pass"


def _slot(code: int, request: Request, slot: int) -> str:
    team = request["side"]["pokemon"]
    if is_switch(code):
        verb = "bring back" if team[slot].get("reviving") else "make way for"
        return f"{species(team[slot])}: {verb} {species(team[code - 1])}"
    move, target, gimmick = parts(code)
    aim = _TARGETS.get(target, " at own right")
    return f"{species(team[slot])}: {request['active'][slot]['moves'][move]['move']}{aim}{_GIMMICKS[gimmick]}"
