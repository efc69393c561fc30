"""What `arena tournament` shows: the plan of an event, its progress, its standings, and the list of events."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from arena.cli.output import harmless, print_table

if TYPE_CHECKING:
    from arena.ledger import Ledger
    from arena.local.conductor import Watcher
    from arena.local.event import OpenEvent
    from arena.local.event_ratings import EventRating
    from arena.local.standings import EventReport
    from arena.tournament.duplicate import VarianceSaved


def as_plan(opened: "OpenEvent") -> dict[str, Any]:
    """What an event file declares, as `arena tournament validate --json` prints it."""
    event = opened.event
    return {
        "name": event.name,
        "game": opened.ref.rated_id,
        "format": event.format.kind,
        "entrants": [entrant.name for entrant in event.entrants],
        "sets": opened.expected(),
        "set_matches": opened.set_matches,
        "duplicate": opened.shared,
        "digest": event.digest,
    }


def show_plan(file: str, opened: "OpenEvent") -> None:
    """Say in a line what an event file declares."""
    plan = as_plan(opened)
    sets = "sets" if plan["sets"] is None else f"about {plan['sets']} sets"
    deals = ", each deal from every side" if plan["duplicate"] else ""
    print(
        f"{harmless(file)} can be held: {harmless(plan['name'])}, {plan['format']} of {len(plan['entrants'])} in "
        f"{plan['game']}, {sets} of {plan['set_matches']} matches{deals}"
    )


@contextmanager
def progress(event: str) -> "Iterator[Watcher | None]":
    """A bar on stderr where somebody looks on, with the time that is left."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.progress import TimeRemainingColumn as TimeLeft

    sets = TextColumn("matches, {task.fields[sets]} sets")
    columns = (TextColumn(event), BarColumn(), MofNCompleteColumn(), sets, TimeElapsedColumn(), TextColumn("left"))
    with Progress(*columns, TimeLeft(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, sets="0")
        yield lambda pace: bar.update(
            task,
            completed=pace.matches,
            total=pace.all_matches,
            sets=f"{pace.sets}" if pace.all_sets is None else f"{pace.sets}/{pace.all_sets}",
        )


def show_report(report: "EventReport") -> None:
    """Print how an event stands."""
    stored = report.event
    expected = "" if report.expected in {None, report.sets} else f" of about {report.expected}"
    print(
        f"{harmless(stored.name)} ({stored.id}), {report.kind} in {stored.game}: {report.state}, "
        f"{report.sets} sets{expected}, {report.matches} matches"
    )
    _print_columns(_standings(report))
    if any(report.ratings.values()):
        _print_columns(_ratings(report))
    for note in (stored.note, *report.notes, _saved(report)):
        if note:
            print(harmless(note))
    if report.state in {"stopped", "interrupted"}:
        print(f"`arena tournament resume {stored.id}` goes on with it")


_Columns = list[tuple[str, list[Any]]]


def _print_columns(columns: _Columns) -> None:
    rows = zip(*(cells for _, cells in columns), strict=True)
    print_table("", [name for name, _ in columns], [list(row) for row in rows])


def _standings(report: "EventReport") -> _Columns:
    """The sets of each entrant, and what the format ranks by."""
    lines = report.standings
    columns: _Columns = [
        (name, [getattr(line, name) for line in lines]) for name in ("rank", "agent", "points", "sets")
    ]
    columns.append(("w/d/l", [f"{line.wins}/{line.draws}/{line.losses}" for line in lines]))
    columns.append(("faults", [line.faults for line in lines]))
    named = [name for name in lines[0].ranked_by if name != "points"]
    columns += [(name, [line.ranked_by[name] for line in lines]) for name in named]
    if any(line.state != "in" for line in lines):
        columns.append(("state", [line.state for line in lines]))
    return [("#", columns[0][1]), *columns[1:]]


def _ratings(report: "EventReport") -> _Columns:
    """Each entrant's rating by each system, raw and clean."""
    agents = [line.agent for line in report.standings]
    columns: _Columns = [("agent", list(agents))]
    for system, by in report.ratings.items():
        columns += _rated(system, [by.get(agent) for agent in agents])
    return columns


def _rated(system: str, ratings: "Sequence[EventRating | None]") -> _Columns:
    """The columns of a rating system; half the width of 95 % intervals where it has any."""
    halves = [None if r is None or r.low is None or r.high is None else (r.high - r.low) / 2 for r in ratings]
    found: _Columns = [(system, [r and r.rating for r in ratings])]
    if any(half is not None for half in halves):
        found.append(("+- 95 %", list(halves)))
    return [*found, ("clean", [r and r.clean for r in ratings])]


def _saved(report: "EventReport") -> str:
    """What shared deals saved, as a sentence; empty where rotations have deals of their own."""
    if not report.shared:
        return ""
    if report.saved is None:
        return "one deal for all rotations of a set: too little was played to say how much variance this saves"
    return _sentence(report.saved)


def _sentence(saved: "VarianceSaved") -> str:
    interval = "" if saved.low is None else f" (95 %: {saved.low:.0%} to {saved.high:.0%})"
    if saved.share <= 0:
        return f"one deal for all rotations of a set saved no variance here: {saved.share:.0%}{interval}"
    worth = "" if saved.worth is None else f", as {saved.worth:.2f} times as many matches would"
    return f"one deal for all rotations of a set saved {saved.share:.0%} of a set score's variance{interval}{worth}"


def as_lines(ledger: "Ledger") -> list[dict[str, Any]]:
    """The events of a ledger, oldest first, as `arena tournament list --json` prints them."""
    register = ledger.tournaments
    return [
        {
            "tournament": event.id,
            "name": event.name,
            "game": event.game,
            "state": "interrupted" if event.state.claimed and not register.running(event) else event.state.value,
            "matches": register.settled(event.id),
            "started_ms": event.started_ms,
        }
        for event in register.all()
    ]


def show_lines(lines: Sequence[dict[str, Any]]) -> None:
    """Print the list of events."""
    rows = [
        (
            line["tournament"],
            line["name"],
            line["game"],
            line["state"],
            line["matches"],
            datetime.fromtimestamp(line["started_ms"] / 1000, UTC).strftime("%Y-%m-%d %H:%M"),
        )
        for line in lines
    ]
    print_table("", ("id", "name", "game", "state", "matches", "began (UTC)"), rows)
