"""`arena ladder`: how the agents of a game stand, from a ledger or a server."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from arena.cli.options import DEFAULT_DB, AnyServer, AsJson, Db, GameOptions, TlsCa, Token
from arena.cli.output import print_json, print_table
from arena.core.errors import BadRequest

if TYPE_CHECKING:
    from arena.ledger import Ledger

_COLUMNS = (
    "rank",
    "agent",
    "rating",
    "uncertainty",
    "elo",
    "matches",
    "wins",
    "draws",
    "losses",
    "error_share",
    "clean_rating",
)


def ladder(
    game: Annotated[
        str | None, typer.Argument(metavar="[GAME]", help="A game or rated id; all that have results when left out.")
    ] = None,
    *,
    option: GameOptions = None,
    system: Annotated[str | None, typer.Option(help="trueskill, elo, openskill or mean.")] = None,
    db: Db = DEFAULT_DB,
    server: AnyServer = None,
    token: Token = None,
    tls_ca: TlsCa = None,
    as_json: AsJson = False,
) -> None:
    """Rank the agents of GAME by their rated sets.

    --json prints one object a game, each on a line of its own.
    """
    from arena.ledger import Ledger

    if server:
        if game is None:
            raise BadRequest(
                "a server is asked for one game at a time; name it, as in `arena ladder GAME --server ...`"
            )
        found: Iterable[dict[str, Any]] = [_ask(server, token, tls_ca, _rated(game, option or []), system)]
        _show(found, as_json)
        return
    with Ledger.open(db, create=False) as ledger:
        _show(ladders(ledger, game and _rated(game, option or []), system), as_json)


def _rated(game: str, options: list[str]) -> str:
    """The rated id; only a game with options needs its plugin for that."""
    if not options:
        return game
    from arena.plugin.registry import Registry

    return Registry().ref(game, options).rated_id


def ladders(ledger: "Ledger", game: str | None = None, system: str | None = None) -> Iterator[dict[str, Any]]:
    """The ladder of `game`, or of every game with rated sets, in the shape that --json prints.

    Raises:
        UnknownGame: nobody has played this game, and no plugin offers it.
        BadRequest: there is no rated set at all, or no such rating system.
    """
    rated = {line.game for line in ledger.games() if line.ladder_sets}
    if game is None and not rated:
        raise BadRequest("the ledger holds no rated sets yet; `arena play` plays some")
    if game is not None and game not in rated:
        _require_known(game, rated)
    for each in sorted(rated) if game is None else [game]:
        yield _ladder(ledger, each, system)


def _require_known(game: str, rated: set[str]) -> None:
    """A game without results has an empty ladder, but a game that nobody knows is a mistake."""
    from arena.core.errors import UnknownGame
    from arena.plugin.registry import Registry

    try:
        Registry().ref(game)
    except UnknownGame as error:
        held = f"; the ledger has results of {', '.join(sorted(rated))}" if rated else ""
        raise UnknownGame(f"{error}{held}") from None


def _ladder(ledger: "Ledger", game: str, system: str | None) -> dict[str, Any]:
    from dataclasses import asdict

    from arena.rating import DEFAULT, Ladder
    from arena.rating.mean_score import MeanScore

    sets = [*ledger.ladder_sets(game)]
    alone = bool(sets) and all(len(finished.standings) == 1 for finished in sets)
    chosen = system or (MeanScore.name if alone else DEFAULT)  # nobody to be rated against: the score itself
    rows = Ladder(chosen).update(sets).rows()
    return {"game": game, "system": chosen, "rows": [asdict(row) for row in rows]}


def _ask(server: str, token: str | None, tls_ca: Any, game: str, system: str | None) -> dict[str, Any]:
    from arena.client.remote import Remote

    with Remote(server, token=token, tls_ca=tls_ca) as remote:
        reply = remote.ladder(game, system or "")
    rows = [{name: getattr(row, name) for name in _COLUMNS} for row in reply.rows]
    for row, sent in zip(rows, reply.rows, strict=True):
        row["clean_rating"] = sent.clean_rating if sent.HasField("clean_rating") else None
    return {"game": reply.game, "system": reply.system, "rows": rows}


def _show(ladders: Iterable[dict[str, Any]], as_json: bool) -> None:
    for found in ladders:
        if as_json:
            print_json(found)
        elif not found["rows"]:
            print(f"{found['game']}: no rated set is finished yet")
        else:
            show_ladder(found)


def show_ladder(found: dict[str, Any]) -> None:
    """Print one ladder, as `_ladder` gives it, for people."""
    columns = ("#", "agent", "rating", "+-", "elo", "matches", "won", "drawn", "lost", "errors", "clean rating")
    rows = [[row[name] for name in _COLUMNS] for row in found["rows"]]
    print_table(f"{found['game']} by {found['system']}", columns, rows)
