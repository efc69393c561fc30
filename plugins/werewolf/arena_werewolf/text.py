"""A view in words. A speech stands as a JSON string behind its speaker, so that none can pass for a notice."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, cast

from arena.core.game import Event
from arena.core.legal import Choices, FreeText, Legal, Schema
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
        case Schema():
            return ["Who is what? Answer with an object: by player, by role, a probability; {} is no answer."]
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
    found = data.get("role") or ("a werewolf" if data["werewolf"] else "not a werewolf")
    return f"{player(data['seat'])} looks at {player(data['target'])}: {found}."


def _victim(event: Event) -> str:
    return f"The pack has attacked {player(cast(int, event.data['target']))}."


def _prey(event: Event) -> str:
    target: Any = event.data["target"]
    return f"The pack attacks {'nobody' if target is None else player(target)}."


def _dawn(event: Event) -> str:
    data: Mapping[str, Any] = event.data
    killed = data.get("dead") or ([] if data["killed"] is None else [data["killed"]])
    were = "were" if len(killed) > 1 else "was"
    return f"{_players(killed) if killed else 'no player'} {were} killed last night.{_revealed(data)}"


def _speech(event: Event) -> str:
    return f"{player(event.sender or 0)} says: {_quoted(event)}"


def _whisper(event: Event) -> str:
    return f"{player(event.sender or 0)} says to the pack: {_quoted(event)}"


def _quoted(event: Event) -> str:
    withheld = f" (withheld: {', '.join(kinds)})" if (kinds := cast(Any, event.data).get("withheld")) else ""
    return json.dumps(event.data["text"], ensure_ascii=False) + withheld


def _bid(event: Event) -> str:
    return f"{player(cast(int, event.data['seat']))} bids {event.data['bid']}."


def _bids(event: Event) -> str:
    bids: Any = event.data["bids"]
    return f"Bids: {', '.join(f'{player(seat)} {bid}' for seat, bid in bids)}."


def _vote(event: Event) -> str:
    data: Mapping[str, Any] = event.data
    return f"{player(data['seat'])} votes for {_choice(data['choice'])}."


def _votes(event: Event) -> str:
    votes: Any = event.data["votes"]
    return f"Votes: {', '.join(f'{player(voter)} -> {_choice(choice)}' for voter, choice in votes)}."


def _count(event: Event) -> str:
    data: Mapping[str, Any] = event.data
    told = [f"{player(seat)} {votes}" for seat, votes in data["count"]]
    told.append(f"nobody {data['abstained']}")
    return f"Votes counted: {', '.join(told)}."


def _revote(event: Event) -> str:
    return f"A tie; vote again, for one of {_players(cast(Any, event.data['candidates']))}."


def _exile(event: Event) -> str:
    data: Mapping[str, Any] = event.data
    tied = f"Tied: {_players(data['tied'])}. " if data["tied"] else ""
    out = "Nobody" if data["exiled"] is None else player(data["exiled"])
    return f"{tied}{out} is voted out.{_revealed(data)}"


def _shot(event: Event) -> str:
    data: Mapping[str, Any] = event.data
    return f"{player(data['seat'])} is a hunter and shoots {player(data['target'])}.{_revealed(data)}"


def _prediction(event: Event) -> str:
    return f"{player(cast(int, event.data['seat']))} has said who may be what."


def _end(event: Event) -> str:
    winner = event.data["winner"]
    return "The match is a draw." if winner is None else f"The {winner} side has won."


def _choice(choice: int | None) -> str:
    return "nobody" if choice is None else player(choice)


def _revealed(data: Mapping[str, Any]) -> str:
    return "".join(f" Revealed: {player(seat)}, {word}." for seat, word in data.get("revealed", ()))


_LINES: Final[Mapping[str, Callable[[Event], str]]] = {
    "role": _role,
    "night": _night,
    "proposal": _act("proposes to kill"),
    "kill": _act("decides to kill"),
    "sight": _sight,
    "save": _act("watches over"),
    "ward": _act("guards"),
    "victim": _victim,
    "heal": _act("heals"),
    "poison": _act("poisons"),
    "prey": _prey,
    "whisper": _whisper,
    "dawn": _dawn,
    "speech": _speech,
    "bid": _bid,
    "bids": _bids,
    "prediction": _prediction,
    "vote": _vote,
    "votes": _votes,
    "count": _count,
    "revote": _revote,
    "exile": _exile,
    "shot": _shot,
    "end": _end,
}
"""One line for each kind of event."""
