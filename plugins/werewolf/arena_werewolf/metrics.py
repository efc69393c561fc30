"""The end of a match in numbers: ranks and scores, and per seat what RULES.md 7 lists."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from arena.core.game import Outcome, SeatOutcome
from arena.core.values import Seat
from arena_werewolf.roles import DOCTOR, SEER, TEAMS, WEREWOLF, Role, Team
from arena_werewolf.table import Table


def score(table: Table, winner: Team | None) -> Outcome:
    """Winners have rank 1 and score 1, losers 2 and 0; in a draw everybody has rank 1 and score 0.5."""
    return [_seat_outcome(table, seat, winner) for seat in table.seats]


def _seat_outcome(table: Table, seat: Seat, winner: Team | None) -> SeatOutcome:
    role = table.deal[seat]
    won = role.team is winner
    return SeatOutcome(
        rank=1 if winner is None or won else 2,
        score=0.5 if winner is None else float(won),
        role=role.name,
        team=TEAMS[role.team],
        metrics=_metrics(table, seat),
    )


def _metrics(table: Table, seat: Seat) -> Mapping[str, float]:
    """A rate is left out where it has no denominator, so that means over matches are means over those that count."""
    role = table.deal[seat]
    votes = [r.votes[seat] for r in table.rounds if seat in r.votes]
    cast = [choice for choice in votes if choice != table.rules.nothing]
    found = {"survived": float(seat in table.living)}
    _mean(found, "abstain_rate", [choice == table.rules.nothing for choice in votes])
    _mean(found, "speech_chars", [r.spoken[seat] for r in table.rounds if seat in r.spoken])
    if role.team is Team.VILLAGE:
        _mean(found, "vote_accuracy", [_is_wolf(table, choice) for choice in cast])
        exiles = [r.exiled for r in table.rounds if r.exiled is not None]
        _mean(found, "exile_accuracy", [_is_wolf(table, exile) for exile in exiles])
    if role in _NIGHT_RATES:
        name, count = _NIGHT_RATES[role]
        _mean(found, name, count(table, seat))
    return found


def _mean(found: dict[str, float], name: str, values: Iterable[float]) -> None:
    if counted := list(values):
        found[name] = sum(counted) / len(counted)


def _is_wolf(table: Table, seat: int) -> bool:
    return table.deal[seat].team is Team.WEREWOLF


def _finds(table: Table, seat: Seat) -> list[bool]:
    return [r.sights[seat] for r in table.rounds if seat in r.sights]


def _saves(table: Table, seat: Seat) -> list[bool]:
    return [r.acts[seat] == r.attacked for r in table.rounds if seat in r.acts]


def _kills(table: Table, seat: Seat) -> list[bool]:
    return [r.killed is not None for r in table.rounds if seat in r.acts]


_NIGHT_RATES: Final[Mapping[Role, tuple[str, Callable[[Table, Seat], list[bool]]]]] = {
    SEER: ("seer_find", _finds),
    DOCTOR: ("doctor_save", _saves),
    WEREWOLF: ("kill_efficiency", _kills),
}
"""By role: the share of its nights on which its power did what it is for."""
