"""`arena tournament`: events as their files declare them, held here or by a server, stopped and gone on with."""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from arena.cli.logs import show_logs
from arena.cli.options import DEFAULT_DB, MAX_PROCESSES, AsJson, Db, State, TlsCa, Token
from arena.cli.output import print_json
from arena.cli.plugins import plugin_code
from arena.cli.tournament_remote import UNFINISHED, Host, lines_there, resume_there, run_there, status_there, stop_there
from arena.core.errors import BadEvent, BadRequest

if TYPE_CHECKING:
    from arena.ledger import Ledger
    from arena.ledger.tournaments import StoredEvent

_STOP_SECONDS: Final = 60.0
_LOOK_SECONDS: Final = 0.1
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

    text = _read(file)
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

    _check_alone(server, detach)
    text = _read(file)
    if server is not None:
        run_there(Host(server, token, tls_ca), text, new=new, detach=detach, as_json=as_json)
        return
    with Ledger.open(db, state) as ledger:
        if not new:
            _check_begun(ledger, file)
        with plugin_code():
            stored = begin(ledger, text)
        _conduct(ledger, stored, workers, as_json=as_json)


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
        _conduct(ledger, _find(ledger, event), workers, as_json=as_json)


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
        _show(ledger, _find(ledger, event), as_json=as_json)


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
    from arena.ledger.tournaments import EventState

    if server is not None:
        stop_there(Host(server, token, tls_ca), event, as_json=as_json)
        return
    with Ledger.open(db, create=False) as ledger:
        stored = ledger.tournaments.ask_to_stop(_find(ledger, event).id)
        deadline = time.monotonic() + _STOP_SECONDS
        while stored.state is EventState.STOPPING and time.monotonic() < deadline:
            time.sleep(_LOOK_SECONDS)
            stored = ledger.tournaments.ask_to_stop(stored.id)
    if stored.state is EventState.STOPPING:
        raise BadRequest(f"process {stored.pid} was asked to stop tournament {stored.id}, and has not yet")
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


def _read(file: Path) -> str:
    """The text of an event file that can be parsed; whoever uses it parses it once more."""
    from arena.tournament.files import read

    return read(file)


def _check_begun(ledger: "Ledger", file: Path) -> None:
    """Refuse to begin an event anew that is not over, as if nothing had been played."""
    from arena.ledger.tournaments import EventState
    from arena.tournament.files import load

    event = load(file)
    stored = ledger.tournaments.latest(event.name)
    if stored is None or stored.state is EventState.OVER:
        return
    if stored.digest != event.digest:
        raise _changed(file, stored)
    if ledger.tournaments.running(stored):
        what = f"is being held; `arena tournament status {stored.id}` shows how it stands"
    else:
        what = f"is not over; `arena tournament resume {stored.id}` goes on with it"
    raise BadRequest(f"tournament {stored.id} of this file {what}, and --new begins another one")


def _find(ledger: "Ledger", event: str) -> "StoredEvent":
    """The event of an id, or the last one that began with a file, which must not have changed since."""
    from arena.tournament.files import load

    file = Path(event)
    if file.suffix != ".toml" and not file.is_file():
        return ledger.tournaments.find(event)
    declared = load(file)
    stored = ledger.tournaments.latest(declared.name)
    if stored is None:
        raise BadRequest(f"{file.name} was never run with this ledger; `arena tournament run {event}` does")
    if stored.digest != declared.digest:
        raise _changed(file, stored)
    return stored


def _changed(file: Path, stored: "StoredEvent") -> BadEvent:
    return BadEvent(
        f"{file.name} was changed since tournament {stored.id} began; name that by its id, {stored.id}, to have it as "
        f"it began, or hold the changed event by `arena tournament run {file} --new`"
    )


def _conduct(ledger: "Ledger", stored: "StoredEvent", workers: int | None, *, as_json: bool) -> None:
    from arena.cli.tournament_view import progress
    from arena.ledger.tournaments import EventState
    from arena.local.tournament import conduct

    show_logs()
    with plugin_code(), progress(stored.id) as watcher:
        stored = conduct(ledger, stored, workers or len(os.sched_getaffinity(0)), watcher)
    _show(ledger, stored, as_json=as_json)
    if stored.state is not EventState.OVER:
        raise typer.Exit(UNFINISHED)


def _show(ledger: "Ledger", stored: "StoredEvent", *, as_json: bool) -> None:
    from arena.cli.tournament_view import show_report
    from arena.local.standings import as_json as report_json
    from arena.local.standings import report

    with plugin_code():
        found = report(ledger, stored)
    if as_json:
        print_json(report_json(found))
    else:
        show_report(report_json(found))
