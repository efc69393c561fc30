"""From the end of a match to a rank, score and cause for each seat."""

import math
from collections.abc import Sequence

from arena.core.errors import GameFault
from arena.core.game import GameSpec, Outcome
from arena.core.match import Cause, Move, SeatResult
from arena.core.values import Seat


def by_rules(spec: GameSpec, outcome: Outcome | None, parties: Sequence[int]) -> list[SeatResult]:
    """What the game's own outcome says.

    Raises:
        GameFault: there is no outcome, it is not one entry a seat, or its numbers cannot be ranked.
    """
    if outcome is None or len(outcome) != spec.seats:
        raise GameFault(f"{spec.id} ended without an outcome for each of its {spec.seats} seats")
    return [_seat(spec, Seat(i), party, outcome) for i, party in enumerate(parties)]


def _seat(spec: GameSpec, seat: Seat, party: int, outcome: Outcome) -> SeatResult:
    own = outcome[seat]
    metrics = own.metrics
    if not math.isfinite(own.score) or (metrics and not all(map(math.isfinite, metrics.values()))):
        raise GameFault(f"{spec.id} gave seat {seat} a score or metric that is no proper number")
    if not 1 <= own.rank <= spec.seats or own.rank != int(own.rank):
        raise GameFault(f"{spec.id} gave seat {seat} a rank that is none of 1 to {spec.seats}")
    return SeatResult(
        seat=seat,
        party=party,
        rank=int(own.rank),
        score=float(own.score),
        role=own.role,
        team=own.team,
        metrics=dict(metrics) if metrics else {},
    )


def by_forfeit(spec: GameSpec, forfeit: Move, parties: Sequence[int], sides: Sequence[int]) -> list[SeatResult]:
    """The forfeiter, with its whole team, scores `score_low` and ranks last; the others share rank 1 at `score_high`.

    In a cooperative or single-seat game all fail together. The cause stands on the seat that forfeited alone.
    """
    side = sides or range(spec.seats)
    lost = {Seat(i) for i in range(spec.seats) if spec.scored or side[i] == side[forfeit.seat]}
    last = 1 + spec.seats - len(lost)
    return [
        SeatResult(
            seat=Seat(i),
            party=party,
            rank=last if i in lost else 1,
            score=spec.score_low if i in lost else spec.score_high,
            cause=forfeit.cause or Cause.RULES if i == forfeit.seat else Cause.RULES,
            team=spec.teams[side[i]] if sides else "",
        )
        for i, party in enumerate(parties)
    ]
