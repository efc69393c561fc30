"""The games of this server: which may be joined, what they are with their options, and what their seats may bring."""

from collections.abc import Collection, Mapping

from arena.core.canonical import canonical
from arena.core.errors import UnknownGame
from arena.core.game import GameSpec
from arena.core.match import GameRef
from arena.core.values import Json
from arena.match.pool import WorkerPool

_DESCRIBED = 1024
"""Games with options that are remembered; options are the agents' to choose, so there must be an end."""


class HostedGames:
    """What workers say of games, asked once for each. `names` are plugins, games or rated ids; none means all."""

    def __init__(self, pool: WorkerPool, names: Collection[str]) -> None:
        self._pool = pool
        self._names = names
        self._described: dict[tuple[str, bytes], tuple[GameRef, GameSpec]] = {}

    async def describe(self, game: str, options: Mapping[str, Json]) -> tuple[GameRef, GameSpec]:
        """A game that is hosted here, with its options applied.

        Raises:
            UnknownGame, GameUnavailable, BadOption: as the game's plugin says.
        """
        key = game, canonical(options)
        if key not in self._described:
            described = await self._pool.describe(game, options)
            self._check_hosted(described[0])
            if len(self._described) >= _DESCRIBED:
                self._described.clear()
            self._described[key] = described
        return self._described[key]

    async def entry(self, game: str, options: Mapping[str, Json], entry: Json) -> Json:
        """A seat's private input in the game's canonical form, which is what matches keep.

        Raises:
            BadEntry: no seat of it may bring this.
        """
        return await self._pool.entry(game, options, entry)

    def _check_hosted(self, ref: GameRef) -> None:
        if self._names and {ref.id, ref.rated_id, ref.id.partition("/")[0]}.isdisjoint(self._names):
            raise UnknownGame(f"game {ref.rated_id!r} is not hosted here; there is {', '.join(self._names)}")
