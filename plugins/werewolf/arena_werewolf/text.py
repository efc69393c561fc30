"""A view in words. A speech stands as a JSON string behind its speaker, so that none can pass for a notice."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from arena.core.game import Event
from arena.core.legal import Choices, FreeText, Legal
from arena.core.values import Json
from arena_werewolf.phase import player


def render(card: Mapping[str, Json], history: Sequence[Event], legal: Legal | None) -> str:
    """Who you are, what happened, where the match stands, and what may be answered; one thing a line."""
    lines = [_identity(card), *(_LINES[event.kind](event) for event in history), _standing(card)]
    if legal is not None:
        lines.extend(_question(legal))
    return "\n".join(line for line in lines if line)


def _identity(card: Mapping[str, Any]) -> str:
    if "seat" not in card:
        return "You are watching."
    mates = f" Your teammates: {_players(card['teammates'])}." if card["teammates"] else ""
    return f"You are {player(card['seat'])}. Your role: {card['role']}. Your side: {card['team']}.{mates}"


def _standing(card: Mapping[str, Any]) -> str:
    return f"Now: day {card['day']}, {card['phase']}. Alive: {_players(card['living'])}."


def _question(legal: Legal) -> list[str]:
    match legal:
        case Choices(ids=ids):
            return ["Answer with one of these numbers:", *(f"{i}: {legal.label(i)}" for i in ids)]
        case FreeText(max_chars=limit, hint=hint):
            return [f"Answer with {hint}, in at most {limit} characters."]
        case _:
            return []


def _players(seats: Sequence[int]) -> str:
    return ", ".join(map(player, seats)) or "nobody"


def _role(event: Event) -> str:
    data: Mapping[str, Any] = event.data
    return f"{player(data['seat'])} is dealt the role {data['role']}."


def _night(event: Event) -> str:
    return f"Night {event.data['day']} begins."


def _act(verb: str) -> Callable[[Event], str]:
    def line(event: Event) -> str:
        data: Mapping[str, Any] = event.data
        return f"{player(data['seat'])} {verb} {player(data['target'])}."

    return line


def _sight(event: Event) -> str:
    data: Mapping[str, Any] = event.data
    found = "a werewolf" if data["werewolf"] else "not a werewolf"
    return f"{player(data['seat'])} looks at {player(data['target'])}: {found}."


def _dawn(event: Event) -> str:
    killed: Any = event.data["killed"]
    return f"{'no player' if killed is None else player(killed)} was killed last night."


def _speech(event: Event) -> str:
    said = json.dumps(event.data["text"], ensure_ascii=False)
    return f"{player(event.sender or 0)} says: {said}"


def _votes(event: Event) -> str:
    votes: Any = event.data["votes"]
    told = (f"{player(voter)} -> {'nobody' if choice is None else player(choice)}" for voter, choice in votes)
    return f"Votes: {', '.join(told)}."


def _exile(event: Event) -> str:
    data: Mapping[str, Any] = event.data
    tied = f"Tied: {_players(data['tied'])}. " if data["tied"] else ""
    return f"{tied}{'Nobody' if data['exiled'] is None else player(data['exiled'])} is voted out."


def _end(event: Event) -> str:
    winner = event.data["winner"]
    return "The match is a draw." if winner is None else f"The {winner} side has won."


_LINES: Final[Mapping[str, Callable[[Event], str]]] = {
    "role": _role,
    "night": _night,
    "proposal": _act("proposes to kill"),
    "kill": _act("decides to kill"),
    "sight": _sight,
    "save": _act("watches over"),
    "dawn": _dawn,
    "speech": _speech,
    "votes": _votes,
    "exile": _exile,
    "end": _end,
}
"""One line for each kind of event."""
