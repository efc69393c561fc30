"""What OpenSpiel computes of tables in a small zero-sum game of two: best responses, mixtures and NashConv."""

from collections.abc import Sequence

import pyspiel

from arena.core.errors import GameUnavailable
from arena.core.game import Game
from arena_openspiel.game import OpenSpielGame
from arena_openspiel.information import information_of
from arena_openspiel.mixtures import mixed
from arena_openspiel.policies import POLICIES, Table, require_zero_sum


class Oracle:
    """Exact answers for one game.

    Raises:
        GameUnavailable: it is no zero-sum game of two seats in turns, or too large for tables.
    """

    def __init__(self, game: Game) -> None:
        if not isinstance(game, OpenSpielGame):
            raise GameUnavailable(f"{game.spec.id} is none of OpenSpiel's games; only those have tables")
        require_zero_sum(game)
        self._game, self._information = game, information_of(game)

    def uniform(self) -> Table:
        """Every legal action alike."""
        return POLICIES["uniform"].tabulate(self._game, self._information)

    def first(self) -> Table:
        """Always the first legal action."""
        return self._pure({key: min(seen.actions) for key, seen in self._information.found.items()})

    def mixture(self, tables: Sequence[Table], chances: Sequence[float]) -> Table:
        """What equals drawing one of the tables before each match."""
        return mixed(self._game, tables, chances)

    def best_response(self, table: Table) -> Table:
        """A pure policy that earns the most against `table` from each seat."""
        chosen: dict[str, int] = {}
        for seat in range(self._game.spec.seats):
            chosen |= pyspiel.TabularBestResponse(self._game.engine, seat, table).get_best_response_actions()
        return self._pure(chosen)

    def nash_conv(self, table: Table) -> float:
        """What both seats together could gain by answering it best (Lanctot et al., arXiv 1711.00832)."""
        return float(pyspiel.nash_conv(self._game.engine, table))

    def _pure(self, chosen: dict[str, int]) -> Table:
        found = self._information.found
        return {key: [(action, float(action == chosen[key])) for action in seen.actions] for key, seen in found.items()}
