"""`arena matrix`: what every agent of a game earns against every other, and what game theory makes of it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from arena.cli.matrix_table import show_matrix
from arena.cli.options import DEFAULT_DB, AnyServer, AsJson, Db, GameOptions, TlsCa, Token
from arena.cli.output import print_json
from arena.cli.wanted import rated_id
from arena.core.errors import BadRequest

if TYPE_CHECKING:
    from arena.rating.payoff import CrossPlay, PayoffMatrix, Solution

_LARGEST: Final = 1e100


def matrix(
    game: Annotated[str | None, typer.Argument(metavar="GAME", help="A game or rated id.")] = None,
    *,
    option: GameOptions = None,
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="PAYOFFS.csv", help="Columns agent,opponent,score,count, not a ledger."),
    ] = None,
    bounds: Annotated[
        str | None,
        typer.Option(
            "--range",
            metavar="LOW,HIGH",
            help="The payoffs there can be; else -1,1 for a file, those seen for a ledger.",
        ),
    ] = None,
    db: Db = DEFAULT_DB,
    server: AnyServer = None,
    token: Token = None,
    tls_ca: TlsCa = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.csv", help="Write the cells to this file too.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show who beats whom, and what game theory makes of it.

    The payoff matrix is that of GAME in a ledger or on a server, or of a CSV file. Shares by Nash averaging,
    alpha-rank and the maximal lottery are of the agents that have all met one another.
    """
    from arena.rating.payoff import cross_play, solve

    if (game is None) == (source is None):
        raise BadRequest("name either a GAME or a file by --from PAYOFFS.csv")
    if source and server:
        raise BadRequest("a server has no part in what a file holds; leave --server out")
    limits = None if bounds is None else score_range(bounds)
    if source:
        title, pool = _from_file(source, limits)
    elif server:
        title, pool = _from_server(server, token, tls_ca, rated_id(game or "", option or []), limits)
    else:
        title, pool = _from_ledger(rated_id(game or "", option or []), db, limits)
    if ((pool.low != pool.low) & (pool.count > 0)).any():
        print(
            "note: payoffs outside of the range have no interval; say what it is by --range LOW,HIGH", file=sys.stderr
        )
    found = solve(pool)
    together = cross_play(pool)
    if out is not None:
        _write(pool, out)
    if as_json:
        print_json(as_document(pool, found, together))
        return
    show_matrix(title, pool, found, together)


def as_document(pool: "PayoffMatrix", found: "Solution", together: "CrossPlay | None") -> dict[str, Any]:
    """What --json prints; a pool that shares its payoffs has `cross_play` too. Null is what is not known."""
    from dataclasses import asdict

    document: dict[str, Any] = {"agents": list(pool.agents)}
    for name in ("payoff", "low", "high"):
        rows = getattr(pool, name).tolist()
        document[name] = [[None if cell != cell else cell for cell in row] for row in rows]  # noqa: PLR0124 - NaN
    document["count"] = pool.count.tolist()
    for name in ("nash", "alpha_rank", "maximal_lottery"):
        document[name] = getattr(found, name)
    document["cyclic_share"] = found.cyclic_share
    return document | ({"cross_play": asdict(together)} if together else {})


def _from_file(file: Path, bounds: tuple[float, float] | None) -> tuple[str, "PayoffMatrix"]:
    from arena.rating.payoff_table import RANGE, read_payoffs

    try:
        with file.open("rb") as source:
            return file.name, read_payoffs(source, bounds or RANGE)
    except OSError as error:
        raise BadRequest(f"cannot read {str(file)!r}: {error.strerror}; name a CSV file") from None


def score_range(text: str) -> tuple[float, float]:
    """The least and the greatest payoff there can be, from LOW,HIGH."""
    try:
        low, high = map(float, text.split(","))
    except ValueError:
        low, high = 0.0, 0.0
    if not -_LARGEST <= low < high <= _LARGEST:
        raise BadRequest(f"--range takes the least and the greatest payoff, as in --range=-1,1, not {text!r}")
    return low, high


def _from_server(
    server: str, token: str | None, tls_ca: Path | None, game: str, bounds: tuple[float, float] | None
) -> tuple[str, "PayoffMatrix"]:
    from arena.client.remote import Remote
    from arena.core.values import AgentName
    from arena.rating.payoff import Cell
    from arena.rating.payoff import matrix as matrix_of

    with Remote(server, token=token, tls_ca=tls_ca) as remote:
        found = remote.payoffs(game)
    if not found.agents:
        raise BadRequest(f"no set of {game} is finished at {server} yet")
    names = [AgentName(name) for name in found.agents]
    cells = [
        Cell(names[cell.agent], names[cell.opponent], cell.mean, cell.samples, cell.squares, cell.majority)
        for cell in found.cells
    ]
    return game, matrix_of(names, cells, bounds or (found.low, found.high))


def _from_ledger(rated: str, db: str, bounds: tuple[float, float] | None) -> tuple[str, "PayoffMatrix"]:
    from arena.cli.ladder_source import require_known
    from arena.ledger import Ledger
    from arena.ledger.payoffs import payoff_sets
    from arena.rating.payoff import PayoffTally

    with Ledger.open(db, create=False) as ledger:
        held = {line.game for line in ledger.games()}
        if rated not in held:
            require_known(rated, held)
        pool = PayoffTally().update(payoff_sets(ledger, rated)).matrix(bounds)
    if not pool.agents:
        raise BadRequest(f"no set of {rated} is finished yet; `arena play` and `arena serve` make some")
    return rated, pool


def _write(pool: "PayoffMatrix", file: Path) -> None:
    """The known cells, in the form that --from reads; names that a spreadsheet would compute are disarmed."""
    import csv

    from arena.rating.csv_cells import disarmed

    names = list(map(disarmed, pool.agents))
    try:
        with file.open("w", newline="", encoding="utf-8") as target:
            writer = csv.writer(target)
            writer.writerow(("agent", "opponent", "score", "count", "low", "high"))
            for (row, column), count in ((at, int(pool.count[at])) for at in zip(*pool.count.nonzero(), strict=True)):
                interval = (pool.low[row, column], pool.high[row, column])
                cell = (repr(float(pool.payoff[row, column])), count, *(_known(bound) for bound in interval))
                writer.writerow((names[row], names[column], *cell))
    except OSError as error:
        raise BadRequest(f"cannot write {str(file)!r}: {error.strerror}") from None


def _known(bound: float) -> str:
    return "" if bound != bound else repr(float(bound))  # noqa: PLR0124 - NaN
