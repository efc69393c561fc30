"""How an event stands, at any moment and in any process: its table, ratings, and what shared deals saved."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from typing import Any

import numpy as np

from arena.core.values import AgentName
from arena.ledger import Ledger
from arena.ledger.played import SeatScore
from arena.ledger.tournaments import StoredEvent
from arena.local.event import OpenEvent, StoredSet, entered, stored_sets, timeline_of
from arena.local.event_ratings import EventRating, rate_sets
from arena.rating import SetResult
from arena.tournament.duplicate import Scores, VarianceSaved, variance_saved
from arena.tournament.event import UNKNOWN
from arena.tournament.files import parse
from arena.tournament.schedule import EventStanding


@dataclass(frozen=True, slots=True, kw_only=True)
class EventReport:
    """An event at one moment. `running` says whether a process has it, `waiting` that agents can still enter it;
    `ratings` are by system, then agent.

    `saved` is None where rotations have deals of their own, or too little was played.
    """

    event: StoredEvent
    running: bool
    waiting: bool
    kind: str
    matches: int
    sets: int
    scheduled: int
    expected: int | None
    standings: Sequence[EventStanding]
    ratings: Mapping[str, Mapping[AgentName, EventRating]]
    notes: Sequence[str]
    shared: bool
    saved: VarianceSaved | None

    @property
    def state(self) -> str:
        """The event's state in a word: "interrupted" when its process was killed."""
        if self.event.state.claimed and not self.running:
            return "interrupted"
        return "waiting" if self.waiting and self.running else self.event.state.value


def report(ledger: Ledger, stored: StoredEvent, opened: OpenEvent | None = None) -> EventReport:
    """How an event stands; another process may be playing it. Its game is looked for unless it was `opened` already.

    Raises:
        BadEvent, UnknownGame, GameUnavailable, BadOption: its game is no longer what it was.
    """
    opened = opened or OpenEvent.found(parse(stored.text), entered(ledger, stored))
    sets = stored_sets(ledger, stored.id)
    timeline = timeline_of(opened.director, sets)
    ratings, notes = rate_sets(opened.event, _results(sets))
    return EventReport(
        event=stored,
        running=ledger.tournaments.running(stored),
        waiting=opened.event.open is not None and ledger.tournaments.waited_ms(stored.id) is None,
        kind=opened.event.format.kind,
        matches=ledger.tournaments.settled(stored.id),
        sets=timeline.landed,
        scheduled=len(timeline.scheduled),
        expected=opened.expected(len(timeline.scheduled)),
        standings=[line for line in opened.director.standings(timeline.course) if not line.agent.startswith(UNKNOWN)],
        ratings=ratings,
        notes=notes,
        shared=opened.shared,
        saved=_saved(ledger, stored, opened) if opened.shared else None,
    )


def as_json(report: EventReport) -> dict[str, Any]:
    """The report as `arena tournament status --json` prints it."""
    stored = report.event
    return {
        "tournament": stored.id,
        "name": stored.name,
        "game": stored.game,
        "format": report.kind,
        "state": report.state,
        "note": stored.note,
        "started_ms": stored.started_ms,
        "seconds": stored.spent_ms / 1_000,
        "matches": report.matches,
        "sets": {"finished": report.sets, "scheduled": report.scheduled, "expected": report.expected},
        "standings": [
            {
                **asdict(line),
                "ratings": {system: _rating(by.get(line.agent)) for system, by in report.ratings.items()},
            }
            for line in report.standings
        ],
        "notes": list(report.notes),
        "duplicate": report.shared,
        "variance_saved": asdict(report.saved) if report.saved else None,
    }


def _rating(rating: EventRating | None) -> dict[str, float | None] | None:
    return asdict(rating) if rating else None


def _results(sets: Sequence[StoredSet]) -> list[SetResult]:
    """The sets that ratings count, in the order in which they were scheduled; a set that somebody missed by points."""
    found: list[SetResult] = []
    for number, one in enumerate(sets):
        if one.played is None:
            continue
        if one.played.absent:
            found += [] if one.played.result is None else [replace(one.played.result, number=number)]
        elif one.outcome is not None and one.outcome.standings:
            found.append(SetResult(number, one.outcome.set_id, one.outcome.clean, one.outcome.standings))
    return found


def _saved(ledger: Ledger, stored: StoredEvent, opened: OpenEvent) -> VarianceSaved | None:
    """What the shared deals of its finished sets saved."""
    rotations = opened.director.field.places
    scores = groupby(ledger.tournaments.scores(stored.id), key=lambda row: row.set_id)
    return variance_saved(_by_agent(rows, rotations) for _, rows in scores)


def _by_agent(rows: Iterable[SeatScore], rotations: int) -> list[Scores]:
    """Each agent's scores in a set, deals x rotations; none for an agent alone, whose deals were not repeated."""
    found: dict[AgentName, list[float]] = {}
    for row in rows:
        found.setdefault(row.agent, []).append(row.score)
    whole = [scores for scores in found.values() if len(scores) % rotations == 0]
    return [np.array(scores).reshape(-1, rotations) for scores in whole] if len(found) > 1 else []
