"""How an event stands, as messages."""

from arena.ledger.tournaments import StoredEvent
from arena.local.event_ratings import EventRating
from arena.local.standings import EventReport
from arena.server.held import Progress
from arena.tournament.duplicate import VarianceSaved
from arena.tournament.schedule import EventStanding
from arena.v1 import tournament_pb2 as pb


def summary_message(stored: StoredEvent, state: str, matches: int) -> pb.TournamentSummary:
    """An event in a line."""
    return pb.TournamentSummary(
        tournament=stored.id,
        name=stored.name,
        rated_id=stored.game,
        state=state,
        matches=matches,
        started_ms=stored.started_ms,
        digest=stored.digest,
    )


def progress_message(progress: Progress) -> pb.FollowTournamentResponse:
    """How far an event is."""
    pace = progress.pace
    return pb.FollowTournamentResponse(
        state=progress.state,
        matches=pace.matches,
        sets=pace.sets,
        all_matches=pace.all_matches,
        all_sets=pace.all_sets,
        entrants=progress.entrants,
        wanted=progress.wanted,
    )


def report_message(report: EventReport) -> pb.GetTournamentResponse:
    """How an event stands, whole."""
    stored = report.event
    return pb.GetTournamentResponse(
        tournament=summary_message(stored, report.state, report.matches),
        format=report.kind,
        note=stored.note,
        seconds=stored.spent_ms / 1_000,
        finished=report.sets,
        scheduled=report.scheduled,
        expected=report.expected,
        standings=[_standing(report, line) for line in report.standings],
        notes=report.notes,
        duplicate=report.shared,
        variance_saved=None if report.saved is None else _saved(report.saved),
    )


def _standing(report: EventReport, line: EventStanding) -> pb.TournamentStanding:
    return pb.TournamentStanding(
        rank=line.rank,
        agent=line.agent,
        points=line.points,
        sets=line.sets,
        wins=line.wins,
        draws=line.draws,
        losses=line.losses,
        faults=line.faults,
        state=line.state,
        ranked_by=[pb.RankedBy(name=name, value=value) for name, value in line.ranked_by.items()],
        ratings=[_rating(system, by.get(line.agent)) for system, by in report.ratings.items()],
    )


def _rating(system: str, rating: EventRating | None) -> pb.TournamentRating:
    if rating is None:
        return pb.TournamentRating(system=system)
    return pb.TournamentRating(
        system=system, rating=rating.rating, low=rating.low, high=rating.high, clean=rating.clean
    )


def _saved(saved: VarianceSaved) -> pb.VarianceSaved:
    return pb.VarianceSaved(
        share=saved.share, low=saved.low, high=saved.high, worth=saved.worth, sets=saved.sets, deals=saved.deals
    )
