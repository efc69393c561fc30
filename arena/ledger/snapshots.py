"""How a game's ratings stood behind some of its sets, so that nobody has to rate a long ladder from its first set on.

None of it is the truth: it may be lost, is taken only where this ledger still has the entry and this version of arena
made it, and `arena verify` rates anew to compare.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import version
from math import isclose
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from arena.ledger.engine import begin
from arena.ledger.reads import Reads
from arena.ledger.rows import Row, plain
from arena.ledger.sets import Tally
from arena.rating import SYSTEMS, RatingSystem, SetResult, Standing, make_system

VERSION: Final = version("arena")
STRIDE: Final = 10_000
"""Sets from one snapshot to the next; where there are many agents, so many times them that snapshots stay small beside
the sets."""
_SETS_AN_AGENT: Final = 10


class Snapshots:
    """Those of one game by one system with its default settings."""

    def __init__(self, ledger: Reads, game: str, system: str) -> None:
        self._engine = ledger._engine
        self._of = {"game": plain(game), "system": system, "arena": VERSION}
        self._stride = STRIDE
        self._since = 0

    def restored(self, before: int) -> tuple[RatingSystem, int]:
        """A system as of the last snapshot before an entry, and that snapshot's entry; a fresh one and -1 without."""
        system = make_system(self._of["system"])
        with self._engine.connect() as connection:
            found = connection.execute(_LAST, {**self._of, "before": before}).one_or_none()
        if found is None:
            return system, -1
        try:
            system.restore(json.loads(found.state))
        except _ODD:  # `verify` says so; whoever begins anew keeps it anew
            return make_system(self._of["system"]), -1
        return system, int(found.entry)

    def added(self, system: RatingSystem, entry: int) -> None:
        """One more set was rated, which `entry` completed: now and then this is kept, if it can be."""
        self._since += 1
        if self._since < self._stride:
            return
        state = system.state()
        self._since, self._stride = 0, max(STRIDE, _SETS_AN_AGENT * len(state))
        with suppress(SQLAlchemyError), self._engine.connect() as connection:
            begin(connection)
            connection.execute(_KEEP, {**self._of, "entry": entry, "state": json.dumps(state)})
            connection.commit()


class Recount:
    """Rates sets anew beside an audit of the ledger, in their order, and compares with the rows of `snapshot`."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._games: dict[str, dict[str, RatingSystem]] = {}
        self._kept: dict[tuple[str, str, int], str] = {}
        for game, name, entry, _, arena, state in rows:
            if arena == VERSION and name in SYSTEMS:  # else nobody takes it
                self._games.setdefault(game, {}).setdefault(name, SYSTEMS[name]())
                self._kept[game, name, entry] = state

    def agree(self, tally: Tally, places: Sequence[Row]) -> bool:
        """Whether the ratings kept behind this complete set, if any, are what the sets up to it come to."""
        game, number = plain(tally.game), tally.completed
        systems = self._games.get(game)
        if not (systems and places and tally.ladder and number is not None):
            return True
        lines = sorted((Standing(*row[1:]) for row in places), key=lambda line: (line.rank, line.agent))
        result = SetResult(number, tally.set_id, tally.clean, lines)
        for name, system in systems.items():
            system.add(result)
            state = self._kept.pop((game, name, number), None)
            if state is not None and not _same(state, system.state()):
                return False
        return True

    @property
    def left(self) -> bool:
        """Whether something is kept behind what is no set."""
        return bool(self._kept)


def _same(stored: str, state: Mapping[str, Sequence[float]]) -> bool:
    """Whether the numbers are equal, as far as the order of a set's agents allows."""
    try:
        found = json.loads(stored)
        pairs = [pair for agent in state for pair in zip(state[agent], found[agent], strict=True)]
        return found.keys() == state.keys() and all(isclose(*pair, rel_tol=1e-9, abs_tol=1e-12) for pair in pairs)
    except _ODD:
        return False


_ODD: Final = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
_LAST: Final = text(
    "SELECT s.entry, s.state FROM snapshot s JOIN entry e ON e.number = s.entry AND e.hash = s.hash "
    "WHERE s.game = :game AND s.system = :system AND s.arena = :arena AND s.entry < :before "
    "ORDER BY s.entry DESC LIMIT 1"
)
_KEEP: Final = text(
    "INSERT INTO snapshot (game, system, entry, hash, arena, state) "
    "SELECT :game, :system, number, hash, :arena, :state FROM entry WHERE number = :entry "
    "ON CONFLICT (game, system, entry) "
    "DO UPDATE SET hash = excluded.hash, arena = excluded.arena, state = excluded.state"
)
