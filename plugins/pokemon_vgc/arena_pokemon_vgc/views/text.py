"""The field `text`: the same tree in words, for language models and people."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Tree = Mapping[str, Any]

_SHOWN_LINES = 24


def in_words(view: Tree, lines: Sequence[str]) -> str:
    """The match as the viewer knows it, and what the log said since its last turn line but one."""
    return "\n".join([*_head(view), *_teams(view), *_recent(lines)])


def _head(view: Tree) -> Iterator[str]:
    yield "Team preview." if view["phase"] == "preview" else f"Turn {view['turn']}."
    if any(view["won"]):
        yield f"Series: {view['won'][0]:g} to {view['won'][1]:g}."
    if view["weather"]:
        yield f"Weather: {view['weather']}{_left(view['weather_turns_left'])}."
    for name, left in view["field"].items():
        yield f"Field: {name}{_left(left)}."


def _left(turns: Sequence[int] | None) -> str:
    if turns is None:
        return ""
    low, high = turns
    return f" ({low} turns left)" if low == high else f" ({low} or {high} turns left)"


def _teams(view: Tree) -> Iterator[str]:
    own = view["seat"]
    for seat in (own, 1 - own) if own >= 0 else (0, 1):
        side = view["sides"][seat]
        name = {own: "Your side", 1 - own: "The foe's side"}[seat] if own >= 0 else f"Seat {seat}"
        yield f"{name}, {side['left']} left:"
        for condition, lasting in side["conditions"].items():
            yield f"  {condition}{_left(lasting['turns_left'])}"
        for member in sorted(side["team"], key=_order):
            if member["brought"] is not False:
                yield f"  {_member(member)}"


def _order(member: Tree) -> tuple[bool, int]:
    return member["slot"] is None, member["slot"] or 0


def _member(member: Tree) -> str:
    where = {None: "", 0: "[left] ", 1: "[right] "}[member["slot"]]
    health = (
        "fainted" if member["status"] == "fnt" else f"{member['hp']:.0%}{f' {s}' if (s := member['status']) else ''}"
    )
    parts = [f"{where}{member['species']} ({'/'.join(member['types'])}) {health}"]
    parts += [f"{name} {member[key]}" for name, key in (("item", "item"), ("ability", "ability")) if member[key]]
    if member["tera_type"]:
        parts.append(f"Tera {member['tera_type']}{' now' if member['terastallized'] else ''}")
    if stats := member.get("stats"):
        parts.append(", ".join(f"{stat} {value}" for stat, value in stats.items()))
    if boosts := [f"{stat} {value:+d}" for stat, value in member["boosts"].items() if value]:
        parts.append(", ".join(boosts))
    if member["volatiles"]:
        parts.append(", ".join(member["volatiles"]))
    if member["moves"]:
        parts.append("moves " + ", ".join(_move(move) for move in member["moves"]))
    return "; ".join(parts)


def _move(move: Tree) -> str:
    power = f" {move['power']}" if move["power"] else ""
    return f"{move['name']} ({move['type']} {move['category'].lower()}{power})"


def _recent(lines: Sequence[str]) -> Iterator[str]:
    turns = [number for number, line in enumerate(lines) if line.startswith("|turn|")]
    since = turns[-2] if len(turns) > 1 else 0
    shown = [line for line in lines[since:] if line not in {"|", "|upkeep"} and not line.startswith(_QUIET)]
    if shown:
        yield "Since then:"
        yield from (f"  {line[1:]}" for line in shown[-_SHOWN_LINES:])


_QUIET = ("|showteam", "|raw", "|rule", "|player", "|teamsize", "|clearpoke", "|gen", "|tier", "|gametype", "|poke")
"""Lines that begin a match; the teams above say as much."""
