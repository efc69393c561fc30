"""A payoff matrix from a CSV file, a row for each pair of agents; every check of the file's form is made here."""

import csv
import io
from collections.abc import Iterator
from math import isfinite
from typing import BinaryIO, Final

from arena.core.errors import BadRequest
from arena.core.values import AgentName
from arena.rating.csv_cells import restored
from arena.rating.payoff import Cell, PayoffMatrix, matrix

COLUMNS: Final = ("agent", "opponent", "score", "count")
LARGEST: Final = 16 * 2**20
"""Bytes of a file."""
AGENTS: Final = 500
"""Agents in a file at most: beyond, a matrix of all pairs is no longer something to look at."""
RANGE: Final = (-1.0, 1.0)
"""The payoffs there can be unless it is said otherwise: a win and a loss."""
_LARGEST_SCORE: Final = 1e100
_LARGEST_COUNT: Final = 10**12


def read_payoffs(file: BinaryIO, bounds: tuple[float, float] = RANGE) -> PayoffMatrix:
    """The matrix that the file holds, agents in order of first appearance.

    `score` is the mean payoff of `agent` against `opponent` over `count` samples. A pair that stands in one order only
    is zero-sum. As the file does not say how much payoffs vary, intervals allow for the most within `bounds`; scores
    outside of them have none. Names that `csv_cells` disarmed are restored.

    Raises:
        BadRequest: when the file is not as it should be; the sentence names the line.
    """
    agents: dict[AgentName, None] = {}
    seen: dict[tuple[str, str], int] = {}
    cells: list[Cell] = []
    for line, fields in _rows(file):
        cell = _cell(fields, line)
        if (first := seen.setdefault((cell.agent, cell.opponent), line)) != line:
            raise BadRequest(f"line {line} repeats {cell.agent!r} against {cell.opponent!r} of line {first}")
        agents |= {cell.agent: None, cell.opponent: None}
        if len(agents) > AGENTS:
            raise BadRequest(f"line {line} brings more than {AGENTS} agents; leave some out")
        cells.append(cell)
    if not cells:
        raise BadRequest("the file has no rows below its first line; one row for each pair of agents is needed")
    return matrix(list(agents), cells, bounds)


def _rows(file: BinaryIO) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows behind the first line, by column, each with the number of the line it ends on; blank ones left out."""
    reader = csv.reader(io.StringIO(_text(file), newline=""), strict=True)
    places: dict[str, int] | None = None
    try:
        for fields in reader:
            if places is None:
                places = _places(fields)
                width = len(fields)
            elif fields:
                if len(fields) != width:
                    raise BadRequest(f"line {reader.line_num} has {len(fields)} fields, but the first line {width}")
                yield reader.line_num, {name: fields[at].strip() for name, at in places.items()}
    except csv.Error as error:
        raise BadRequest(f"line {reader.line_num} is no proper CSV: {error}") from None


def _text(file: BinaryIO) -> str:
    data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise BadRequest(f"the file is larger than {LARGEST // 2**20} MiB; a row holds one pair of agents")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadRequest(f"line {line} is not UTF-8 text; save the file as CSV in UTF-8") from None
    if not text.strip():
        raise BadRequest(f"the file is empty; its first line names the columns {','.join(COLUMNS)}")
    return text


def _places(header: list[str]) -> dict[str, int]:
    names = [name.strip().lower() for name in header]
    for name in COLUMNS:
        if names.count(name) != 1:
            how = "twice" if name in names else "nowhere"
            raise BadRequest(f"line 1 names the column {name!r} {how}; it names {','.join(COLUMNS)} once each")
    return {name: names.index(name) for name in COLUMNS}


def _cell(fields: dict[str, str], line: int) -> Cell:
    agent, opponent = restored(fields["agent"]), restored(fields["opponent"])
    if not agent or not opponent:
        raise BadRequest(f"line {line} lacks the name of an agent; both agent and opponent are needed")
    score, count = _number(fields["score"]), _number(fields["count"])
    if score is None or abs(score) > _LARGEST_SCORE:
        raise BadRequest(f"line {line}: the score {fields['score']!r} is no finite number")
    if count is None or not (1 <= count <= _LARGEST_COUNT and count.is_integer()):
        raise BadRequest(f"line {line}: the count {fields['count']!r} is no whole number from 1 up to {_LARGEST_COUNT}")
    return Cell(AgentName(agent), AgentName(opponent), score, int(count))


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None
