"""Rated sets of two agents as columns, from SQL to numpy without an object a row: a million of them in seconds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, Connection, case, func, literal, select

from arena.core.values import AgentName
from arena.ledger.engine import begin_snapshot
from arena.ledger.reads import Reads
from arena.ledger.selection import SETS, Pool, Selection, table_of
from arena.ledger.tables import StandingRow
from arena.rating.bradley_terry_pairs import Comparisons

Ints = NDArray[np.int64]

_PAGE: Final = 300
"""So few rows at once that the garbage collector, which wakes after 700 new objects, sleeps: a quarter of the time."""
_COUNTS: Final = ("wins", "draws", "losses", "errors")
_BITS: Final = 7
"""Eight counts of so many bits, the order of the two and a flag fill the 63 bits of one whole number."""
_LONGEST: Final = 2**_BITS - 1


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """What `arena.rating.Ladder.add_pairs` takes: a row a set in order of completion, the two agents in either order.

    `clean` says of each set whether it had no fault; `records` are each agent's matches, wins, draws, losses and
    faulted matches, summed.
    """

    pairs: Comparisons
    clean: NDArray[np.bool_]
    records: Mapping[AgentName, tuple[int, ...]]


def read_columns(ledger: Reads, chosen: Selection) -> Columns | None:
    """The selected sets as columns; None when not all of them are of two agents, or one has more than 127 matches.

    Then, and for a tournament's own sets, `selected_sets` gives them one by one.
    """
    if chosen.pool is not Pool.CROSS_PLAY or chosen.sets is not None:
        return None
    with ledger._engine.connect() as connection:
        begin_snapshot(connection)
        sets, longest = connection.execute(chosen.narrow(select(func.count(), func.max(SETS.matches)))).one()
        if not sets or longest > _LONGEST:
            return None
        names: dict[str, int] = {}
        pages = [_coded(page, names) for page in _pages(connection, chosen)]
    table = np.concatenate(pages) if pages else np.empty((0, 4), np.int64)
    paired = len(table) == sets and (np.diff(table[:, 3]) > 0).all()  # three agents make three rows, one makes none
    return _columns(list(names), table) if paired else None


def _pages(connection: Connection, chosen: Selection) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Rows of both names, all counts in one number, and the set's number: plain tuples, at half the cost of Core's."""
    one, two = table_of(StandingRow).alias(), table_of(StandingRow).alias()
    query = (
        chosen.narrow(select(one.c.agent, two.c.agent, _packed(one.c, two.c), SETS.completed))
        .join(one, one.c.entry == SETS.completed)
        .join(two, (two.c.entry == one.c.entry) & (two.c.agent > one.c.agent))
        .order_by(SETS.completed)
    )
    cursor = connection.execute(query).cursor
    assert cursor is not None  # it is a SELECT
    while page := cursor.fetchmany(_PAGE):
        yield page


def _packed(one: Any, two: Any) -> Any:
    """From the lowest bits: clean, the order (0 lost, 1 drawn, 2 won), the counts of the first, those of the other."""
    order = case((one.rank < two.rank, 2), (one.rank == two.rank, 1), else_=0)
    fields = [side[name] for side in (one, two) for name in _COUNTS]
    counts = [field * literal(1 << (3 + _BITS * at), BigInteger) for at, field in enumerate(fields)]
    return sum(counts, case((SETS.clean, 1), else_=0) + order * 2)


def _coded(page: Sequence[tuple[Any, ...]], names: dict[str, int]) -> Ints:
    """The page as numbers, shape (rows, 4); `names` grows by those that were not met before."""
    first, second, packed, number = zip(*page, strict=True)
    for name in sorted({*first, *second} - names.keys()):
        names[name] = len(names)
    table = np.empty((4, len(page)), dtype=np.int64)
    for row, values in zip(table, (map(names.get, first), map(names.get, second), packed, number), strict=True):
        row[:] = np.fromiter(values, np.int64, len(page))
    return table.T


def _columns(names: list[str], table: Ints) -> Columns:
    first, second, packed, _ = table.T.copy()
    counts = [(packed >> (3 + _BITS * place)) & _LONGEST for place in range(2 * len(_COUNTS))]
    size = len(names)
    sums = [
        np.bincount(first, own, size) + np.bincount(second, other, size)
        for own, other in zip(counts[:4], counts[4:], strict=True)
    ]
    whole = np.rint([sums[0] + sums[1] + sums[2], *sums]).astype(np.int64).T.tolist()
    agents = tuple(map(AgentName, names))
    return Columns(
        pairs=Comparisons(agents, first, second, ((packed >> 1) & 3) / 2),
        clean=(packed & 1).astype(np.bool_),
        records=dict(zip(agents, map(tuple, whole), strict=True)),
    )
