"""`arena games` and `arena agents`: what this installation, or a server, has on offer."""

from typing import Annotated, Any

import typer

from arena.cli.lineage import show_lineage
from arena.cli.options import DEFAULT_DB, AnyServer, AsJson, Db, TlsCa, Token
from arena.cli.output import print_json, print_table
from arena.cli.plugins import plugin_code
from arena.core.errors import BadRequest

_GAME = ("id", "version", "min_seats", "max_seats", "available", "reason")


def games(*, server: AnyServer = None, token: Token = None, tls_ca: TlsCa = None, as_json: AsJson = False) -> None:
    """List the games, and why one is not available."""
    listed = _server_games(server, token, tls_ca) if server else _games_here()
    if as_json:
        print_json({"games": listed})
        return
    rows = [(g["id"], g["version"], _seats(g), "yes" if g["available"] else g["reason"]) for g in listed]
    print_table("", ("game", "version", "seats", "available"), rows)


def agents(
    *,
    tree: Annotated[
        bool, typer.Option("--tree", help="Show the versions of a ledger's or server's agents, and their parents.")
    ] = False,
    db: Db = DEFAULT_DB,
    server: AnyServer = None,
    token: Token = None,
    tls_ca: TlsCa = None,
    as_json: AsJson = False,
) -> None:
    """List the registered agents.

    --agent and --agents take these names, and import paths: package.module:Class or FILE.py:Class.
    """
    from arena.plugin.registry import Registry

    if tree:
        show_lineage(db, server, token, tls_ca, as_json=as_json)
        return
    if server:
        raise BadRequest("the agents registered here are no server's; ask it for versions by --tree")
    with plugin_code():
        listings = [listing for _, listing in sorted(Registry().agent_listings().items())]
    if as_json:
        print_json({"agents": [_agent(listing) for listing in listings]})
        return
    rows = [
        (each.name, ", ".join(each.games) or "every game", ", ".join(o.name for o in each.options), each.summary)
        for each in listings
    ]
    print_table("", ("agent", "plays", "options", ""), rows)


def _games_here() -> list[dict[str, Any]]:
    from arena.match.shelf import GameShelf
    from arena.plugin.blackbox import BlackBox
    from arena.plugin.registry import Registry

    with plugin_code():
        return [*map(_game, GameShelf(Registry(), BlackBox.create()).offers())]


def _server_games(server: str, token: str | None, tls_ca: Any) -> list[dict[str, Any]]:
    from arena.client.remote import Remote

    with Remote(server, token=token, tls_ca=tls_ca) as remote:
        return [*map(_game, remote.games())]


def _game(offer: Any) -> dict[str, Any]:
    return {name: getattr(offer, name) for name in _GAME}


def _seats(game: dict[str, Any]) -> str:
    low, high = game["min_seats"], game["max_seats"]
    return f"{low}" if low == high else f"{low} to {high}"


def _agent(listing: Any) -> dict[str, Any]:
    options = [{"name": o.name, "kind": o.kind, "default": o.default, "help": o.help} for o in listing.options]
    return {"name": listing.name, "summary": listing.summary, "games": list(listing.games), "options": options}
