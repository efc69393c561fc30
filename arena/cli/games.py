"""`arena games` and `arena agents`: what this installation, or a server, has on offer."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from arena.cli.lineage import show_lineage
from arena.cli.options import DEFAULT_DB, AnyServer, AsJson, Db, TlsCa, Token
from arena.cli.output import print_json, print_table
from arena.cli.plugins import plugin_code
from arena.cli.settings import options_as_json, show_options
from arena.core.errors import BadRequest

if TYPE_CHECKING:
    from arena.plugin.registry import Registry

_GAME = ("id", "version", "min_seats", "max_seats", "available", "reason")


def games(
    game: Annotated[
        str | None, typer.Argument(metavar="[GAME]", help="One that is registered here: list its options.")
    ] = None,
    *,
    server: AnyServer = None,
    token: Token = None,
    tls_ca: TlsCa = None,
    as_json: AsJson = False,
) -> None:
    """List the games and why one is missing, or options of GAME."""
    if game is not None:
        _describe_game(game, server, as_json=as_json)
        return
    listed = _server_games(server, token, tls_ca) if server else _games_here()
    if as_json:
        print_json({"games": listed})
        return
    rows = [(g["id"], g["version"], _seats(g), "yes" if g["available"] else g["reason"]) for g in listed]
    print_table("", ("game", "version", "seats", "available"), rows)


def agents(
    agent: Annotated[str | None, typer.Argument(metavar="[AGENT]", help="A registered one: list its options.")] = None,
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
    """List the registered agents, or the options of AGENT.

    --agent and --agents take these names, and import paths: package.module:Class or FILE.py:Class.
    """
    from arena.plugin.registry import Registry

    if tree:
        show_lineage(db, server, token, tls_ca, as_json=as_json)
        return
    if server:
        raise BadRequest("the agents registered here are no server's; ask it for versions by --tree")
    registry = Registry()
    if agent is not None:
        _describe_agent(registry, agent, as_json=as_json)
        return
    with plugin_code():
        listings = [listing for _, listing in sorted(registry.agent_listings().items())]
    if as_json:
        print_json({"agents": [_agent(listing) for listing in listings]})
        return
    rows = [
        (each.name, ", ".join(each.games) or "every game", each.summary, ", ".join(o.name for o in each.options))
        for each in listings
    ]
    print_table("", ("agent", "plays", "what it is", "options"), rows)


def _describe_game(game: str, server: str | None, *, as_json: bool) -> None:
    from arena.plugin.registry import Registry

    if server:
        raise BadRequest("a server tells which games it has; leave out GAME, or leave out --server for its options")
    with plugin_code():
        listing = Registry().listing(game)
    if as_json:
        print_json({"id": listing.id, "version": listing.version, "options": options_as_json(listing.options)})
    else:
        show_options(f"{listing.id} {listing.version}", listing.options)


def _describe_agent(registry: "Registry", agent: str, *, as_json: bool) -> None:
    with plugin_code():
        listing = registry.agent_listing(agent)
    if as_json:
        print_json(_agent(listing))
    else:
        show_options(f"{listing.name.rstrip(':')}: {listing.summary}", listing.options)


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
    about = {"name": listing.name, "summary": listing.summary, "games": list(listing.games)}
    return about | {"options": options_as_json(listing.options)}
