"""From a team's text, in Showdown's export or packed form, to its fields. It is an agent's: hostile until read."""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from arena.core.errors import BadEntry
from arena_pokemon_vgc.teams.sets import MAX_TEAM, STATS, PokemonSet, Spread, Team, to_id

MAX_TEXT: Final = 20_000
"""Characters of one team; an export of six has some 1,500."""

_MAX_ID: Final = 40
_MAX_MOVES: Final = 24
_HEADER: Final = re.compile(r"^===.*===$")
_SPREAD: Final = re.compile(r"^\s*(\d{1,4})\s+(HP|Atk|Def|SpA|SpD|Spe)\s*$", re.IGNORECASE)
_GENDERS: Final = {"(m)": "M", "(f)": "F", "(n)": "N"}


def parse_team(text: str) -> Team:
    """The members of a team.

    Raises:
        BadEntry: it is too long, holds nobody or more than six, or has a line that means nothing.
    """
    if len(text) > MAX_TEXT:
        raise BadEntry(f"a team is a text of at most {MAX_TEXT} characters, not {len(text)}")
    body = text.strip()
    team = _parse_packed(body) if "|" in body and "\n" not in body else _parse_export(body)
    if not team:
        raise BadEntry("the team is empty; give Showdown's export or packed text of one to six Pokemon")
    if len(team) > MAX_TEAM:
        raise BadEntry(f"a team has at most {MAX_TEAM} Pokemon, not {len(team)}")
    return team


# ---- export text -----------------------------------------------------------------------------------------------------


def _parse_export(text: str) -> list[PokemonSet]:
    blocks: list[list[str]] = [[]]
    for raw in text.splitlines():
        line = raw.strip()
        if line and not _HEADER.match(line):
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    return [_parse_block(block) for block in blocks if block]


def _parse_block(lines: Sequence[str]) -> PokemonSet:
    fields = _parse_first(lines[0])
    moves: list[str] = []
    for line in lines[1:]:
        if line.startswith("-"):
            moves.append(_id(_first_of(line[1:]), "move"))
        elif line.lower().endswith(" nature"):
            fields["nature"] = _id(line[: -len(" nature")], "nature")
        else:
            fields.update(_parse_property(line))
    return _member(moves=moves, **fields)


def _first_of(move: str) -> str:
    """`Hidden Power [Ice]` is one name; `A / B` offers two, of which the first is meant."""
    return move.split("/", maxsplit=1)[0]


def _parse_first(line: str) -> dict[str, Any]:
    """`Nickname (Species) (M) @ Item`, all but the species optional."""
    who, _, item = line.partition(" @ ")
    who, fields = who.strip(), {"item": _id(item, "item")}
    if (gender := _GENDERS.get(who[-3:].lower())) and who[-4:-3] in {" ", ""}:
        fields["gender"], who = gender, who[:-3].strip()
    if who.endswith(")") and "(" in who:
        who = who[who.rindex("(") + 1 : -1]
    fields["species"] = _id(who, "species")
    return fields


def _parse_property(line: str) -> dict[str, Any]:
    name, colon, value = (part.strip() for part in line.partition(":"))
    if not colon:
        raise BadEntry(f"a team has a line that means nothing: {line[:60]!r}")
    parse = _PROPERTIES.get(name.lower())
    return parse(value) if parse else {}


def _spread_of(text: str) -> Spread:
    spread: dict[str, int] = {}
    for part in text.split("/"):
        found = _SPREAD.match(part)
        if not found:
            raise BadEntry(f"points are written like '252 HP / 4 Def', not {text[:60]!r}")
        spread[found[2].lower()] = int(found[1])
    return spread


_PROPERTIES: Final[dict[str, Callable[[str], dict[str, Any]]]] = {
    "ability": lambda value: {"ability": _id(value, "ability")},
    "level": lambda value: {"level": _whole(value, "level", 100)},
    "shiny": lambda value: {"shiny": value.lower() == "yes"},
    "happiness": lambda value: {"happiness": _whole(value, "happiness", 255)},
    "tera type": lambda value: {"tera": _id(value, "Tera type")},
    "gigantamax": lambda value: {"gigantamax": value.lower() == "yes"},
    "dynamax level": lambda value: {"dynamax_level": _whole(value, "Dynamax level", 10)},
    "hidden power": lambda value: {"hidden_power": _id(value, "Hidden Power")},
    "evs": lambda value: {"evs": _spread_of(value)},
    "ivs": lambda value: {"ivs": _spread_of(value)},
}
"""Lines of another name, of which exports have some (a ball, a date), say nothing about play and are left out."""


# ---- packed text -----------------------------------------------------------------------------------------------------


def _parse_packed(text: str) -> list[PokemonSet]:
    return [_parse_member(part) for part in text.split("]") if part]


def _parse_member(text: str) -> PokemonSet:
    fields = text.split("|")
    if len(fields) != 12:
        raise BadEntry(f"a packed Pokemon has 12 fields with | between them, not {len(fields)}")
    name, species, item, ability, moves, nature, evs, gender, ivs, shiny, level, extras = fields
    happiness, power, _, gigantamax, dynamax, tera = (extras.split(",") + [""] * 6)[:6]
    return _member(
        species=_id(species or name, "species"),
        item=_id(item, "item"),
        ability=_id(ability, "ability"),
        moves=[_id(move, "move") for move in moves.split(",") if move],
        nature=_id(nature, "nature"),
        evs=_packed_spread(evs, 0),
        gender=gender if gender in {"", "M", "F", "N"} else "",
        ivs=_packed_spread(ivs, 31),
        shiny=bool(shiny),
        level=_optional(level, "level", 100),
        happiness=_optional(happiness, "happiness", 255),
        hidden_power=_id(power, "Hidden Power"),
        gigantamax=bool(gigantamax),
        dynamax_level=_optional(dynamax, "Dynamax level", 10),
        tera=_id(tera, "Tera type"),
    )


def _packed_spread(text: str, default: int) -> Spread:
    if not text:
        return {}
    parts = text.split(",")
    if len(parts) != len(STATS):
        raise BadEntry(f"packed points are six numbers with commas between them, not {text[:60]!r}")
    return {stat: _whole(part, "points", 9_999) if part else default for stat, part in zip(STATS, parts, strict=True)}


# ---- values ----------------------------------------------------------------------------------------------------------


def _member(**fields: Any) -> PokemonSet:
    if not fields.get("species"):
        raise BadEntry("a team has a Pokemon without a species")
    if len(fields.get("moves", ())) > _MAX_MOVES:
        raise BadEntry(f"{fields['species']} has more than {_MAX_MOVES} moves")
    return PokemonSet(**fields)


def _id(text: str, what: str) -> str:
    found = to_id(text)
    if len(found) > _MAX_ID:
        raise BadEntry(f"no {what} has a name of more than {_MAX_ID} letters: {found[:60]!r}")
    return found


def _whole(text: str, what: str, high: int) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 4 or int(text) > high:
        raise BadEntry(f"{what} is a whole number from 0 to {high}, not {text[:20]!r}")
    return int(text)


def _optional(text: str, what: str, high: int) -> int | None:
    return _whole(text, what, high) if text else None
