"""`arena ladder`: how the agents of a game stand, from a ledger or a server."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from arena.cli.insight import open_insight
from arena.cli.ladder_costs import COLUMNS as _COSTS
from arena.cli.ladder_costs import find_spending, null_floor, told_spending, with_costs
from arena.cli.ladder_extras import ask_metrics, beside_results, find_metrics, show_metrics
from arena.cli.options import DEFAULT_DB, AnyServer, AsJson, Db, GameOptions, TlsCa, Token
from arena.cli.output import print_json, print_table, tell_notes
from arena.core.errors import BadRequest
from arena.core.terminal import harmless

if TYPE_CHECKING:
    from arena.client.remote import Remote
    from arena.ledger import Ledger
    from arena.local.insight import PluginInsight
    from arena.report.ladders import Line

_COLUMNS: Final = {
    "rank": "#",
    "agent": "agent",
    "role": "role",
    "seat": "seat",
    "rating": "rating",
    "uncertainty": "+-",
    "low": "low",
    "high": "high",
    "elo": "elo",
    "matches": "matches",
    "wins": "won",
    "draws": "drawn",
    "losses": "lost",
    "error_share": "errors",
    "clean_rating": "clean rating",
}
"""The fields of a row, in order, with their headings; a row has a role, a seat or an interval only when asked for."""
_SENT: Final = [name for name in _COLUMNS if name not in {"role", "seat", "low", "high"}]

_BESIDE_COSTS: Final = frozenset({"rank", "agent", "rating", "matches"})

Asked = dict[str, Any]
"""What `arena.report.ladders.find_ladder` and `Selection` are told beside the game, by name."""


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
            found = _ask(remote, rated, system, interval=interval, metrics=metrics, cost=cost)
        _show([found], as_json)
        return
    if cost:
        _refuse_parts({"--by": by, "--since": since, "--pool": pool})
    asked: Asked = {"system": system, "settings": setting or [], "by": by, "recompute": recompute}
    asked |= {"interval": interval, "pool": pool, "since": since, "metrics": metrics, "cost": cost}
    with Ledger.open(db, create=False) as ledger:
        _show(ladders(ledger, game and _rated(game, option or []), **asked), as_json)


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
    return _rated(game, options)


def _rated(game: str, options: list[str]) -> str:
    """The rated id; only a game with options needs its plugin for that."""
    if not options:
        return game
    from arena.plugin.registry import Registry

    return Registry().ref(game, options).rated_id


def ladders(
    ledger: "Ledger", game: str | None = None, system: str | None = None, **asked: Any
) -> Iterator[dict[str, Any]]:
    """The ladder of `game`, or of every game with rated sets, in the shape that --json prints.

    `asked` may have the options of the command by name: settings, by, recompute, interval, pool, since, metrics, cost.

    Raises:
        UnknownGame: nobody has played this game, and no plugin offers it.
        BadRequest: there is no rated set at all, no such rating system, or an option makes no sense.
    """
    apart = asked.get("pool") in {"self-play", "all"}
    rated = {line.game for line in ledger.games() if line.ladder_sets or apart}
    if game is None and not rated:
        raise BadRequest("the ledger holds no rated sets yet; `arena play` plays some")
    if game is not None and game not in rated:
        _require_known(game, rated)
    insight = open_insight()
    for each in sorted(rated) if game is None else [game]:
        yield _ladder(ledger, each, system, asked, insight)


def _require_known(game: str, rated: set[str]) -> None:
    """A game without results has an empty ladder, but a game that nobody knows is a mistake."""
    from arena.core.errors import UnknownGame
    from arena.plugin.registry import Registry

    try:
        Registry().ref(game)
    except UnknownGame as error:
        held = f"; the ledger has results of {', '.join(sorted(rated))}" if rated else ""
        raise UnknownGame(f"{error}{held}") from None


def _ladder(ledger: "Ledger", game: str, system: str | None, asked: Asked, insight: "PluginInsight") -> dict[str, Any]:
    from arena.ledger.entries import specs_of
    from arena.ledger.selection import Pool, Selection
    from arena.report.ladders import find_ladder

    number, moment = _since(asked.get("since"))
    pool = Pool(asked.get("pool") or Pool.CROSS_PLAY)
    chosen = Selection(game=game, pool=pool, since=number, since_ms=moment)
    by = asked.get("by")
    found = find_ladder(
        ledger, chosen, system, asked.get("settings", ()), by=by, recompute=asked.get("recompute", False)
    )
    rows = [_row(line, by, bool(asked.get("interval"))) for line in found.lines]
    ladder: dict[str, Any] = {"game": game, "system": found.system, "rows": rows}
    notes = [*found.notes]
    if by is None:
        told = beside_results(ledger, chosen, found, insight)
        ladder["rows"] = [row | {name: own.get(row["agent"]) for name, own in told.values.items()} for row in rows]
        ladder |= {"measures": told.columns, "null_bots": told.nulls}
        notes += told.notes
    if asked.get("cost"):
        lines = find_spending(ledger, game)
        floor = null_floor(game, rows, specs_of(ledger, game, [row["agent"] for row in rows]), insight)
        ladder |= {"rows": with_costs(ladder["rows"], lines, floor), "spending": lines, "null_floor": floor}
    if asked.get("metrics"):
        ladder["metrics"] = find_metrics(ledger, chosen)
    tell_notes(notes)
    return ladder


def _since(text: str | None) -> tuple[int, int]:
    """The first set's number and the time, in milliseconds: ISO 8601, in UTC unless it says otherwise."""
    from datetime import UTC, datetime

    if text is None:
        return 0, 0
    if text.isdecimal() and len(text) < 8:  # 20261121 is a date
        return int(text), 0
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return 0, max(0, int(moment.timestamp() * 1000))
    except (ValueError, OverflowError):
        raise BadRequest(f"--since takes a date, a time or a set's number, as 2026-01-31, not {text[:40]!r}") from None


def _row(line: "Line", by: str | None, interval: bool) -> dict[str, Any]:
    from dataclasses import asdict

    low, high = line.interval or (None, None)
    known = asdict(line.row) | ({by: line.level} if by else {}) | ({"low": low, "high": high} if interval else {})
    return {name: known[name] for name in _COLUMNS if name in known}


def _ask(
    remote: "Remote", game: str, system: str | None, *, interval: bool, metrics: bool, cost: bool
) -> dict[str, Any]:
    from arena.rating import Rating, make_system

    reply = remote.ladder(game, system or "")
    rows = [{name: getattr(row, name) for name in _SENT} for row in reply.rows]
    for row, sent in zip(rows, reply.rows, strict=True):
        row["clean_rating"] = sent.clean_rating if sent.HasField("clean_rating") else None
        if interval:
            stated = Rating(sent.rating, sent.uncertainty or None)  # the wire has 0 for none
            row["low"], row["high"] = make_system(reply.system).interval(stated) or (None, None)
    ordered = [{name: row[name] for name in _COLUMNS if name in row} for row in rows]
    found: dict[str, Any] = {"game": reply.game, "system": reply.system, "rows": ordered}
    if cost:
        lines, floor = told_spending(reply), null_floor(game, ordered, {}, open_insight())
        found |= {"rows": with_costs(ordered, lines, floor), "spending": lines, "null_floor": floor}
        if not lines:
            tell_notes(["what agents spent is told to their owners and to admins only, who show a token"])
    return found | ({"metrics": ask_metrics(remote, game)} if metrics else {})


def _show(ladders: Iterable[dict[str, Any]], as_json: bool) -> None:
    for found in ladders:
        if as_json:
            print_json(found)
        elif not found["rows"]:
            print(f"{found['game']}: no rated set is finished yet")
        else:
            show_ladder(found)


def show_ladder(found: dict[str, Any]) -> None:
    """Print one ladder, as `ladders` gives it, for people."""
    names = list(found["rows"][0]) if found["rows"] else _SENT
    if "spending" in found:
        names = [name for name in names if name in _COSTS or name in _BESIDE_COSTS]
    headings = _COLUMNS | _COSTS | {name: about["heading"] for name, about in found.get("measures", {}).items()}
    rows = [[row[name] for name in names] for row in found["rows"]]
    print_table(f"{found['game']} by {found['system']}", [headings[name] for name in names], rows)
    for about in found.get("measures", {}).values():
        print(harmless(f"{about['heading']}: {about['help']}\n"))
    if "metrics" in found:
        show_metrics(found["game"], found["metrics"])
