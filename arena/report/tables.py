"""The data of a report as CSV files, a row with its game first; names that a spreadsheet would compute are disarmed."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from arena.report.across import Across
from arena.report.facts import GameFacts
from arena.report.text import cell, moment

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class CsvFile:
    """One file: its name, the names of its columns, its rows."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Row]

    def write(self, folder: Path) -> None:
        """Write it in UTF-8, with what a spreadsheet would take for a formula behind an apostrophe."""
        with (folder / self.name).open("w", newline="", encoding="utf-8", errors="backslashreplace") as target:
            writer = csv.writer(target)  # its CRLF has names with either character quoted
            writer.writerow(self.columns)
            writer.writerows(map(cell, row) for row in self.rows)


def csv_files(facts: Sequence[GameFacts], across: Across | None) -> list[CsvFile]:
    """Every file that has rows."""
    files = [CsvFile(name, columns, [row for one in facts for row in rows(one)]) for name, columns, rows in _BY_GAME]
    if across is not None:
        files.append(CsvFile("means.csv", ("agent", "sets", "interquartile_mean", "low", "high"), [*_means(across)]))
        files.append(CsvFile("profiles.csv", ("agent", "threshold", "share", "low", "high"), [*_profiles(across)]))
    return [file for file in files if file.rows]


def _ladder(one: GameFacts) -> Iterator[Row]:
    for line in one.ladder.lines:
        row = line.row
        low, high = line.interval or (None, None)
        record = (row.matches, row.wins, row.draws, row.losses, row.error_share, row.clean_rating)
        yield one.game, one.ladder.system, row.rank, row.agent, row.rating, low, high, row.elo, *record


def _measures(one: GameFacts) -> Iterator[Row]:
    for column, values in one.columns:
        for agent, value in values.items():
            yield one.game, column.name, agent, value


def _matrix(one: GameFacts) -> Iterator[Row]:
    pool = one.pool
    for row, agent in enumerate(pool.agents):
        for column, opponent in enumerate(pool.agents):
            if count := int(pool.count[row, column]):
                at = row, column
                yield (
                    one.game,
                    agent,
                    opponent,
                    float(pool.payoff[at]),
                    count,
                    float(pool.low[at]),
                    float(pool.high[at]),
                )


def _solution(one: GameFacts) -> Iterator[Row]:
    found = one.solution
    for agent in one.pool.agents:
        yield one.game, agent, found.nash[agent], found.alpha_rank[agent], found.maximal_lottery[agent]


def _history(one: GameFacts) -> Iterator[Row]:
    for track in one.tracks:
        for at in track.readings:
            yield one.game, track.system, track.agent, at.sets, moment(at.ended_ms), at.rating, at.low, at.high


def _lineage(one: GameFacts) -> Iterator[Row]:
    for at in one.lineage:
        parent = at.parent or (None, None)
        made = moment(at.created_ms)
        yield one.game, at.lineage, at.place, at.agent, at.version, *parent, made, at.rating, at.low, at.high, at.sets


def _figures(one: GameFacts) -> Iterator[Row]:
    for at in one.lineage:
        for figure, value in sorted(at.figures.items()):
            yield one.game, at.lineage, at.place, at.agent, at.version, at.step, figure, value


def _calibration(one: GameFacts) -> Iterator[Row]:
    for point in one.calibration.curve if one.calibration else ():
        yield one.game, one.ladder.system, point.forecast, point.outcome, point.low, point.high, point.count


def _endings(one: GameFacts) -> Iterator[Row]:
    for (agent, cause), count in sorted(one.endings.items()):
        yield one.game, agent, cause.value, count


def _alarms(one: GameFacts) -> Iterator[Row]:
    for null in one.alarms.nulls:
        yield one.game, "null agent", null.agent, None, null.count, null.rate, null.chance, null.adjusted, null.alarm
    alarms = one.alarms
    for test, found in (("meetings", alarms.meetings), ("partners", alarms.partners), ("votes", alarms.votes)):
        for odd in found:
            yield one.game, test, *odd.agents, odd.count, odd.observed, odd.expected, odd.adjusted, odd.alarm


def _means(across: Across) -> Iterator[Row]:
    for one in across.agents:
        yield one.agent, one.sets, one.middle.value, one.middle.low, one.middle.high


def _profiles(across: Across) -> Iterator[Row]:
    for one in across.agents:
        for row in zip(one.profile.thresholds, one.profile.shares, one.profile.low, one.profile.high, strict=True):
            yield one.agent, *row


_RECORD: Final = ("matches", "wins", "draws", "losses", "error_share", "clean_rating")
_RANGE: Final = ("rating", "low", "high")
_PARENT: Final = ("parent_agent", "parent_version", "created")
_TESTED: Final = ("count", "observed", "expected", "p_adjusted", "alarm")
_BY_GAME: Final = (
    ("ladder.csv", ("game", "system", "rank", "agent", *_RANGE, "elo", *_RECORD), _ladder),
    ("measures.csv", ("game", "measure", "agent", "value"), _measures),
    ("matrix.csv", ("game", "agent", "opponent", "score", "count", "low", "high"), _matrix),
    ("solutions.csv", ("game", "agent", "nash", "alpha_rank", "maximal_lottery"), _solution),
    ("history.csv", ("game", "system", "agent", "sets", "ended", *_RANGE), _history),
    ("lineage.csv", ("game", "lineage", "place", "agent", "version", *_PARENT, *_RANGE, "sets"), _lineage),
    ("figures.csv", ("game", "lineage", "place", "agent", "version", "step", "figure", "value"), _figures),
    ("calibration.csv", ("game", "system", "forecast", "outcome", "low", "high", "count"), _calibration),
    ("endings.csv", ("game", "agent", "cause", "seats"), _endings),
    ("alarms.csv", ("game", "test", "agent", "other", *_TESTED), _alarms),
)
