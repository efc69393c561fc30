"""`arena report`: a page on who is how strong, with plots, and the data beside it."""

import time
from pathlib import Path
from typing import Annotated

import typer

from arena.cli.options import DEFAULT_DB, AsJson, Db
from arena.cli.output import print_json, tell_notes
from arena.cli.plugins import plugin_code


def report(
    name: Annotated[
        str, typer.Argument(metavar="GAME_OR_TOURNAMENT", help="A rated id, a plugin for all its games, or an event.")
    ],
    *,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write to; it is made.")],
    system: Annotated[
        str | None,
        typer.Option(help="The rating, as of `arena ladder`; trueskill unless said otherwise."),
    ] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A parameter of the system; may be repeated."),
    ] = None,
    db: Db = DEFAULT_DB,
    as_json: AsJson = False,
) -> None:
    """Write a page with plots on a game or event, and CSV files.

    The page is one HTML file that needs no network.
    """
    from arena.cli.insight import open_insight
    from arena.ledger import Ledger
    from arena.report.write import write_report

    insight = open_insight()
    with Ledger.open(db, create=False) as ledger, plugin_code():
        files = write_report(ledger, name, out, time.time_ns() // 1_000_000, system, setting or [], insight)
    tell_notes(insight.notes)
    if as_json:
        print_json({"name": name, "page": str(files[0]), "files": [str(file) for file in files[1:]]})
    else:
        print(f"{files[0]} and {len(files) - 1} CSV files beside it")
