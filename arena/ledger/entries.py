"""What only the entries of the chain hold: whole matches, the specs of agents, the metrics of seats."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import select

from arena.core.canonical import parse
from arena.core.errors import LedgerFault
from arena.core.match import MatchResult
from arena.core.values import AgentName
from arena.ledger.reads import Reads
from arena.ledger.record import decode
from arena.ledger.rows import plain
from arena.ledger.selection import MATCHES, SEATS, SETS, Selection, table_of
from arena.ledger.tables import EntryRow, MatchRow, SeatRow, SetRow

ENTRIES: Final = table_of(EntryRow).c
_PAGE: Final = 200
"""Entries that are held at once."""


class SeatMetrics(NamedTuple):
    """What a game measured of one seat of one match; `number` is that of its set. `side` is the seat's team."""

    number: int
    agent: AgentName
    side: str
    role: str
    metrics: Mapping[str, float]


def specs_of(ledger: Reads, game: str, agents: Iterable[AgentName]) -> dict[AgentName, str]:
    """The SPEC that each agent last ran under in a worker in this game; "" for those that came over a network.

    Raises:
        LedgerFault: an entry is not what was written.
    """
    with ledger._engine.connect() as connection:
        found = {agent: connection.execute(_latest(game, agent)).scalar() for agent in agents}
    return {agent: _spec(data, plain(agent)) for agent, data in found.items()}


def seat_metrics(ledger: Reads, chosen: Selection) -> Iterator[SeatMetrics]:
    """Every seat of the selected sets of which its game measured something, set by set; void matches are left out.

    Raises:
        LedgerFault: an entry is not what was written.
    """
    for number, held, matches in _entries(ledger, chosen):
        yield from _measured(number, _parsed(held), matches)


def latest_matches(ledger: Reads, chosen: Selection, most: int) -> Iterator[MatchResult]:
    """At most so many matches of the selected sets in full, the latest set first; void ones are left out.

    Raises:
        LedgerFault: an entry is not what was written.
    """
    left = most
    for _, held, matches in _entries(ledger, chosen, latest_first=True):
        try:
            results = [record.result for record in decode(held).records if plain(record.match_id) in matches]
        except (LookupError, TypeError, ValueError, RecursionError) as error:
            raise _odd() from error
        yield from results[:left]
        left -= len(results)
        if left <= 0:
            return


def _entries(
    ledger: Reads, chosen: Selection, *, latest_first: bool = False
) -> Iterator[tuple[int, bytes, AbstractSet[str]]]:
    """The number of a selected set, an entry with matches of it, and which of its matches count, set by set."""
    query = chosen.narrow(
        select(SETS.completed, SETS.set_id, SETS.ladder, MATCHES.entry, MATCHES.match_id)
        .select_from(SetRow)
        .join(MatchRow, MATCHES.set_id == SETS.set_id)
    )
    query = query.where(MATCHES.counted, MATCHES.void == "")
    order = (SETS.completed.desc(), MATCHES.entry.desc()) if latest_first else (SETS.completed, MATCHES.entry)
    with ledger._engine.connect() as connection:
        grouped = groupby(connection.execute(query.order_by(*order)).all(), itemgetter(0, 1, 2, 3))
        keys = [(key, frozenset(row[4] for row in rows)) for key, rows in grouped]
        for start in range(0, len(keys), _PAGE):
            page = keys[start : start + _PAGE]
            wanted = select(ENTRIES.number, ENTRIES.payload).where(ENTRIES.number.in_([key[3] for key, _ in page]))
            payloads: dict[int, bytes] = dict(connection.execute(wanted).all())
            for (number, set_id, in_ladder, entry), matches in page:
                data = payloads.get(entry, b"")
                agents = {party["agent"] for party in _parsed(data)["parties"]} if not in_ladder else ()
                if chosen.takes(set_id, in_ladder, len(agents)):
                    yield number, data, matches


def _latest(game: str, agent: AgentName) -> Any:
    """The entry with the agent's last match of the game."""
    return (
        select(ENTRIES.payload)
        .select_from(SeatRow)
        .join(MatchRow, MATCHES.number == SEATS.match)
        .join(EntryRow, ENTRIES.number == MATCHES.entry)
        .where(SEATS.agent == plain(agent), MATCHES.game == plain(game))
        .order_by(SEATS.match.desc())
        .limit(1)
    )


def _spec(data: bytes | None, agent: str) -> str:
    if data is None:
        return ""
    specs = [party["spec"] for party in _parsed(data)["parties"] if plain(party["agent"]) == agent]
    return next((str(spec) for spec in reversed(specs) if spec), "")


def _measured(number: int, held: Mapping[str, Any], matches: AbstractSet[str]) -> Iterator[SeatMetrics]:
    try:
        for head, play in held["matches"]:
            if plain(head["id"]) not in matches:
                continue
            for (_, party, *_), (_, _, role, side, _, metrics) in zip(head["seats"], play["outcome"], strict=True):
                if metrics:
                    agent = plain(held["parties"][head["parties"][party]]["agent"])
                    yield SeatMetrics(number, AgentName(agent), plain(side), plain(role), metrics)
    except (LookupError, TypeError, ValueError) as error:
        raise _odd() from error


def _parsed(data: bytes | None) -> Mapping[str, Any]:
    try:
        entry: Mapping[str, Any] = parse(data or b"")
        return {"parties": entry["parties"], "matches": entry["matches"]}
    except (LookupError, TypeError, ValueError, RecursionError) as error:
        raise _odd() from error


def _odd() -> LedgerFault:
    return LedgerFault("an entry of the ledger is missing, or not what was written; `arena verify` tells which")
