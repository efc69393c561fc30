"""Where a ladder comes from, a ledger or a server, and the shape that `arena ladder --json` prints it in."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from arena.cli.insight import open_insight
from arena.cli.ladder_costs import find_spending, null_floor, told_spending, with_costs
from arena.cli.ladder_extras import ask_metrics, beside_results, find_metrics
from arena.cli.output import tell_notes
from arena.cli.since import set_or_time
from arena.core.errors import BadRequest

if TYPE_CHECKING:
    from arena.client.remote import Remote
    from arena.ledger import Ledger
    from arena.local.insight import PluginInsight
    from arena.report.ladders import Line

COLUMNS: Final = {
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
SENT: Final = [name for name in COLUMNS if name not in {"role", "seat", "low", "high"}]


Asked = dict[str, Any]
"""What `arena.report.ladders.find_ladder` and `Selection` are told beside the game, by name."""


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
        require_known(game, rated)
    insight = open_insight()
    for each in sorted(rated) if game is None else [game]:
        yield _ladder(ledger, each, system, asked, insight)


def require_known(game: str, rated: set[str]) -> None:
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

    number, moment = set_or_time(asked.get("since"))
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


def _row(line: "Line", by: str | None, interval: bool) -> dict[str, Any]:
    from dataclasses import asdict

    low, high = line.interval or (None, None)
    known = asdict(line.row) | ({by: line.level} if by else {}) | ({"low": low, "high": high} if interval else {})
    return {name: known[name] for name in COLUMNS if name in known}


def ask_ladder(
    remote: "Remote", game: str, system: str | None, *, interval: bool, metrics: bool, cost: bool
) -> dict[str, Any]:
    """A server's ladder of `game`, in the same shape.

    Raises:
        ServerUnreachable: nobody answers there.
        ArenaError: the server refuses.
    """
    from arena.rating import Rating, make_system

    reply = remote.ladder(game, system or "")
    rows = [{name: getattr(row, name) for name in SENT} for row in reply.rows]
    for row, sent in zip(rows, reply.rows, strict=True):
        row["clean_rating"] = sent.clean_rating if sent.HasField("clean_rating") else None
        if interval:
            stated = Rating(sent.rating, sent.uncertainty or None)  # the wire has 0 for none
            row["low"], row["high"] = make_system(reply.system).interval(stated) or (None, None)
    ordered = [{name: row[name] for name in COLUMNS if name in row} for row in rows]
    found: dict[str, Any] = {"game": reply.game, "system": reply.system, "rows": ordered}
    if cost:
        lines, floor = told_spending(reply), null_floor(game, ordered, {}, open_insight())
        found |= {"rows": with_costs(ordered, lines, floor), "spending": lines, "null_floor": floor}
        if not lines:
            tell_notes(["what agents spent is told to their owners and to admins only, who show a token"])
    return found | ({"metrics": ask_metrics(remote, game)} if metrics else {})
