"""`arena rate`: ratings for results from elsewhere, without a ledger or a server."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from arena.cli.options import AsJson
from arena.cli.output import print_json, print_table
from arena.core.errors import BadRequest
from arena.core.terminal import harmless


def rate(
    file: Annotated[
        Path,
        typer.Argument(metavar="RESULTS.csv", help="Columns match,agent,team,rank,score,seat,role; a row a seat."),
    ],
    *,
    system: Annotated[
        str,
        typer.Option(
            help="trueskill, elo, openskill, openskill-bt[-part], openskill-tm[-part], glicko2, mean or bradley-terry.",
        ),
    ] = "trueskill",
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A parameter of the system; may be repeated."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Rate the agents of a CSV file.

    A row needs match, agent, and rank or score; team, seat, role and weight (of partial play) may be left out. The
    matches count in the order of their first rows.
    """
    from dataclasses import asdict

    from arena.rating.rate import rate as rated
    from arena.rating.table import read_matches

    try:
        with file.open("rb") as source:
            matches = read_matches(source)
    except OSError as error:
        raise BadRequest(f"cannot read {str(file)!r}: {error.strerror}; name a CSV file") from None
    ranking = rated(matches, system, setting or [])
    rows = [asdict(row) for row in ranking.rows]
    if as_json:
        print_json({"system": system, "rows": rows})
    else:
        columns = ("#", "agent", "rating", "sigma", "low", "high", "matches")
        lines = [[place, *(row[name] for name in columns[1:])] for place, row in enumerate(rows, start=1)]
        print_table(f"{len(matches)} matches by {system}", columns, lines)
    for note in ranking.notes:
        print(f"note: {harmless(note)}", file=sys.stderr)
