"""Matches, ladders and provenance as messages, each as one reader may see it."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict
from typing import Final

import numpy as np

from arena.core.agent import Refusal
from arena.core.values import SetId
from arena.ledger import MadeMove, MatchLine, MatchSeat
from arena.ledger.spending import Spending
from arena.rating import LadderRow
from arena.rating.metrics import MetricRow
from arena.rating.payoff import PayoffTally
from arena.server.live import LiveMatch
from arena.server.session import Principal
from arena.v1 import play_pb2
from arena.v1 import results_pb2 as pb
from arena.wire.frames import CAUSES

_LISTED_REFUSALS: Final = 16
"""Of one seat, in a list of matches."""
_LISTED_TEXT: Final = 200
"""Characters of a refused answer in a list of matches."""


def is_admin(principal: Principal) -> bool:
    """Whether this caller may read everything."""
    return "admin" in principal.scopes


def is_told(principal: Principal, owner: str) -> bool:
    """Whether this caller may read what is its owner's affair alone. Who shows no token owns nothing."""
    return is_admin(principal) or (bool(principal.owner) and principal.owner == owner)


def live_summary(match: LiveMatch, principal: Principal) -> pb.MatchSummary:
    """A match under way: its agents play under seat numbers alone, so a name is told to those it belongs to."""
    plan = match.plan
    seated = [plan.parties[party] for party in match.parties]
    return pb.MatchSummary(
        match_id=plan.match_id,
        set_id=plan.set_id,
        rated_id=plan.game.rated_id,
        live=True,
        rated=match.of.plan.rated,
        seats=[
            pb.SeatSummary(seat=seat, agent=party.agent if is_told(principal, party.owner) else "")
            for seat, party in enumerate(seated)
        ],
    )


def landed_summary(
    line: MatchLine, principal: Principal, live_sets: AbstractSet[SetId], refused: Sequence[MadeMove]
) -> pb.MatchSummary:
    """A match in the ledger. While others of its set are live it names nobody: they are played by the same agents."""
    named = line.set_id not in live_sets
    return pb.MatchSummary(
        match_id=line.match_id,
        set_id=line.set_id,
        rated_id=line.game,
        rated=line.rated,
        void=line.void,
        ended_ms=line.ended_ms,
        seats=[_seat_summary(seat, refused, named=named, own=is_told(principal, seat.owner)) for seat in line.seats],
    )


def provenance_message(made: MadeMove) -> pb.MoveProvenance:
    """How a move came about, as it is in the ledger: numbers that no agent could send may stand there all the same."""
    how = made.provenance
    return pb.MoveProvenance(
        move=made.number,
        step=made.step,
        seat=made.seat,
        provenance=play_pb2.Provenance(
            policy_version=how.policy_version,
            prompt_token_ids=how.prompt_token_ids,
            completion_token_ids=how.completion_token_ids,
            logprobs_f32=np.asarray(how.logprobs, dtype="<f4").tobytes(),
            reasoning=how.reasoning,
            cost=how.cost,
            think_seconds=how.think_seconds,
            mask=how.mask,
            prompt_tokens=how.prompt_tokens,
            completion_tokens=how.completion_tokens,
        ),
        refused=[_refusal_message(made.step, refusal) for refusal in how.refused],
        raw=how.raw,
    )


def ladder_row(row: LadderRow) -> pb.LadderRow:
    """A line of a ladder, by the names that both have."""
    return pb.LadderRow(**asdict(row))


def tell_spending(rows: Iterable[pb.LadderRow], lines: Iterable[Spending]) -> None:
    """Add to the lines of a ladder what their agents spent, as far as `lines` tell it."""
    by_agent = {row.agent: row for row in rows}
    for line in lines:
        if row := by_agent.get(line.agent):
            told = row.void_spending if line.void else row.spending
            told.MergeFrom(pb.Spending(**line.spent._asdict()))


def payoffs_message(tally: PayoffTally) -> pb.GetPayoffsResponse:
    """What agents earned against one another; no agents where nothing was played."""
    cells = tally.cells()
    if not cells:
        return pb.GetPayoffsResponse()
    agents = sorted({cell.agent for cell in cells})
    place = {agent: index for index, agent in enumerate(agents)}
    low, high = tally.seen
    return pb.GetPayoffsResponse(
        agents=agents,
        low=low,
        high=high,
        cells=[
            pb.PayoffCell(
                agent=place[cell.agent],
                opponent=place[cell.opponent],
                mean=cell.mean,
                samples=cell.samples,
                squares=cell.squares,
                majority=cell.majority,
            )
            for cell in cells
        ],
    )


def metric_row(row: MetricRow) -> pb.MetricRow:
    """A mean of one metric, by the names that both have; None is a missing field."""
    return pb.MetricRow(**row._asdict())


def _seat_summary(seat: MatchSeat, moves: Sequence[MadeMove], *, named: bool, own: bool) -> pb.SeatSummary:
    mine = [(move.step, refusal) for move in moves if move.seat == seat.seat for refusal in move.provenance.refused]
    return pb.SeatSummary(
        seat=seat.seat,
        agent=seat.agent if named or own else "",
        outcome=play_pb2.SeatOutcome(
            seat=seat.seat,
            rank=seat.rank,
            score=seat.score,
            cause=CAUSES[seat.cause],
            role=seat.role,
            team=seat.team,
        ),
        refusals=seat.refusals if own else 0,
        defaults=seat.defaults,
        refused=[
            _refusal_message(step, Refusal(refusal.reason, refusal.sent[:_LISTED_TEXT]))
            for step, refusal in mine[:_LISTED_REFUSALS]
        ],
    )


def _refusal_message(step: int, refusal: Refusal) -> pb.Refusal:
    return pb.Refusal(step=step, reason=refusal.reason, sent=refusal.sent)
