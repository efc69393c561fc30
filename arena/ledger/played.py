"""What was played of an event's pairings, read from the sets that landed: there is no second copy of results."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, NamedTuple

from sqlalchemy import Engine, Executable
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, func, select

from arena.core.errors import LedgerFault
from arena.core.match import Cause
from arena.core.values import AgentName, MatchId, SetId
from arena.ledger.sets import SetState
from arena.ledger.tables import MatchRow, PairingRow, SeatRow, SetRow, StandingRow
from arena.rating import Standing

_AWAY: Final = frozenset({Cause.UNAVAILABLE.value, Cause.DISCONNECT.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOutcome:
    """A complete set; without standings it was void. `number` grows in the order in which sets were completed.

    `absent` are the agents of whom every seat of every match ended for want of them.
    """

    set_id: SetId
    number: int
    clean: bool
    standings: tuple[Standing, ...]
    absent: frozenset[AgentName]


class SeatScore(NamedTuple):
    """What an agent got in one match of a set, on average over its seats."""

    set_id: SetId
    ordinal: int
    agent: AgentName
    score: float


class PlayedSets:
    """Reads on the sets of pairings; each call has a connection of its own.

    Raises:
        LedgerFault: from any call, when the database fails.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def outcomes(self, event: str) -> list[SetOutcome]:
        """The complete sets of an event, in the order in which they were scheduled."""
        query = (
            select(SetRow.set_id, SetRow.completed, SetRow.clean, StandingRow)
            .join(PairingRow, col(PairingRow.set_id) == col(SetRow.set_id))
            .join(StandingRow, col(StandingRow.entry) == col(SetRow.completed), isouter=True)
            .where(PairingRow.event == event, SetRow.state != SetState.OPEN)
            .order_by(col(PairingRow.ordinal), col(StandingRow.rank), col(StandingRow.agent))
        )
        return self._outcomes(query)

    def outcome(self, set_id: SetId) -> SetOutcome | None:
        """What came of one set; None while it is not complete."""
        query = (
            select(SetRow.set_id, SetRow.completed, SetRow.clean, StandingRow)
            .join(StandingRow, col(StandingRow.entry) == col(SetRow.completed), isouter=True)
            .where(SetRow.set_id == set_id, SetRow.state != SetState.OPEN)
            .order_by(col(StandingRow.rank), col(StandingRow.agent))
        )
        return next(iter(self._outcomes(query)), None)

    def landed_of(self, set_id: SetId) -> Mapping[MatchId, bool]:
        """The matches of a set that are in the ledger, and whether each of them was void."""
        query = select(MatchRow.match_id, MatchRow.void).where(MatchRow.set_id == set_id)
        with self._session() as session:
            return {MatchId(match): bool(void) for match, void in session.exec(query)}

    def settled(self, event: str) -> int:
        """How many matches of an event are in the ledger for good."""
        query = (
            select(func.coalesce(func.sum(SetRow.settled), 0))
            .join(PairingRow, col(PairingRow.set_id) == col(SetRow.set_id))
            .where(PairingRow.event == event)
        )
        with self._session() as session:
            return int(session.exec(query).one())

    def scores(self, event: str) -> list[SeatScore]:
        """What each agent got in each match of the event's finished sets, by set and match."""
        query = (
            select(MatchRow.set_id, MatchRow.ordinal, SeatRow.agent, func.avg(SeatRow.score))
            .join(SetRow, col(SetRow.set_id) == col(MatchRow.set_id))
            .join(PairingRow, col(PairingRow.set_id) == col(SetRow.set_id))
            .join(SeatRow, col(SeatRow.match) == col(MatchRow.number))
            .where(PairingRow.event == event, SetRow.state == SetState.FINISHED, col(MatchRow.counted))
            .group_by(MatchRow.set_id, col(MatchRow.ordinal), SeatRow.agent)
            .order_by(MatchRow.set_id, col(MatchRow.ordinal), SeatRow.agent)
        )
        with self._session() as session:
            rows = session.exec(query).all()
        return [SeatScore(SetId(of), ordinal, AgentName(agent), float(score)) for of, ordinal, agent, score in rows]

    @contextmanager
    def _session(self) -> Iterator[Session]:
        """A session whose failures are one sentence."""
        try:
            with Session(self._engine) as session:
                yield session
        except SQLAlchemyError as error:
            cause = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
            raise LedgerFault(f"the ledger cannot be used: {cause}") from error

    def _outcomes(self, query: Executable) -> list[SetOutcome]:
        with self._session() as session:
            rows = session.execute(query).all()
            absent = _absent(session, rows)
        return [
            SetOutcome(
                set_id=SetId(set_id),
                number=number,
                clean=clean,
                standings=tuple(_standing(row.StandingRow) for row in lines if row.StandingRow is not None),
                absent=frozenset(absent.get(set_id, ())),
            )
            for (set_id, number, clean), lines in _grouped(rows)
        ]


def _grouped(rows: Iterable[Any]) -> Iterator[tuple[tuple[str, int, bool], list[Any]]]:
    for key, lines in groupby(rows, key=lambda row: (row.set_id, row.completed, row.clean)):
        yield key, list(lines)


def _standing(row: StandingRow) -> Standing:
    return Standing(AgentName(row.agent), row.rank, row.score, row.matches, row.wins, row.draws, row.losses, row.errors)


def _absent(session: Session, rows: Iterable[Any]) -> dict[str, list[AgentName]]:
    """By set: those that were in no match of it. Only sets in which somebody failed in each match are looked at."""
    found: dict[str, list[AgentName]] = {}
    for row in rows:
        line = row.StandingRow
        if line is not None and line.errors == line.matches and _away(session, row.set_id, line.agent):
            found.setdefault(row.set_id, []).append(AgentName(line.agent))
    return found


def _away(session: Session, set_id: str, agent: str) -> bool:
    query = (
        select(SeatRow.cause)
        .join(MatchRow, col(MatchRow.number) == col(SeatRow.match))
        .where(MatchRow.set_id == set_id, col(MatchRow.counted), SeatRow.agent == agent)
        .distinct()
    )
    return set(session.exec(query)) <= _AWAY
