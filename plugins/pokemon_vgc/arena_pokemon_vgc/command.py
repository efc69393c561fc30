"""`arena vgc`: set up the simulator, judge teams, export a recorded match."""

from pathlib import Path
from typing import Annotated, Final

import typer

from arena.core.errors import BadEntry
from arena_pokemon_vgc.engine.node import require_node
from arena_pokemon_vgc.engine.setup import set_up
from arena_pokemon_vgc.engine.simulator import Simulator
from arena_pokemon_vgc.export import Form, exported
from arena_pokemon_vgc.formats import DEFAULT, FORMATS
from arena_pokemon_vgc.teams.pool import read_teams
from arena_pokemon_vgc.teams.validation import TeamCheck

app: Final = typer.Typer(help="Pokemon VGC: the simulator and teams.", no_args_is_help=True)


@app.command()
def setup() -> None:
    """Install the Showdown simulator by its lock file, and Node first where the machine has none."""
    typer.echo(set_up())


@app.command()
def validate(
    teams: Annotated[list[Path], typer.Argument(help="files or folders of teams, in export or packed form")],
    format_id: Annotated[str, typer.Option("--format", help="a VGC format of the simulator")] = DEFAULT,
) -> None:
    """Say of each team whether it is legal, in the words of Showdown's validator; exit 1 when one is not."""
    if format_id not in FORMATS:
        raise typer.BadParameter(f"there is no format {format_id!r}; there is {', '.join(FORMATS)}")
    simulator = Simulator(require_node(f"pokemon_vgc/{format_id}"))
    try:
        check = TeamCheck(simulator, format_id)
        legal = [_told(check, name, text) for path in teams for name, text in read_teams(path)]
    finally:
        simulator.close()
    if not all(legal):
        raise typer.Exit(1)


@app.command()
def export(
    replay: Annotated[typer.FileText, typer.Argument(help="what `arena replay MATCH --json` printed, - for stdin")],
    to: Annotated[
        Form, typer.Option(help="log, html (opens in Showdown's public viewer) or input (needs --all)")
    ] = "log",
) -> None:
    """Turn a replay into a log that Showdown's tools read."""
    typer.echo(exported(replay.read(), to))


def _told(check: TeamCheck, name: str, text: str) -> bool:
    try:
        problems = list(check.verdict(text).problems)
    except BadEntry as error:
        problems = [str(error)]
    typer.echo(f"{name}: {'legal' if not problems else ''.join(f'{chr(10)}  {each}' for each in problems).lstrip()}")
    return not problems
