"""`arena tournament`: events as their files declare them, held here or by a server, stopped and gone on with."""

from pathlib import Path
from typing import Annotated

import typer

from arena.cli.options import DEFAULT_DB, MAX_PROCESSES, AsJson, Db, State, TlsCa, Token
from arena.cli.output import print_json
from arena.cli.plugins import plugin_code
from arena.cli.tournament_here import check_begun, conduct_here, find_event, show_here, stop_here
from arena.cli.tournament_remote import Host, lines_there, resume_there, run_there, status_there, stop_there
from arena.core.errors import BadRequest

app = typer.Typer(
    help="Hold events that a file declares: see tournaments/*.toml.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

File = Annotated[Path, typer.Argument(metavar="FILE", help="An event file, such as those in tournaments/.")]
Event = Annotated[str, typer.Argument(metavar="FILE_OR_ID", help="An event file, or an id of `arena tournament list`.")]
Workers = Annotated[
    int | None, typer.Option(min=1, max=MAX_PROCESSES, help="Processes that play; by default one a core.")
]
There = Annotated[
    str | None, typer.Option("--server", metavar="HOST:PORT", help="An event of this server instead of a ledger's.")
]
Detach = Annotated[bool, typer.Option("--detach", help="With --server: do not look on until it is over.")]


@app.command()
def validate(file: File, *, as_json: AsJson = False) -> None:
    """Say whether FILE can be held, and how much it is to play."""
    from arena.cli.tournament_view import as_plan, show_plan
    from arena.local.event import OpenEvent
    from arena.tournament.files import read

    text = read(file)
    with plugin_code():
        opened = OpenEvent.of(text)
        opened.check_agents()
    if as_json:
        print_json(as_plan(opened))
    else:
        show_plan(file.name, opened)


@app.command()
def run(
    file: File,
    *,
    new: Annotated[bool, typer.Option("--new", help="Begin anew although an earlier run is not over.")] = False,
    server: There = None,
    token: Token = None,
    tls_ca: TlsCa = None,
    detach: Detach = False,
    db: Db = DEFAULT_DB,
    state: State = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Hold the event of FILE here, or have a server hold it.

    It may be stopped at any point, by Ctrl-C, `arena tournament stop` or a power cut: `arena tournament resume` goes on
    without playing any match twice. With --server Ctrl-C ends only the looking on.
    """
    from arena.ledger import Ledger
    from arena.local.tournament import begin
    from arena.tournament.files import read

    _check_alone(server, detach)
    text = read(file)
    if server is not None:
        run_there(Host(server, token, tls_ca), text, new=new, detach=detach, as_json=as_json)
        return
    with Ledger.open(db, state) as ledger:
        if not new:
            check_begun(ledger, file)
        with plugin_code():
            stored = begin(ledger, text)
        conduct_here(ledger, stored, workers, as_json=as_json)


@app.command()
def resume(
    event: Event,
    *,
    server: There = None,
    token: Token = None,
    tls_ca: TlsCa = None,
    detach: Detach = False,
    db: Db = DEFAULT_DB,
    state: State = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Go on with an event that was stopped or interrupted."""
    from arena.ledger import Ledger

    _check_alone(server, detach)
    if server is not None:
        resume_there(Host(server, token, tls_ca), event, detach=detach, as_json=as_json)
        return
    with Ledger.open(db, state, create=False) as ledger:
        conduct_here(ledger, find_event(ledger, event), workers, as_json=as_json)


@app.command()
def status(
    event: Event,
    *,
    server: There = None,
    token: Token = None,
    tls_ca: TlsCa = None,
    db: Db = DEFAULT_DB,
    as_json: AsJson = False,
) -> None:
    """Show how an event stands, also while it is being played."""
    from arena.ledger import Ledger

    if server is not None:
        status_there(Host(server, token, tls_ca), event, as_json=as_json)
        return
    with Ledger.open(db, create=False) as ledger:
        show_here(ledger, find_event(ledger, event), as_json=as_json)


@app.command()
def stop(
    event: Event,
    *,
    server: There = None,
    token: Token = None,
    tls_ca: TlsCa = None,
    db: Db = DEFAULT_DB,
    as_json: AsJson = False,
) -> None:
    """Stop an event that is held, and wait until it has stopped."""
    from arena.ledger import Ledger

    if server is not None:
        stop_there(Host(server, token, tls_ca), event, as_json=as_json)
        return
    with Ledger.open(db, create=False) as ledger:
        stored = stop_here(ledger, find_event(ledger, event))
    if as_json:
        print_json({"tournament": stored.id, "state": stored.state.value})
    else:
        print(f"tournament {stored.id} is {stored.state.value}")


@app.command("list")
def list_events(
    *,
    server: There = None,
    token: Token = None,
    tls_ca: TlsCa = None,
    db: Db = DEFAULT_DB,
    as_json: AsJson = False,
) -> None:
    """List the events of a ledger or a server."""
    from arena.cli.tournament_view import as_lines, show_lines
    from arena.ledger import Ledger

    if server is not None:
        lines = lines_there(Host(server, token, tls_ca))
    else:
        with Ledger.open(db, create=False) as ledger:
            lines = as_lines(ledger)
    if as_json:
        print_json({"tournaments": lines})
    else:
        show_lines(lines)


def _check_alone(server: str | None, detach: bool) -> None:
    if detach and server is None:
        raise BadRequest("--detach leaves an event to a server; name that by --server HOST:PORT")
