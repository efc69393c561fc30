"""`arena reroll`: one position of a recorded match played on, time and again."""

import os
from typing import Annotated

import typer

from arena.cli.logs import show_logs
from arena.cli.options import DEFAULT_DB, MAX_MATCHES, MAX_PROCESSES, AsJson, Db, State
from arena.cli.output import print_json
from arena.cli.play import names, reasons, show
from arena.core.errors import GameFault


def reroll(
    match: Annotated[str, typer.Argument(metavar="MATCH", help="As `arena matches` lists them.")],
    *,
    at: Annotated[
        int, typer.Option(metavar="STEP", min=0, max=MAX_MATCHES, help="Its first step that is decided anew.")
    ],
    agents: Annotated[
        str | None,
        typer.Option(metavar="A,B,...", help="As of `arena play`; by default those who played the match here."),
    ] = None,
    times: Annotated[int, typer.Option(min=1, max=1_000, help="How often it is played on.")] = 8,
    db: Db = DEFAULT_DB,
    state: State = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=MAX_PROCESSES, help="Processes that play; by default one a core.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Play a recorded match on from a step of it, again and again.

    The deal and all moves before are as recorded. The matches are recorded as re-rolls, which no ladder, payoff or
    report counts; `arena export --format trl-dpo` makes pairs of answers that differ and came to something else.
    """
    from arena.ledger import Ledger
    from arena.local.reroll import Reroll, reroll
    from arena.local.tally import as_json as report_json

    show_logs()
    asked = Reroll(
        match=match,
        step=at,
        times=times,
        agents=() if agents is None else names(agents),
        workers=workers or len(os.sched_getaffinity(0)),
    )
    with Ledger.open(db, state, create=False) as ledger:
        report = reroll(asked, ledger)
    if as_json:
        print_json(report_json(report))
    if not report.agents:
        raise GameFault(f"every re-roll of {match} was void: {reasons(report)}")
    if not as_json:
        show(report, f"re-rolls of {match} from step {at}; recorded in {db}")
