"""The games of recorded matches, each by the very rules that its matches were played by."""

from typing import TYPE_CHECKING

from arena.core.errors import GameUnavailable

if TYPE_CHECKING:
    from arena.core.game import Game, GameListing
    from arena.core.match import GameRef


class RecordedGames:
    """Makes each game once."""

    def __init__(self) -> None:
        from arena.plugin.registry import Registry

        self._registry = Registry()
        self._made: dict[bytes, Game] = {}

    def listing_of(self, ref: "GameRef") -> "GameListing":
        """The listing of the game that a record names.

        Raises:
            UnknownGame, GameUnavailable: it is not here, or only by another version of its rules.
        """
        listing = self._registry.listing(ref.id)
        if listing.version != ref.version:
            raise GameUnavailable(
                f"the match was played by version {ref.version} of {ref.id}, and version {listing.version} is "
                f"installed; install version {ref.version} to play it again"
            )
        return listing

    def game_of(self, ref: "GameRef") -> "Game":
        """The game that a record names.

        Raises:
            UnknownGame, GameUnavailable, BadOption: it is not here, or only by another version of its rules.
        """
        from arena.core.canonical import canonical

        key = canonical([ref.id, ref.version, ref.config])
        if key not in self._made:
            self.listing_of(ref)
            self._made[key] = self._registry.make_game(ref)
        return self._made[key]
