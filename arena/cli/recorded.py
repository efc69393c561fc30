"""The games of recorded matches, each by the very rules that its matches were played by."""

from typing import TYPE_CHECKING

from arena.core.errors import GameUnavailable

if TYPE_CHECKING:
    from arena.core.game import Game
    from arena.core.match import GameRef


class RecordedGames:
    """Makes each game once."""

    def __init__(self) -> None:
        from arena.plugin.registry import Registry

        self._registry = Registry()
        self._made: dict[bytes, Game] = {}

    def game_of(self, ref: "GameRef") -> "Game":
        """The game that a record names.

        Raises:
            UnknownGame, GameUnavailable, BadOption: it is not here, or only by another version of its rules.
        """
        from arena.core.canonical import canonical

        key = canonical([ref.id, ref.version, ref.config])
        if key not in self._made:
            here = self._registry.listing(ref.id).version
            if here != ref.version:
                raise GameUnavailable(
                    f"the match was played by version {ref.version} of {ref.id}, and version {here} is installed; "
                    f"install version {ref.version} to play it again"
                )
            self._made[key] = self._registry.make_game(ref)
        return self._made[key]
