"""What `arena ladder --cost` tells: what agents spent in a game, and what a point of rating cost them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from arena.ledger import Ledger
    from arena.local.insight import PluginInsight
    from arena.v1.results_pb2 import GetLadderResponse, Spending

COLUMNS: Final = {
    "tokens": "tokens",
    "think_seconds": "seconds",
    "cost": "cost",
    "void_cost": "void",
    "cost_per_point": "cost/point",
}
"""What stands in a row, with the headings; an agent that stated nothing has None everywhere."""
_SUMS: Final = ("matches", "prompt_tokens", "completion_tokens", "think_seconds", "cost")

Line = Mapping[str, Any]
"""Of one agent, in void matches or in the others: the sums by name."""


def find_spending(ledger: "Ledger", game: str) -> list[Line]:
    """What each agent spent in all matches of a game, as --json prints it."""
    from arena.ledger.spending import spending

    return [{"agent": line.agent, "void": line.void, **line.spent._asdict()} for line in spending(ledger, game)]


def told_spending(reply: "GetLadderResponse") -> list[Line]:
    """The same as far as a server tells it."""
    lines = []
    for row in reply.rows:
        for field, void in (("spending", False), ("void_spending", True)):
            if row.HasField(field):  # type: ignore[arg-type]  # the stub wants a literal
                lines.append(_line(row.agent, void, getattr(row, field)))
    return lines


def null_floor(game: str, rows: Iterable[Line], specs: Mapping[Any, str], insight: "PluginInsight") -> float | None:
    """The best rating among the null-class bots of a ladder, told by their SPECs or else by their names."""
    from arena.core.measures import RatedAgent

    bots = [row for row in rows if insight.null_class(game, RatedAgent(row["agent"], specs.get(row["agent"], "")))]
    return max((row["rating"] for row in bots), default=None)


def with_costs(rows: Sequence[Line], lines: Iterable[Line], floor: float | None) -> list[dict[str, Any]]:
    """The rows of a ladder, each with what its agent spent.

    `cost_per_point` is the cost, that of void matches included, over the points by which the rating is above `floor`;
    there is none without a floor, below it, or without a cost.
    """
    known = {(line["agent"], line["void"]): line for line in lines}
    return [
        {**row} | _costs(row, known.get((row["agent"], False)), known.get((row["agent"], True)), floor) for row in rows
    ]


def _costs(row: Line, spent: Line | None, wasted: Line | None, floor: float | None) -> dict[str, Any]:
    if spent is None and wasted is None:
        return dict.fromkeys(COLUMNS)
    counted, void = spent or dict.fromkeys(_SUMS, 0), wasted or dict.fromkeys(_SUMS, 0)
    gained = 0.0 if floor is None else row["rating"] - floor
    cost = counted["cost"] + void["cost"]
    return {
        "tokens": counted["prompt_tokens"] + counted["completion_tokens"],
        "think_seconds": float(counted["think_seconds"]),
        "cost": counted["cost"] or None,
        "void_cost": void["cost"] or None,
        "cost_per_point": cost / gained if cost and gained > 0 else None,
    }


def _line(agent: str, void: bool, spent: "Spending") -> Line:
    return {"agent": agent, "void": void, **{name: getattr(spent, name) for name in _SUMS}}
