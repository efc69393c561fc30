"""What `arena tournament` shows: the plan of an event, its progress, its standings, and the list of events."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from arena.cli.output import print_table
from arena.core.terminal import harmless

if TYPE_CHECKING:
    from arena.ledger import Ledger
    from arena.local.event import OpenEvent


def as_plan(opened: "OpenEvent") -> dict[str, Any]:
    """What an event file declares, as `arena tournament validate --json` prints it."""
    event = opened.event
    return {
        "name": event.name,
        "game": opened.ref.rated_id,
        "format": event.format.kind,
        "entrants": [entrant.name for entrant in event.entrants],
        "open": asdict(event.open) if event.open is not None else None,
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
    entrants = f"{len(plan['entrants'])}" + (_room(plan["open"]) if plan["open"] else "")
    print(
        f"{harmless(file)} can be held: {harmless(plan['name'])}, {plan['format']} of {entrants} in "
        f"{plan['game']}, {sets} of {plan['set_matches']} matches{deals}"
    )


def _room(rule: dict[str, Any]) -> str:
    ends = [f"{rule['entrants']} are there"] if rule["entrants"] is not None else []
    ends += [f"{rule['seconds']:g} s have passed"] if rule["seconds"] is not None else []
    return f" and whoever enters before {' or '.join(ends)}"


@contextmanager
def progress(event: str) -> "Iterator[Callable[..., None] | None]":
    """A bar on stderr where somebody looks on, with the time that is left.

    It is told a `Pace` and, where there is more to say than its numbers, a note.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.progress import TimeRemainingColumn as TimeLeft

    sets = TextColumn("matches, {task.fields[sets]} sets")
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        sets,
        TimeElapsedColumn(),
        TextColumn("left"),
    )
    with Progress(*columns, TimeLeft(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(event, total=None, sets="0")
        yield lambda pace, note="": bar.update(
            task,
            description=f"{event}, {note}" if note else event,
            completed=pace.matches,
            total=pace.all_matches,
            sets=f"{pace.sets}" if pace.all_sets is None else f"{pace.sets}/{pace.all_sets}",
        )


Document = dict[str, Any]
"""How an event stands, as `arena tournament status --json` prints it."""


def show_report(found: Document, server: str = "") -> None:
    """Print how an event stands; `server` is the one that holds it."""
    sets = found["sets"]
    expected = "" if sets["expected"] in {None, sets["finished"]} else f" of about {sets['expected']}"
    print(
        f"{harmless(found['name'])} ({found['tournament']}), {found['format']} in {found['game']}: {found['state']}, "
        f"{sets['finished']} sets{expected}, {found['matches']} matches"
    )
    if found["standings"]:
        _print_columns(_standings(found["standings"]))
    if any(any(line["ratings"].values()) for line in found["standings"]):
        _print_columns(_ratings(found["standings"]))
    for note in (found["note"], *found["notes"], _saved(found)):
        if note:
            print(harmless(note))
    if found["state"] in {"stopped", "interrupted"}:
        there = f" --server {server}" if server else ""
        print(f"`arena tournament resume {found['tournament']}{there}` goes on with it")


_Columns = list[tuple[str, list[Any]]]


def _print_columns(columns: _Columns) -> None:
    rows = zip(*(cells for _, cells in columns), strict=True)
    print_table("", [name for name, _ in columns], [list(row) for row in rows])


def _standings(lines: Sequence[Document]) -> _Columns:
    """The sets of each entrant, and what the format ranks by."""
    columns: _Columns = [(name, [line[name] for line in lines]) for name in ("rank", "agent", "points", "sets")]
    columns.append(("w/d/l", [f"{line['wins']}/{line['draws']}/{line['losses']}" for line in lines]))
    columns.append(("faults", [line["faults"] for line in lines]))
    named = [name for name in lines[0]["ranked_by"] if name != "points"]
    columns += [(name, [line["ranked_by"][name] for line in lines]) for name in named]
    if any(line["state"] != "in" for line in lines):
        columns.append(("state", [line["state"] for line in lines]))
    return [("#", columns[0][1]), *columns[1:]]


def _ratings(lines: Sequence[Document]) -> _Columns:
    """Each entrant's rating by each system, raw and clean."""
    columns: _Columns = [("agent", [line["agent"] for line in lines])]
    for system in lines[0]["ratings"]:
        columns += _rated(system, [line["ratings"][system] for line in lines])
    return columns


def _rated(system: str, ratings: Sequence[Document | None]) -> _Columns:
    """The columns of a rating system; half the width of 95 % intervals where it has any."""
    halves = [None if r is None or r["low"] is None else (r["high"] - r["low"]) / 2 for r in ratings]
    found: _Columns = [(system, [r and r["rating"] for r in ratings])]
    if any(half is not None for half in halves):
        found.append(("+- 95 %", list(halves)))
    return [*found, ("clean", [r and r["clean"] for r in ratings])]


def _saved(found: Document) -> str:
    """What shared deals saved, as a sentence; empty where rotations have deals of their own."""
    if not found["duplicate"]:
        return ""
    if found["variance_saved"] is None:
        return "one deal for all rotations of a set: too little was played to say how much variance this saves"
    return _sentence(found["variance_saved"])


def _sentence(saved: Document) -> str:
    share, low, worth = saved["share"], saved["low"], saved["worth"]
    interval = "" if low is None else f" (95 %: {low:.0%} to {saved['high']:.0%})"
    if share <= 0:
        return f"one deal for all rotations of a set saved no variance here: {share:.0%}{interval}"
    times = "" if worth is None else f", as {worth:.2f} times as many matches would"
    return f"one deal for all rotations of a set saved {share:.0%} of a set score's variance{interval}{times}"


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
