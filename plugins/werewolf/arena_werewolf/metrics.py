"""The end of a match in numbers: ranks and scores, and per seat what RULES.md 7 lists."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from arena.core.game import Outcome, SeatOutcome
from arena.core.values import Seat
from arena_werewolf.question import brier
from arena_werewolf.roles import DOCTOR, GUARD, HUNTER, SEER, TEAMS, WEREWOLF, WITCH, Role, Team
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
    votes = [ballot[seat] for r in table.rounds for ballot in r.ballots if seat in ballot]
    found = {"survived": float(seat in table.living)}
    _mean(found, "abstain_rate", [choice == table.rules.nothing for choice in votes])
    _mean(found, "speech_chars", [chars for r in table.rounds for chars in r.spoken.get(seat, ())])
    if role.team is Team.VILLAGE:
        _add_votes(found, table, seat, [choice for choice in votes if choice != table.rules.nothing])
    for name, count in _POWER_RATES.get(role, {}).items():
        _mean(found, name, count(table, seat))
    _mean(found, "brier", brier(table, seat))
    if table.rules.league and (seat in table.spoofs or any(seat in r.spoken for r in table.rounds)):
        found["spoofs"] = float(table.spoofs.get(seat, 0))
    return found


def _add_votes(found: dict[str, float], table: Table, seat: Seat, cast: Sequence[int]) -> None:
    _mean(found, "vote_accuracy", [_is_wolf(table, choice) for choice in cast])
    _mean(found, "exile_accuracy", [_is_wolf(table, r.exiled) for r in table.rounds if r.exiled is not None])
    if table.rules.league:
        hits = [r for r in table.rounds if r.exiled is not None and _is_wolf(table, r.exiled)]
        _mean(found, "voting_success", [r.votes[seat] == r.exiled for r in hits if seat in r.votes])


def _mean(found: dict[str, float], name: str, values: Iterable[float]) -> None:
    if counted := list(values):
        found[name] = sum(counted) / len(counted)


def _is_wolf(table: Table, seat: int) -> bool:
    return table.deal[seat].team is Team.WEREWOLF


def _finds(table: Table, seat: Seat) -> list[float]:
    return [r.sights[seat] for r in table.rounds if seat in r.sights]


def _saves(table: Table, seat: Seat) -> list[float]:
    return [r.acts[seat] == r.attacked for r in table.rounds if seat in r.acts]


def _kills(table: Table, seat: Seat) -> list[float]:
    return [r.killed is not None for r in table.rounds if seat in r.acts]


def _heals(table: Table, seat: Seat) -> list[float]:
    """Once a match; a witch that dies with her antidote has wasted it."""
    return [any(r.healed is not None and r.killed != r.healed for r in table.rounds)]


def _poisonings(table: Table, seat: Seat) -> list[float]:
    return [_is_wolf(table, r.poisoned) for r in table.rounds if r.poisoned is not None]


def _shots(table: Table, seat: Seat) -> list[float]:
    return [_is_wolf(table, r.shots[seat]) for r in table.rounds if seat in r.shots]


_Rates = Mapping[str, Callable[[Table, Seat], list[float]]]

_POWER_RATES: Final[Mapping[Role, _Rates]] = {
    SEER: {"seer_find": _finds},
    DOCTOR: {"doctor_save": _saves},
    GUARD: {"guard_save": _saves},
    WITCH: {"witch_heal": _heals, "witch_poison": _poisonings},
    HUNTER: {"hunter_hit": _shots},
    WEREWOLF: {"kill_efficiency": _kills},
}
"""By role: how often its power did what it is for."""
