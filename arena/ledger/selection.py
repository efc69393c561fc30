"""Which finished sets of a game a ladder or a report is about, set by set or match by match."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, exists, func, select
from sqlmodel import SQLModel

from arena.core.errors import LedgerFault
from arena.core.match import FAULTS, Cause
from arena.core.values import AgentName, Seat, SetId
from arena.ledger.reads import Reads
from arena.ledger.rows import plain
from arena.ledger.sets import SetState
from arena.ledger.tables import MatchRow, SeatRow, SetRow, StandingRow
from arena.rating import SetResult, Standing


def table_of(model: type[SQLModel]) -> Any:
    """The Core table of a model; its rows are cheaper than the ORM's, and its columns typed as Any."""
    return model.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes


SETS: Final = table_of(SetRow).c
MATCHES: Final = table_of(MatchRow).c
SEATS: Final = table_of(SeatRow).c
STANDINGS: Final = table_of(StandingRow).c


class Pool(StrEnum):
    """Who met: CROSS_PLAY are the sets that count for the ladder, SELF_PLAY those of an agent with itself alone."""

    SELF_PLAY = "self-play"
    CROSS_PLAY = "cross-play"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Finished sets of the rated id `game`, from number `since` on, with a match that ended at `since_ms` or later.

    `sets` names those of a tournament; None takes all. With `agents`, one of them must have been in the set. Void sets
    are never among them, nor unrated ones between different agents.
    """

    game: str
    pool: Pool = Pool.CROSS_PLAY
    since: int = 0
    since_ms: int = 0
    """Milliseconds since the epoch."""
    sets: Collection[SetId] | None = None
    agents: Collection[AgentName] | None = None

    def narrow(self, query: Select[Any]) -> Any:
        """A query on `match_set` with these conditions, but for `sets` and for whether an agent was alone."""
        query = query.where(SETS.game == plain(self.game), SETS.state == SetState.FINISHED)
        if self.pool is not Pool.ALL:
            query = query.where(SETS.ladder.is_(self.pool is Pool.CROSS_PLAY))
        if self.since:
            query = query.where(SETS.completed >= self.since)
        if self.since_ms:
            query = query.where(exists().where(MATCHES.set_id == SETS.set_id, MATCHES.ended_ms >= self.since_ms))
        if self.agents is not None:
            own = table_of(StandingRow).alias().c  # the query may have the table for its own ends
            query = query.where(SETS.completed.in_(select(own.entry).where(own.agent.in_(map(plain, self.agents)))))
        return query

    def takes(self, set_id: str, in_ladder: bool, agents: int) -> bool:
        """Whether a set that `narrow` found belongs here."""
        return (in_ladder or agents == 1) and (self.sets is None or set_id in self.sets)


class SeatPart(NamedTuple):
    """One seat of one match; `fault` marks an ending or a default caused by an error."""

    agent: AgentName
    version: str
    seat: Seat
    role: str
    team: str
    rank: int
    score: float
    fault: bool


class Entrant(NamedTuple):
    """One agent of one set: under which version, in how many matches, and when the last of them ended."""

    number: int
    agent: AgentName
    version: str
    matches: int
    ended_ms: int


@dataclass(frozen=True, slots=True)
class PlayedMatch:
    """One counted match of a selected set; `number` is that of its set."""

    number: int
    set_id: SetId
    clean: bool
    ended_ms: int
    seats: tuple[SeatPart, ...]


def selected_sets(ledger: Reads, chosen: Selection) -> Iterator[SetResult]:
    """The selected sets in order of completion.

    Raises:
        LedgerFault: the ledger was tampered with, so that a set has no standings, or odd ones.
    """
    head = (SETS.completed, SETS.set_id, SETS.clean, SETS.ladder)
    query = select(*head, *(STANDINGS[name] for name in Standing._fields))
    query = chosen.narrow(query.outerjoin(StandingRow, STANDINGS.entry == SETS.completed))
    ordered = query.order_by(SETS.completed, STANDINGS.rank, STANDINGS.agent)
    with ledger._engine.connect() as connection:
        for (number, set_id, clean, in_ladder), rows in groupby(connection.execute(ordered), itemgetter(0, 1, 2, 3)):
            standings = [_standing(number, row[4:]) for row in rows]
            if chosen.takes(set_id, in_ladder, len(standings)):
                yield SetResult(number, SetId(set_id), clean, standings)


def _standing(number: int, row: Sequence[Any]) -> Standing:
    if tuple(map(type, row)) != _STANDING_TYPES:
        reason = f"the set of entry {number} has no standings, or odd ones"
        raise LedgerFault(f"the selection cannot be read: {reason}; `arena verify` tells what was changed")
    return Standing(*row)


def selected_matches(ledger: Reads, chosen: Selection) -> Iterator[PlayedMatch]:
    """The matches of the selected sets, set by set; void ones are left out."""
    head = (SETS.completed, MATCHES.number, SETS.set_id, SETS.ladder, MATCHES.clean, MATCHES.ended_ms)
    query = chosen.narrow(_with_seats(select(*head, *(SEATS[name] for name in _PART), SEATS.cause, SEATS.defaults)))
    query = query.where(MATCHES.counted, MATCHES.void == "")
    ordered = query.order_by(SETS.completed, MATCHES.number, SEATS.seat)
    with ledger._engine.connect() as connection:
        for key, rows in groupby(connection.execute(ordered), itemgetter(*range(6))):
            number, _, set_id, in_ladder, clean, ended = key
            seats = tuple(SeatPart._make((*row[6:13], row[13] in FAULTS or row[14] > 0)) for row in rows)
            if chosen.takes(set_id, in_ladder, len({part.agent for part in seats})):
                yield PlayedMatch(number, SetId(set_id), clean, ended, seats)


def set_entrants(ledger: Reads, chosen: Selection) -> Iterator[Entrant]:
    """Who was in each selected set under which version, in order of completion; of several versions the last one."""
    keys = (SETS.completed, SETS.set_id, SEATS.agent)
    query = select(*keys, func.max(SEATS.version), func.count(MATCHES.number.distinct()), func.max(MATCHES.ended_ms))
    query = chosen.narrow(_with_seats(query)).where(MATCHES.counted, MATCHES.void == "")
    ordered = query.group_by(*keys).order_by(SETS.completed, SEATS.agent)
    with ledger._engine.connect() as connection:
        for number, set_id, agent, version, matches, ended_ms in connection.execute(ordered):
            if chosen.sets is None or set_id in chosen.sets:
                yield Entrant(number, AgentName(agent), version, matches, ended_ms)


def endings(ledger: Reads, chosen: Selection) -> dict[tuple[AgentName, Cause], int]:
    """How many seats of each agent ended by each cause in the selected sets; void attempts are among them."""
    per_set = [] if chosen.sets is None else [SETS.set_id]
    keys = [SEATS.agent, SEATS.cause, *per_set]
    query = chosen.narrow(_with_seats(select(*keys, func.count()))).group_by(*keys)
    found: Counter[tuple[AgentName, Cause]] = Counter()
    with ledger._engine.connect() as connection:
        for agent, cause, *of, count in connection.execute(query):
            if chosen.sets is None or of[0] in chosen.sets:
                found[AgentName(agent), Cause(cause)] += count
    return dict(found)


def _with_seats(query: Select[Any]) -> Select[Any]:
    of_sets = query.select_from(SetRow).join(MatchRow, MATCHES.set_id == SETS.set_id)
    return of_sets.join(SeatRow, SEATS.match == MATCHES.number)


_STANDING_TYPES: Final = (str, int, float, *[int] * (len(Standing._fields) - 3))
_PART: Final = ("agent", "version", "seat", "role", "team", "rank", "score")
