"""What `arena ladder` tells beside ratings: what plugins know of agents, null bots against chance, metrics of games."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from arena.cli.output import print_table
from arena.cli.plugins import plugin_code

if TYPE_CHECKING:
    from arena.client.remote import Remote
    from arena.ledger import Ledger
    from arena.ledger.selection import Selection
    from arena.local.insight import PluginInsight
    from arena.report.ladders import FoundLadder

_METRICS = ("metric", "agent", "side", "role", "mean", "low", "high", "seats", "sets")
_MAY_MISS = frozenset({"side", "role", "low", "high"})


@dataclass(frozen=True, slots=True)
class BesideResults:
    """Columns by name with their headings and help, their values by name and agent, the null bots, and what to note."""

    columns: Mapping[str, Mapping[str, str]]
    values: Mapping[str, Mapping[Any, float]]
    nulls: Sequence[Mapping[str, Any]]
    notes: Sequence[str]


def beside_results(
    ledger: "Ledger", chosen: "Selection", found: "FoundLadder", insight: "PluginInsight"
) -> BesideResults:
    """What the game's plugin knows of the agents of a ladder, and how its null-class bots fare against chance."""
    from arena.report.nulls import judged_nulls, rated_agents

    with plugin_code():
        agents = rated_agents(ledger, chosen.game, [line.row.agent for line in found.lines])
        nulls = judged_nulls(ledger, chosen, agents, insight)
        columns = insight.columns(chosen.game, agents) if insight.has_columns(chosen.game) else ()
    notes, insight.notes = insight.notes, []
    return BesideResults(
        columns={column.name: {"heading": column.heading, "help": column.help} for column, _ in columns},
        values={column.name: values for column, values in columns},
        nulls=[asdict(one) for one in nulls],
        notes=[*notes, *(_alarm(asdict(one)) for one in nulls if one.alarm)],
    )


def _alarm(one: Mapping[str, Any]) -> str:
    rate, low, high, chance = (f"{100 * one[name]:.1f}" for name in ("rate", "low", "high", "chance"))
    return (
        f"alarm: {one['agent']}, which cannot play well, won {rate} % ({low} to {high}) of {one['count']} "
        f"{one['unit']}, where chance gives {chance} %; look at the records (`arena report` tests more)"
    )


def find_metrics(ledger: "Ledger", chosen: "Selection") -> list[dict[str, Any]]:
    """What the game measured in the selected sets, as --json prints it."""
    from arena.ledger.entries import seat_metrics
    from arena.rating.metrics import MetricTally

    tally = MetricTally()
    for seat in seat_metrics(ledger, chosen):
        tally.add(*seat)
    return [row._asdict() for row in tally.rows()]


def ask_metrics(remote: "Remote", game: str) -> list[dict[str, Any]]:
    """The same from a server."""
    rows = remote.metrics(game).rows
    return [{name: _told(row, name) for name in _METRICS} for row in rows]


def _told(row: Any, name: str) -> Any:
    """A field of a message; None where it may be missing, and is."""
    return None if name in _MAY_MISS and not row.HasField(name) else getattr(row, name)


def show_metrics(game: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """A table a metric: of several rows that count the same seats only the one that names most."""
    from arena.rating.metrics import MetricRow, telling

    shown = telling([MetricRow(**row) for row in rows])
    if not shown:
        print(f"{game}: nothing was measured in its matches")
    for metric, found in groupby(shown, key=attrgetter("metric")):
        lines = [[row.agent, row.side or "", row.role or "", *row[4:]] for row in found]
        print_table(f"{metric}, mean a seat", _METRICS[1:], lines)
