"""What a match came to: a void result, and the provenance that belongs to a result's moves."""

from collections.abc import Iterable
from dataclasses import replace

from arena.core.agent import Provenance
from arena.core.match import Cause, MatchResult, SeatResult
from arena.core.values import Seat
from arena.server.live import LiveMatch
from arena.server.snapshot import Moved
from arena.wire.provenance import decode_provenance


def void_result(live: LiveMatch, moved: Iterable[Moved], reason: str) -> MatchResult:
    """The result of a match that nobody is charged with, with the decisions that stood."""
    parties = live.parties or range(len(live.plan.parties))
    seats = [SeatResult(seat=Seat(i), party=p, rank=1, score=0.0, cause=Cause.VOID) for i, p in enumerate(parties)]
    moves = sorted((entry.move() for entry in moved), key=lambda move: (move.step, move.seat))
    return MatchResult(plan=live.plan, moves=moves, seats=seats, void=reason)


def add_provenance(live: LiveMatch, result: MatchResult) -> None:
    """Join what the agents sent with the answers that stood to what the worker noted.

    The match lets go of it: its seats are held until their end was heard, and megabytes must not wait for that.
    """
    sent, live.provenance = live.provenance, {}
    if not sent:
        return
    found = dict(result.provenance)
    for index, move in enumerate(result.moves):
        if move.cause is None and (data := sent.get((move.step, move.seat))):
            noted = found.get(index) or Provenance()
            found[index] = replace(decode_provenance(data), refused=noted.refused, raw=noted.raw)
    result.provenance = found
