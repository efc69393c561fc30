"""A view in words. A clue stands as a JSON string behind its speaker, so that none can pass for a notice."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from arena.core.game import Event
from arena.core.legal import Choices, FreeText, Legal
from arena.core.values import Json
from arena_who_is_the_spy.secret import Secret

Names = Sequence[str]


def render(
    card: Mapping[str, Json], secrets: Sequence[Secret], events: Sequence[Event], names: Names, legal: Legal | None
) -> str:
    """Who you are, what happened, where the match stands, and what may be answered; one thing a line."""
    lines = [_identity(card, secrets), *(_LINES[event.kind](event, names) for event in events), _standing(card)]
    return "\n".join(line for line in (*lines, *_question(legal)) if line)


def _identity(card: Mapping[str, Any], secrets: Sequence[Secret]) -> str:
    if "seat" not in card:
        return "You are watching."
    role = f" Your role: {card['role']}." if "role" in card else ""
    return f"You are {card['name']}.{role} {secrets[0].words()}"


def _standing(card: Mapping[str, Any]) -> str:
    match card["phase"]:
        case "clues":
            return f"Now: clues, round {card['round']} of {card['rounds']}."
        case "vote":
            return "Now: the vote."
        case _:
            return "The match is over."


def _question(legal: Legal | None) -> list[str]:
    match legal:
        case Choices(ids=ids):
            return ["Who is the spy? Answer with one of these numbers:", *(f"{i}: {legal.label(i)}" for i in ids)]
        case FreeText(max_chars=limit, hint=hint):
            return [f"Answer with {hint}, in at most {limit} characters."]
        case _:
            return []


def _table(event: Event, names: Names) -> str:
    order: Any = event.data["order"]
    return f"Players speak in this order: {', '.join(names[seat] for seat in order)}."


def _clue(event: Event, names: Names) -> str:
    withheld: Any = event.data.get("withheld")
    speaker = names[event.sender or 0]
    if withheld:
        return f"A clue of {speaker} is withheld: {', '.join(withheld)}."
    return f"{speaker} says: {json.dumps(event.data['text'], ensure_ascii=False)}"


def _votes(event: Event, names: Names) -> str:
    votes: Any = event.data["votes"]
    told = (f"{names[voter]} -> {'N/A' if vote is None else names[vote]}" for voter, vote in votes)
    return f"Votes: {', '.join(told)}."


def _end(event: Event, names: Names) -> str:
    data: Mapping[str, Any] = event.data
    tied = f"Tied: {', '.join(names[seat] for seat in data['tied'])}. " if data["tied"] else ""
    accused = "Nobody" if data["accused"] is None else names[data["accused"]]
    return f"{tied}{accused} is accused. The {data['winner']} win."


def _reveal(event: Event, names: Names) -> str:
    data: Mapping[str, Any] = event.data
    spies = ", ".join(names[seat] for seat in data["spies"])
    held = [json.dumps(data[name], ensure_ascii=False) for name in ("spy_secret", "civilian_secret")]
    return f"Spies: {spies}. They hold {held[0]}, civilians {held[1]}."


def _nothing(event: Event, names: Names) -> str:
    """A card is told by the first line."""
    return ""


_LINES: Final[Mapping[str, Callable[[Event, Names], str]]] = {
    "card": _nothing,
    "table": _table,
    "clue": _clue,
    "votes": _votes,
    "end": _end,
    "reveal": _reveal,
}
"""One line for each kind of event."""
