"""A thousand ways to damage a ledger, drawn from a seed, each with the entry that `verify` must name for it.

What the chain covers are the rows of six tables, and every column of those.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import Connection, Executable, Row, Table, and_, delete, insert, select, update

from arena.ledger.append import link
from arena.ledger.tables import EntryRow, MatchRow, ProvenanceRow, SeatRow, SetRow, StandingRow
from arena.ledger.tail import GENESIS
from tests.wire.mangling import mangled

ENTRY, MATCH, SEAT, SET, STANDING, PROVENANCE = (
    model.__table__ for model in (EntryRow, MatchRow, SeatRow, SetRow, StandingRow, ProvenanceRow)
)
TABLES: tuple[Table, ...] = (ENTRY, MATCH, SEAT, SET, STANDING, PROVENANCE)
FAR = 1000
"""Beyond every number in use."""


@dataclass(frozen=True)
class Damage:
    """Statements that do it, and the first entry that is bad after them. No two of a drawing have the same name."""

    name: str
    statements: Sequence[Executable]
    first_bad: int


@dataclass(frozen=True)
class Target:
    """The rows of a good ledger, and the generator that chooses among them."""

    rows: dict[Table, list[Row[Any]]]
    random: Random

    @classmethod
    def read(cls, db: Connection, seed: int) -> "Target":
        """The ledger as it stands."""
        return cls(
            {table: list(db.execute(select(table).order_by(*table.primary_key))) for table in TABLES}, Random(seed)
        )

    @property
    def entries(self) -> int:
        """How many there are."""
        return len(self.rows[ENTRY])

    @cached_property
    def entry_of_match(self) -> dict[int, int]:
        """Which entry tells of the match of this number."""
        return {match.number: match.entry for match in self.rows[MATCH]}

    def entry_of(self, table: Table, row: Row[Any]) -> int:
        """The entry that a row follows from: of a set, the one that completed it, else the last of all."""
        if table is ENTRY:
            return int(row.number)
        if table is SET:
            return self.entries - 1 if row.completed is None else int(row.completed)
        return int(row.entry) if table in {MATCH, STANDING} else self.entry_of_match[row.match]

    def some(self, table: Table, count: int) -> list[Row[Any]]:
        """Some of its rows, or all when there are no more."""
        return self.random.sample(self.rows[table], min(count, len(self.rows[table])))


def draw(target: Target, count: int) -> list[Damage]:
    """As many damages as asked for; those of payloads, of which there is no end, come last."""
    kinds = (cells, removals, additions, exchanges, truncations, gaps, forgeries, payloads)
    found = {damage.name: damage for kind in kinds for damage in islice(kind(target), count)}
    return list(found.values())[:count]


def cells(target: Target) -> Iterator[Damage]:
    """One value changed: each column of each table, in some rows."""
    for table in TABLES:
        for column in table.c:
            for row in target.some(table, 8):
                value = _other(row._mapping[column], _is_looked_up(column), target.random)
                change = update(table).where(_at(table, row)).values({column: value})
                name = f"{_name(table, row)}.{column.name} = {value!r}"
                yield Damage(name, [change], target.entry_of(table, row))


def removals(target: Target) -> Iterator[Damage]:
    """One row deleted."""
    for table in TABLES:
        for row in target.some(table, 12):
            statement = delete(table).where(_at(table, row))
            yield Damage(f"delete {_name(table, row)}", [statement], target.entry_of(table, row))


def additions(target: Target) -> Iterator[Damage]:
    """A row that nothing tells of: a copy of one there is under another key. It is found where its rows are counted."""
    news: dict[Table, Callable[[Row[Any]], dict[str, Any]]] = {
        ENTRY: lambda row: {"number": target.entries},
        MATCH: lambda row: {"number": FAR, "match_id": f"{row.match_id}~"},
        SEAT: lambda row: {"seat": row.seat + 2},
        SET: lambda row: {"set_id": f"{row.set_id}~"},
        STANDING: lambda row: {"agent": f"{row.agent}~"},
        PROVENANCE: lambda row: {"move": row.move + FAR},
    }
    for table in TABLES:
        for row in target.some(table, 8):
            counted = table in {ENTRY, MATCH} or (table is SET and row.completed is None)
            statement = insert(table).values({**row._mapping, **news[table](row)})
            where = target.entries if counted else target.entry_of(table, row)
            yield Damage(f"copy {_name(table, row)}", [statement], where)


def exchanges(target: Target) -> Iterator[Damage]:
    """Two rows of a table take each other's keys."""
    for table in TABLES:
        for one, other in (target.some(table, 2) for _ in range(12)):
            if _contents(table, one) != _contents(table, other):
                key = {column: FAR if column.type.python_type is int else "~" for column in table.primary_key}
                statements = [
                    update(table).where(_at(table, one)).values(key),
                    update(table).where(_at(table, other)).values(_key(table, one)),
                    update(table).where(and_(*(c == v for c, v in key.items()))).values(_key(table, other)),
                ]
                name = " and ".join(sorted((_name(table, one), _name(table, other))))
                first = min(target.entry_of(table, one), target.entry_of(table, other))
                yield Damage(f"exchange {name}", statements, first)


def truncations(target: Target) -> Iterator[Damage]:
    """The tail cut off, the rows that index it left or cut off as well."""
    for row in target.rows[ENTRY]:
        bare = [delete(ENTRY).where(ENTRY.c.number >= row.number)]
        if row.number < target.entries - 1:  # of the last one alone: `removals`
            yield Damage(f"cut from {row.number}", bare, row.number)
        clean = [
            *bare,
            delete(SEAT).where(SEAT.c.match >= row.first_match),
            delete(PROVENANCE).where(PROVENANCE.c.match >= row.first_match),
            delete(MATCH).where(MATCH.c.entry >= row.number),
            delete(STANDING).where(STANDING.c.entry >= row.number),
            delete(SET).where(SET.c.completed >= row.number),
        ]
        yield Damage(f"cut from {row.number} with its index", clean, row.number)


def gaps(target: Target) -> Iterator[Damage]:
    """Entries deleted from the middle, with those behind them moved up or not."""
    for first, end in ((i, j) for i in range(target.entries) for j in range(i + 1, target.entries, 2)):
        gone = delete(ENTRY).where(ENTRY.c.number.between(first, end - 1))
        if end - first > 1:  # of one alone: `removals`
            yield Damage(f"delete entries {first} to {end - 1}", [gone], first)
        moved = [
            update(ENTRY).where(ENTRY.c.number == number).values(number=number - (end - first))
            for number in range(end, target.entries)
        ]
        yield Damage(f"delete entries {first} to {end - 1} and close ranks", [gone, *moved], first)


def forgeries(target: Target) -> Iterator[Damage]:
    """An entry rewritten, by somebody who knows the format but not the key: with its hash, or all hashes after it."""
    swaps = (b'"ms":[1', b'"ms":[3'), (b'"void":""', b'"void":"x"'), (b'"alice"', b'"mallo"')
    for at in range(target.entries):
        for old, new in swaps:
            whole = list(_forged(target, at, old, new))
            if whole:
                yield Damage(f"forge entry {at}: {new!r}", whole[:1], at)
            if len(whole) > 1:
                yield Damage(f"forge entry {at} and the hashes after it: {new!r}", whole, at)


def payloads(target: Target) -> Iterator[Damage]:
    """Bytes of an entry flipped, replaced, cut out, put in, doubled or cut off."""
    while True:
        row = target.random.choice(target.rows[ENTRY])
        data = mangled(row.payload, target.random)
        if data != row.payload:
            statement = update(ENTRY).where(_at(ENTRY, row)).values(payload=data)
            yield Damage(f"{_name(ENTRY, row)}.payload = {data!r}", [statement], row.number)


def _forged(target: Target, at: int, old: bytes, new: bytes) -> Iterator[Executable]:
    before = target.rows[ENTRY][at - 1].hash if at else GENESIS
    for row in target.rows[ENTRY][at:]:
        data = row.payload.replace(old, new) if row.number == at else row.payload
        if row.number == at and data == row.payload:
            return
        before = link(before, data)
        yield update(ENTRY).where(_at(ENTRY, row)).values(payload=data, hash=before)


def _other(value: Any, looked_up: bool, rng: Random) -> Any:
    """Another value of the same type; of a key, or what `verify` looks up rows by, one that is not in use."""
    match value:
        case bool():
            return not value
        case int() if not looked_up:
            return rng.choice((value + 1, value - 1, -value - 1, value + (1 << rng.randrange(20)), value + FAR))
        case int() | None:
            return (value or 0) + FAR + rng.randrange(FAR)
        case float():
            return rng.choice((value + 0.5, -value - 1.0, value + 1e-9, 1e300))
        case str():
            at = rng.randrange(len(value) + 1)
            return rng.choice((f"{value[:at]}~{value[at:]}", f"{value[:at]}~{value[at + 1 :]}"))
        case _:
            at = rng.randrange(len(value))
            flipped = value[:at] + bytes([value[at] ^ 1 << rng.randrange(8)]) + value[at + 1 :]
            return rng.choice((flipped, value[:at], value + b"\0", bytes(len(value)), b""))


def _is_looked_up(column: Any) -> bool:
    return bool(column.primary_key) or column is SET.c.completed


def _key(table: Table, row: Row[Any]) -> dict[Any, Any]:
    return {column: row._mapping[column] for column in table.primary_key}


def _at(table: Table, row: Row[Any]) -> Any:
    return and_(*(column == value for column, value in _key(table, row).items()))


def _contents(table: Table, row: Row[Any]) -> list[Any]:
    return [row._mapping[column] for column in table.c if not column.primary_key]


def _name(table: Table, row: Row[Any]) -> str:
    return f"{table.name}[{', '.join(map(str, _key(table, row).values()))}]"
