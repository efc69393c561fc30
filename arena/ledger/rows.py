"""The rows that index a record: pure functions, shared by the writer and by `verify`. Values stand in column order."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from arena.core.match import FAULTS, Cause, MatchResult, SetPlan
from arena.ledger.record import Record
from arena.rating import SeatLine

Row: TypeAlias = tuple[Any, ...]


def match_row(number: int, entry: int, counted: bool, record: Record) -> Row:
    """The row of `match`."""
    result, plan = record.result, record.result.plan
    return (
        number,
        plain(plan.match_id),
        entry,
        plain(plan.set_id),
        int(plan.ordinal),
        plain(plan.game.rated_id),
        plain(result.void),
        result.clean,
        counted,
        len(result.moves),
        int(result.started_ms),
        int(result.ended_ms),
        record.play_digest,
        record.record_digest,
    )


def seat_rows(number: int, result: MatchResult) -> Iterator[Row]:
    """The rows of `seat`."""
    for seat in result.seats:
        party = result.plan.parties[seat.party]
        yield (
            number,
            int(seat.seat),
            seat.party,
            plain(party.agent),
            plain(party.version),
            plain(party.owner),
            int(seat.rank),
            float(seat.score),
            f"{seat.cause}",  # a third of the cost of `.value`
            plain(seat.role),
            plain(seat.team),
            seat.defaults,
            seat.refusals,
        )


def provenance_rows(number: int, record: Record) -> Iterator[Row]:
    """The rows of `provenance`."""
    owners = move_owners(record.result)
    for move, blob in record.blobs.items():
        yield number, move, owners(move), blob


def move_owners(result: MatchResult) -> Callable[[int], str]:
    """Whose agent made a move, by the move's index; "" for nobody's."""
    owners = {seat.seat: plain(result.plan.parties[seat.party].owner) for seat in result.seats}
    return lambda move: owners.get(result.moves[move].seat, "")


def seat_lines(result: MatchResult) -> list[SeatLine]:
    """What standings are computed from."""
    parties = result.plan.parties
    return [
        SeatLine(
            parties[s.party].agent,
            s.rank,
            s.score,
            s.defaults > 0 or (s.cause is not Cause.RULES and s.cause in FAULTS),  # the hash of an enum is slow
        )
        for s in result.seats
    ]


def in_ladder(plan: SetPlan) -> bool:
    """Whether a set counts for the ladder: rated, and not one agent or one owner against itself.

    A set for a single party (a game of one seat, a cooperative team) has nobody else by nature, and counts.
    """
    owners = {party.owner for party in plan.parties}
    alone = plan.self_play or (len(owners) == 1 and owners != {""})
    return plan.rated and (len(plan.parties) == 1 or not alone)


def plain(text: str) -> str:
    """Text that every database takes: PostgreSQL refuses NUL."""
    return text.replace("\0", "\ufffd") if "\0" in text else text
