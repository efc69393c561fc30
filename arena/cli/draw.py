"""Drawing a recorded match into a file, as its game does it."""

from pathlib import Path

from arena.cli.plugins import plugin_code
from arena.core.errors import BadRequest
from arena.core.terminal import harmless


def draw(match: str, db: str, kind: str, at: str, file: Path) -> None:
    """Write one file of this kind, a key of `GameListing.renderings`.

    Raises:
        BadRequest: the game has no such rendering, no such moment, or the file cannot be written.
    """
    from arena.cli.recorded import RecordedGames
    from arena.ledger import Ledger
    from arena.match.replay import recorded

    with Ledger.open(db, create=False) as ledger:
        result = ledger.result(match)
    games = RecordedGames()
    ref = result.plan.game
    with plugin_code():
        rendering = games.listing_of(ref).renderings.get(kind)
        if rendering is None:
            raise BadRequest(f"{ref.id} draws no {kind}; leave --{kind} out to see the match in words")
        try:
            rendering((table.state for table in recorded(games.game_of(ref), result)), at, file)
        except OSError as error:
            raise BadRequest(f"{file} cannot be written: {error.strerror or error}") from None
    print(harmless(f"drawn into {file}"))
