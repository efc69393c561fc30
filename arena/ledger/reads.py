"""Queries on results: what has landed, how a set stands, the stream that ladders are computed from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Engine, Select, func
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from arena.core.agent import Provenance
from arena.core.errors import Forbidden, LedgerFault, UnknownMatch
from arena.core.match import Cause, MatchResult
from arena.core.values import AgentName, MatchId, Seat, SetId
from arena.ledger.provenance import unpack
from arena.ledger.record import Record, decode
from arena.ledger.rows import plain
from arena.ledger.sets import SetState
from arena.ledger.tables import AgentRow, EntryRow, MatchRow, ProvenanceRow, SeatRow, SetRow, StandingRow
from arena.rating import SetResult, Standing

_PAGE = 1000
_KEYS = 500
_STANDING_TYPES = (int, str, int, float, int, int, int, int, int)
"""Those of the columns of `standing`: SQLite keeps any type in any column."""


@dataclass(frozen=True, slots=True)
class MatchSeat:
    """One seat of a listed match."""

    seat: Seat
    agent: AgentName
    version: str
    owner: str
    rank: int
    score: float
    cause: Cause
    role: str
    team: str
    defaults: int
    refusals: int


@dataclass(frozen=True, slots=True)
class MatchLine:
    """A match in a list. `number` grows as matches land, and is what lists are paged by.

    A `rated` match counts for the ladder, now or when its set is complete; a `rerolled` one counts nowhere.
    """

    number: int
    match_id: MatchId
    set_id: SetId
    game: str
    rated: bool
    rerolled: bool
    void: str
    clean: bool
    moves: int
    started_ms: int
    ended_ms: int
    play_digest: bytes
    record_digest: bytes
    seats: tuple[MatchSeat, ...]


@dataclass(frozen=True, slots=True)
class MadeMove:
    """How a move came about; `number` is its index in the match."""

    number: int
    step: int
    seat: Seat
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class GameLine:
    """A game that has results: matches landed, and sets that count for its ladder."""

    game: str
    matches: int
    ladder_sets: int


class Reads:
    """Each call has a connection of its own, so any thread may call."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ladder_sets(self, game: str, after: int = -1) -> Iterator[SetResult]:
        """The finished sets of a rated id that count for its ladder, in order of completion, from number `after` on.

        `after` is the number of the last set that the caller has already, and is not repeated.

        Raises:
            LedgerFault: standings are missing or not what was written.
        """
        while page := self._ladder_page(game, after):
            yield from page
            after = page[-1].number

    def matches(
        self,
        *,
        game: str | None = None,
        agent: str | None = None,
        owner: str | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> list[MatchLine]:
        """Matches, newest first: of a game, with an agent, with an owner's agents; `before` a number for more."""
        query = (
            select(MatchRow, SetRow)
            .join(SetRow, col(SetRow.set_id) == col(MatchRow.set_id))
            .order_by(col(MatchRow.number).desc())
            .limit(limit)
        )
        if game is not None:
            query = query.where(MatchRow.game == plain(game))
        if before is not None:
            query = query.where(MatchRow.number < before)
        if agent is not None:
            query = query.where(col(MatchRow.number).in_(select(SeatRow.match).where(SeatRow.agent == plain(agent))))
        if owner is not None:
            agents = select(AgentRow.name).where(AgentRow.owner == owner)
            query = query.where(col(MatchRow.number).in_(select(SeatRow.match).where(col(SeatRow.agent).in_(agents))))
        with Session(self._engine) as session:
            rows = session.exec(query).all()
            seats = _seats(session, [row.number for row, _ in rows])
            return [_match_line(row, of, seats.get(row.number, ())) for row, of in rows]

    def result(self, match_id: str) -> MatchResult:
        """One match in full, ready to be replayed; without provenance.

        Raises:
            UnknownMatch: none of this id has landed.
        """
        return self.record(match_id).result

    def record(self, match_id: str) -> Record:
        """One match as the chain keeps it, with its digests.

        Raises:
            UnknownMatch: none of this id has landed.
        """
        with Session(self._engine) as session:
            query = (
                select(EntryRow.payload)
                .join(MatchRow, col(MatchRow.entry) == col(EntryRow.number))
                .where(MatchRow.match_id == plain(match_id))
            )
            data = session.exec(query).one_or_none()
        if data is None:
            raise UnknownMatch(f"no match {match_id!r} is in the ledger; `arena matches` lists those that are")
        return next(record for record in decode(data).records if record.match_id == match_id)

    def landed(self, match_ids: Iterable[str]) -> set[MatchId]:
        """Those of these matches that are in the ledger."""
        with Session(self._engine) as session:
            return {
                MatchId(found)
                for keys in _chunks(list(match_ids))
                for found in session.exec(select(MatchRow.match_id).where(col(MatchRow.match_id).in_(keys)))
            }

    def set_state(self, set_id: str) -> SetState | None:
        """How far a set is; None when nothing of it has landed."""
        with Session(self._engine) as session:
            row = session.get(SetRow, set_id)
            return SetState(row.state) if row else None

    def games(self) -> list[GameLine]:
        """Every rated id with results, by name."""
        matches = select(MatchRow.game, func.count()).group_by(MatchRow.game)
        sets = (
            select(SetRow.game, func.count())
            .where(col(SetRow.ladder), SetRow.state == SetState.FINISHED)
            .group_by(SetRow.game)
        )
        with Session(self._engine) as session:
            ladders = dict(session.exec(sets).all())
            return [GameLine(game, count, ladders.get(game, 0)) for game, count in sorted(session.exec(matches))]

    def provenance(self, match_id: str, owner: str | None) -> Mapping[int, Provenance]:
        """By move index: what the owner's own agents sent with their moves. None reads all, and is for admins only.

        Raises:
            UnknownMatch: none of this id has landed.
        """
        with Session(self._engine) as session:
            number = session.exec(select(MatchRow.number).where(MatchRow.match_id == plain(match_id))).one_or_none()
            if number is None:
                raise UnknownMatch(f"no match {match_id!r} is in the ledger; `arena matches` lists those that are")
            query = select(ProvenanceRow.move, ProvenanceRow.blob).where(ProvenanceRow.match == number)
            if owner is not None:
                query = query.where(ProvenanceRow.owner == owner)
            return {move: unpack(blob) for move, blob in session.exec(query.order_by(col(ProvenanceRow.move)))}

    def made_moves(self, match_id: str, owner: str | None) -> list[MadeMove]:
        """The moves of the owner's agents that came with a provenance, in order; None reads all, for admins only.

        Raises:
            UnknownMatch: none of this id has landed.
            Forbidden: none of the owner's agents played in it.
        """
        result = self.result(match_id)
        if owner is not None and (not owner or all(party.owner != owner for party in result.plan.parties)):
            raise Forbidden(f"how the moves of {match_id!r} came about is told to its agents' owners and to admins")
        made = self.provenance(match_id, owner)
        return [MadeMove(at, result.moves[at].step, result.moves[at].seat, how) for at, how in made.items()]

    def refusals(self, line: MatchLine, owner: str | None) -> list[MadeMove]:
        """The moves of the owner's agents before which answers were refused; nothing is read where none was."""
        if not any(seat.refusals and owner in {None, seat.owner} for seat in line.seats):
            return []
        return [move for move in self.made_moves(line.match_id, owner) if move.provenance.refused]

    def _ladder_page(self, game: str, after: int) -> list[SetResult]:
        query = (
            select(SetRow.completed, SetRow.set_id, SetRow.clean)
            .where(SetRow.game == game, col(SetRow.ladder), SetRow.state == SetState.FINISHED)
            .where(col(SetRow.completed) > after)
            .order_by(col(SetRow.completed))
            .limit(_PAGE)
        )
        try:
            with self._engine.connect() as connection:
                sets = connection.execute(query).all()
                lines = _standings(connection.execute(_standing_rows([row[0] for row in sets])) if sets else ())
            return [SetResult(number, SetId(set_id), clean, lines[number]) for number, set_id, clean in sets]
        except (LookupError, TypeError, ValueError, SQLAlchemyError) as error:
            reason = f"a set of {game} after number {after} has no standings, or odd ones"
            raise LedgerFault(f"the ladder cannot be read: {reason}; `arena verify` tells what was changed") from error


def _standing_rows(entries: list[int]) -> Select[Any]:
    table = StandingRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
    numbers = table.c.entry
    return table.select().where(numbers.in_(entries)).order_by(numbers, table.c.rank, table.c.agent)  # type: ignore[no-any-return]


def _standings(rows: Iterable[Any]) -> dict[int, list[Standing]]:
    return {entry: [_standing(row) for row in lines] for entry, lines in groupby(rows, key=lambda row: row[0])}


def _standing(row: Sequence[Any]) -> Standing:
    if tuple(map(type, row)) != _STANDING_TYPES:
        raise ValueError("another type than was written")
    return Standing(*row[1:])


def _seats(session: Session, numbers: list[int]) -> dict[int, tuple[MatchSeat, ...]]:
    query = select(SeatRow).where(col(SeatRow.match).in_(numbers)).order_by(col(SeatRow.match), col(SeatRow.seat))
    by_match = groupby(session.exec(query), key=lambda row: row.match)
    return {number: tuple(map(_seat_line, rows)) for number, rows in by_match}


def _seat_line(row: SeatRow) -> MatchSeat:
    return MatchSeat(
        seat=Seat(row.seat),
        agent=AgentName(row.agent),
        version=row.version,
        owner=row.owner,
        rank=row.rank,
        score=row.score,
        cause=Cause(row.cause),
        role=row.role,
        team=row.team,
        defaults=row.defaults,
        refusals=row.refusals,
    )


def _match_line(row: MatchRow, of: SetRow, seats: tuple[MatchSeat, ...]) -> MatchLine:
    return MatchLine(
        number=row.number,
        match_id=MatchId(row.match_id),
        set_id=SetId(row.set_id),
        game=row.game,
        rated=of.ladder and not row.void and of.state != SetState.VOID,
        rerolled=of.state == SetState.REROLLED,
        void=row.void,
        clean=row.clean,
        moves=row.moves,
        started_ms=row.started_ms,
        ended_ms=row.ended_ms,
        play_digest=row.play_digest,
        record_digest=row.record_digest,
        seats=seats,
    )


def _chunks(keys: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(keys), _KEYS):
        yield keys[start : start + _KEYS]
