"""`arena play`: the same matches without a server or network."""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Final

import typer

from arena.cli.logs import show_logs
from arena.cli.options import DEFAULT_DB, MAX_MATCHES, MAX_PROCESSES, MAX_SEED, AsJson, Db, Game, GameOptions, State
from arena.cli.output import print_json, print_table
from arena.cli.plugins import plugin_code
from arena.cli.progress import progress_bar
from arena.core.errors import GameFault, UnknownAgent
from arena.core.terminal import harmless

if TYPE_CHECKING:
    from arena.core.values import Json
    from arena.local.tally import Report

_MAX_DEALS: Final = 1_000
"""In a set: all its matches are one entry of the ledger."""
_REASONS: Final = 3


def play(
    game: Game,
    *,
    agents: Annotated[
        str,
        typer.Option(metavar="A,B,...", help="One for all seats, one a team, or one a seat; swapped within each set."),
    ],
    option: GameOptions = None,
    matches: Annotated[int, typer.Option(min=1, max=MAX_MATCHES, help="Rounded up to whole sets.")] = 1,
    deals: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=_MAX_DEALS,
            help="Deals in a set, each played in every seating; by default as the game says. More make fewer ledger "
            "entries, and fewer but surer ratings.",
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(min=0, max=MAX_SEED, help="The same seed gives the same matches; by default a new one."),
    ] = None,
    db: Db = DEFAULT_DB,
    state: State = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=MAX_PROCESSES, help="Processes that play; by default one a core.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Play GAME here, without a server.

    The matches are recorded in the ledger; what is printed says how they went. When all of them are void, that is a
    failure.
    """
    import secrets

    from arena.ledger import Ledger
    from arena.local.play import Run, play
    from arena.local.tally import as_json as report_json

    show_logs()
    run = Run(
        game=game,
        agents=names(agents),
        matches=matches,
        seed=secrets.randbits(32) if seed is None else seed,
        options=_given(game, option or []),
        deals=deals,
        workers=workers or len(os.sched_getaffinity(0)),
    )
    with progress_bar() as progress, Ledger.open(db, state) as ledger:
        report = play(run, ledger, progress)
    if as_json:
        print_json(report_json(report))
    if not report.agents:
        raise GameFault(f"every match of {report.game} was void: {reasons(report)}")
    if not as_json:
        show(report, f"seed {run.seed}; recorded in {db}")


def names(agents: str) -> list[str]:
    names = [name.strip() for name in agents.split(",")]
    if not all(names):
        raise UnknownAgent(f"{agents!r} names an empty agent; separate names by single commas, as in random,first")
    return names


def _given(game: str, assignments: Sequence[str]) -> "Mapping[str, Json]":
    """The options by name; a mistaken game or option is refused here, before any process is started."""
    from arena.core.options import parse_assignments
    from arena.plugin.registry import Registry

    with plugin_code():
        registry = Registry()
        registry.ref(game, assignments)
        return parse_assignments(registry.listing(game.partition("?")[0]).options, assignments)


def show(report: "Report", where: str) -> None:
    title = f"{report.game}: {report.matches} matches in {report.seconds:.1f} s"
    rows = [(r.agent, r.matches, r.wins, r.draws, r.losses, r.mean_score, _interval(r.ci95)) for r in report.agents]
    print_table(title, ("agent", "matches", "wins", "draws", "losses", "mean score", "95 % interval"), rows)
    if report.by_role:
        roles = [(r.side, r.role, r.matches, r.wins, r.wins / r.matches) for r in report.by_role]
        print_table("", ("side", "role", "matches", "wins", "share"), roles)
    print("causes: " + ", ".join(f"{cause} {count}" for cause, count in report.causes.items()))
    if report.voids:
        print("void: " + reasons(report))
    print(f"{where}; `arena matches` lists them")


def reasons(report: "Report") -> str:
    """Why matches were void, the commonest reasons first."""
    said = [f"{harmless(reason)} ({count} times)" for reason, count in report.voids.items()]
    return "; ".join(said[:_REASONS]) + ("; and others" if len(said) > _REASONS else "")


def _interval(bounds: tuple[float, float] | None) -> str | None:
    return None if bounds is None else f"{bounds[0]:.3f} to {bounds[1]:.3f}"
