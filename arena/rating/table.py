"""Results from a CSV file: a row for each match and seat, checked and grouped into matches.

It owns the form of the file; what a match means for ratings is said in `arena.rating.matches`.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import BinaryIO, Final, NamedTuple

from arena.core.errors import BadRequest
from arena.core.values import AgentName

LONGEST: Final = 65_536
"""Bytes of a line, its end included."""
_KNOWN: Final = ("match", "agent", "team", "rank", "score", "seat", "role", "weight")
_ALIASES: Final = {"weights": "weight"}
_LARGEST: Final = 1e100
_FORM: Final = "the first line names the columns match, agent, rank or score, and if need be team, seat, role, weight"


class SeatRow(NamedTuple):
    """One row of the file: `line` counts from 1; an empty `team`, `seat` or `role` was not given."""

    line: int
    agent: AgentName
    team: str
    rank: int | None
    score: float | None
    seat: str
    role: str
    weight: float


@dataclass(frozen=True, slots=True)
class Match:
    """The rows of one match, in the order of the file."""

    name: str
    rows: Sequence[SeatRow]


def read_matches(file: BinaryIO) -> list[Match]:
    """The matches in a CSV file, in the order of their first rows; other columns than those known are left out.

    Raises:
        BadRequest: when the file is not as it should be; the sentence names the line.
    """
    lines = _Lines(file)
    reader = csv.reader(lines, strict=True)
    columns = _columns(_next(reader, lines) or [])
    matches: dict[str, list[SeatRow]] = {}
    while (fields := _next(reader, lines)) is not None:
        if fields:
            name, row = _row(fields, columns, lines.number)
            matches.setdefault(name, []).append(row)
    if not matches:
        raise BadRequest("the file has no rows below its first line; one row for each match and seat is needed")
    for name, rows in matches.items():
        _check_seats(name, rows)
    return [Match(name, rows) for name, rows in matches.items()]


class _Lines(Iterator[str]):
    """The lines of a file as text, one at a time and of bounded length."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.number = 0

    def __next__(self) -> str:
        data = self._file.readline(LONGEST + 1)
        if not data:
            raise StopIteration
        self.number += 1
        if len(data) > LONGEST:
            raise BadRequest(f"line {self.number} is longer than {LONGEST} bytes; a row holds one seat of one match")
        try:
            return data.decode("utf-8-sig" if self.number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise BadRequest(f"line {self.number} is not UTF-8 text; save the file as CSV in UTF-8") from None


def _next(reader: Iterator[list[str]], lines: _Lines) -> list[str] | None:
    begun = lines.number + 1
    try:
        return next(reader, None)
    except csv.Error as error:
        raise BadRequest(f"line {begun} begins a row that is not proper CSV: {error}") from None


class _Columns(NamedTuple):
    """How many columns there are, and where each known one stands, -1 for one that is not there."""

    width: int
    places: tuple[int, ...]


def _columns(header: Sequence[str]) -> _Columns:
    if not header:
        raise BadRequest(f"the file is empty; {_FORM}")
    names = [_ALIASES.get(name, name) for name in (field.strip().lower() for field in header)]
    for name in _KNOWN:
        if names.count(name) > 1:
            raise BadRequest(f"line 1 names the column {name!r} twice; once is right")
    for name in ("match", "agent"):
        if name not in names:
            raise BadRequest(f"line 1 names no column {name!r}; {_FORM}")
    if "rank" not in names and "score" not in names:
        raise BadRequest(f"line 1 names neither a column 'rank' nor 'score'; {_FORM}")
    return _Columns(len(names), tuple(names.index(name) if name in names else -1 for name in _KNOWN))


def _row(fields: list[str], columns: _Columns, line: int) -> tuple[str, SeatRow]:
    if len(fields) != columns.width:
        raise BadRequest(f"line {line} has {len(fields)} fields, but the first line names {columns.width} columns")
    fields.append("")  # what a column that is not there holds
    match, agent, team, rank, score, seat, role, weight = [fields[at].strip() for at in columns.places]
    if not (match and agent):
        raise BadRequest(
            f"line {line} has an empty {'agent' if match else 'match'}; each row names its match and agent"
        )
    share = _number(weight, "weight", line)
    if share is not None and not 0 < share <= 1:
        raise BadRequest(
            f"line {line}: weight {weight[:40]!r} is not above 0 and at most 1, the share of the match that was played"
        )
    return match, SeatRow(
        line,
        AgentName(agent),
        team,
        _rank(rank, line),
        _number(score, "score", line),
        seat,
        role,
        1.0 if share is None else share,
    )


def _rank(text: str, line: int) -> int | None:
    value = _number(text, "rank", line)
    if value is None:
        return None
    if value < 0 or not value.is_integer():
        raise BadRequest(f"line {line}: rank {text[:40]!r} is not a whole number from 0; the best rank is the lowest")
    return int(value)


def _number(text: str, name: str, line: int) -> float | None:
    """The number in a cell, None where it is empty."""
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not (isfinite(value) and abs(value) <= _LARGEST):
        raise BadRequest(f"line {line}: {name} {text[:40]!r} is not a finite number")
    return value


def _check_seats(name: str, rows: Sequence[SeatRow]) -> None:
    taken: dict[str, int] = {}
    if len({row.seat for row in rows}) == len(rows):
        return
    for row in rows:
        if row.seat and taken.setdefault(row.seat, row.line) != row.line:
            raise BadRequest(
                f"line {row.line}: seat {row.seat[:40]!r} of match {name[:40]!r} is on line {taken[row.seat]} already"
            )
