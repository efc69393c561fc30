"""How good a deal was: for its seats, for all together, and beside the best there could have been (RULES.md 6).

With disagreement point d, surplus is s_i = u_i - d_i; no deal is zero surplus.
"""

from collections.abc import Mapping, Sequence
from math import prod
from typing import TypeAlias

from arena.core.values import Seat
from arena_negotiation.frontier import benchmark
from arena_negotiation.protocol import AlternatingOffers, Table
from arena_negotiation.scenario import Scenario

Point: TypeAlias = tuple[float, ...]
"""One surplus a seat."""


def secured(scenario: Scenario, protocol: AlternatingOffers, table: Table, seat: Seat) -> float:
    """The surplus of `seat` if nothing more is agreed on than what the table holds."""
    if table.deal is None or not table.binds(seat):
        return 0.0
    return protocol.worth(table.dealt_in) * scenario.surplus(seat, table.deal.outcome)


def measure(scenario: Scenario, point: Point, agreed: bool) -> Mapping[str, float]:
    """The measures of a match that are the same for all its seats."""
    marks = benchmark(scenario.domain, scenario.utilities, scenario.disagreement)
    harmless = min(point) >= 0.0
    return {
        "deal": float(agreed),
        "welfare": _ratio(sum(point), marks.welfare),
        "pareto": float(not marks.dominates(point)),
        "pareto_distance": marks.distance(point, marks.frontier),
        "nash_ratio": _ratio(prod(point), marks.nash_product) if harmless else 0.0,
        "nash_distance": marks.distance(point, marks.nash),
    }


def shares(point: Point) -> Sequence[float]:
    """Each seat's part of the joint surplus; 0 for all when there is none."""
    return [_ratio(surplus, sum(point)) for surplus in point]


def ranks(scores: Sequence[float]) -> list[int]:
    """1 for the best score; equal scores share a rank."""
    return [1 + sum(other > score for other in scores) for score in scores]


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0.0 else 0.0
