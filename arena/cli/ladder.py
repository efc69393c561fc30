"""`arena ladder`: how the agents of a game stand, from a ledger or a server."""

from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal

import typer

from arena.cli.ladder_costs import COLUMNS as _COSTS
from arena.cli.ladder_extras import show_metrics
from arena.cli.ladder_source import COLUMNS, SENT, Asked, ask_ladder, ladders
from arena.cli.options import DEFAULT_DB, AnyServer, AsJson, Db, GameOptions, TlsCa, Token
from arena.cli.output import print_json, print_table
from arena.cli.wanted import rated_id
from arena.core.errors import BadRequest
from arena.core.terminal import harmless

_BESIDE_COSTS: Final = frozenset({"rank", "agent", "rating", "matches"})


def ladder(
    game: Annotated[
        str | None, typer.Argument(metavar="[GAME]", help="A game or rated id; all that have results when left out.")
    ] = None,
    *,
    option: GameOptions = None,
    system: Annotated[
        str | None,
        typer.Option(
            help="trueskill, elo, openskill, openskill-bt[-part], openskill-tm[-part], glicko2, mean or bradley-terry."
        ),
    ] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A parameter of the system; may be repeated."),
    ] = None,
    interval: Annotated[bool, typer.Option("--interval", help="Show where each rating lies 95 times in 100.")] = False,
    by: Annotated[
        Literal["role", "seat"] | None, typer.Option(help="Rate each agent apart in each role or seat.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help="Sets finished since a date, a time or a set's number only."),
    ] = None,
    pool: Annotated[
        Literal["self-play", "cross-play", "all"] | None,
        typer.Option(help="Sets of an agent with itself, those between agents (as when left out), or both."),
    ] = None,
    recompute: Annotated[
        bool, typer.Option("--recompute", help="Compute set by set, from the first result on.")
    ] = False,
    metrics: Annotated[
        bool, typer.Option("--metrics", help="Show what the game measured too, by agent, side and role.")
    ] = False,
    cost: Annotated[
        bool,
        typer.Option(
            "--cost",
            help="Show what agents stated to have spent on all their matches of GAME: tokens, seconds of thought, cost "
            "in their own unit, and cost per point of rating above the best null-class bot of the ladder.",
        ),
    ] = False,
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
        from arena.client.remote import Remote

        _refuse_local({"--set": setting, "--by": by, "--since": since, "--pool": pool, "--recompute": recompute})
        with Remote(server, token=token, tls_ca=tls_ca) as remote:
            rated = _one_game(game, option or [])
            found = ask_ladder(remote, rated, system, interval=interval, metrics=metrics, cost=cost)
        _show([found], as_json)
        return
    if cost:
        _refuse_parts({"--by": by, "--since": since, "--pool": pool})
    asked: Asked = {"system": system, "settings": setting or [], "by": by, "recompute": recompute}
    asked |= {"interval": interval, "pool": pool, "since": since, "metrics": metrics, "cost": cost}
    with Ledger.open(db, create=False) as ledger:
        _show(ladders(ledger, game and rated_id(game, option or []), **asked), as_json)


def _refuse_local(given: dict[str, Any]) -> None:
    """A server computes its ladders in one way."""
    names = ", ".join(name for name, value in given.items() if value)
    if names:
        raise BadRequest(f"a server keeps whole ladders only; leave out {names}, or name the ledger itself by --db")


def _refuse_parts(given: dict[str, Any]) -> None:
    names = " and ".join(name for name, value in given.items() if value)
    if names:
        raise BadRequest(f"what was spent is summed over all matches of a game; leave out {names}, or --cost")


def _one_game(game: str | None, options: list[str]) -> str:
    if game is None:
        raise BadRequest("a server is asked for one game at a time; name it, as in `arena ladder GAME --server ...`")
    return rated_id(game, options)


def _show(found: Iterable[dict[str, Any]], as_json: bool) -> None:
    for each in found:
        if as_json:
            print_json(each)
        elif not each["rows"]:
            print(f"{each['game']}: no rated set is finished yet")
        else:
            show_ladder(each)


def show_ladder(found: dict[str, Any]) -> None:
    """Print one ladder, as `ladders` gives it, for people."""
    names = list(found["rows"][0]) if found["rows"] else SENT
    if "spending" in found:
        names = [name for name in names if name in _COSTS or name in _BESIDE_COSTS]
    headings = COLUMNS | _COSTS | {name: about["heading"] for name, about in found.get("measures", {}).items()}
    rows = [[row[name] for name in names] for row in found["rows"]]
    print_table(f"{found['game']} by {found['system']}", [headings[name] for name in names], rows)
    for about in found.get("measures", {}).values():
        print(harmless(f"{about['heading']}: {about['help']}\n"))
    if "metrics" in found:
        show_metrics(found["game"], found["metrics"])
