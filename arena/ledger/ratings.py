"""How strong every agent was before a match, as far as the ledger could tell by then."""

from collections.abc import Iterator, Mapping

from arena.core.values import AgentName
from arena.ledger.reads import Reads
from arena.ledger.snapshots import Snapshots
from arena.ledger.stream import StoredMatch
from arena.rating import Rating, SetResult


class RatingsBefore:
    """Goes along with a stream of matches, and rates each game's sets as they were completed."""

    def __init__(self, ledger: Reads, system: str) -> None:
        self._ledger = ledger
        self._system = system
        self._games: dict[str, _Rated] = {}

    def of(self, stored: StoredMatch) -> Mapping[AgentName, Rating]:
        """The ratings from all sets of its game that were complete before the match landed."""
        game = stored.result.plan.game.rated_id
        if game not in self._games:
            self._games[game] = _Rated(self._ledger, game, self._system, stored.entry)
        return self._games[game].before(stored.entry)

    def grow(self) -> None:
        """Sets may have been completed since the last look at the ledger."""
        for rated in self._games.values():
            rated.grow()


class _Rated:
    """One game's sets, rated as far as needed; none before entry `first` is asked for."""

    def __init__(self, ledger: Reads, game: str, system: str, first: int) -> None:
        self._ledger, self._game = ledger, game
        self._snapshots = Snapshots(ledger, game, system)
        self._system, self._last = self._snapshots.restored(first)
        self._ratings = self._system.ratings()
        self._sets: Iterator[SetResult] = iter(())
        self._next: SetResult | None = None
        self.grow()

    def grow(self) -> None:
        """Look for sets behind the last one there was."""
        if self._next is None:
            self._sets = self._ledger.ladder_sets(self._game, self._last)
            self._next = next(self._sets, None)

    def before(self, entry: int) -> Mapping[AgentName, Rating]:
        grown = False
        while self._next is not None and self._next.number < entry:
            self._system.add(self._next)
            self._last = self._next.number
            self._snapshots.added(self._system, self._last)
            self._next, grown = next(self._sets, None), True
        if grown:
            self._ratings = self._system.ratings()
        return self._ratings
