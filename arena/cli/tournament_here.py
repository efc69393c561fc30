"""Events that are held here, of a ledger: which one a file or an id means, holding it, and how it stands."""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from arena.cli.logs import show_logs
from arena.cli.output import print_json
from arena.cli.plugins import plugin_code
from arena.cli.tournament_remote import UNFINISHED
from arena.core.errors import BadEvent, BadRequest

if TYPE_CHECKING:
    from arena.ledger import Ledger
    from arena.ledger.tournaments import StoredEvent

_STOP_SECONDS: Final = 60.0
_LOOK_SECONDS: Final = 0.1


def check_begun(ledger: "Ledger", file: Path) -> None:
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


def find_event(ledger: "Ledger", event: str) -> "StoredEvent":
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


def conduct_here(ledger: "Ledger", stored: "StoredEvent", workers: int | None, *, as_json: bool) -> None:
    """Hold an event until it is over or stopped, and show how it stands then."""
    from arena.cli.tournament_view import progress
    from arena.ledger.tournaments import EventState
    from arena.local.tournament import conduct

    show_logs()
    with plugin_code(), progress(stored.id) as watcher:
        stored = conduct(ledger, stored, workers or len(os.sched_getaffinity(0)), watcher)
    show_here(ledger, stored, as_json=as_json)
    if stored.state is not EventState.OVER:
        raise typer.Exit(UNFINISHED)


def stop_here(ledger: "Ledger", stored: "StoredEvent") -> "StoredEvent":
    """Ask whoever holds an event to stop, and wait until it has.

    Raises:
        BadRequest: it has not within a minute.
    """
    from arena.ledger.tournaments import EventState

    stored = ledger.tournaments.ask_to_stop(stored.id)
    deadline = time.monotonic() + _STOP_SECONDS
    while stored.state is EventState.STOPPING and time.monotonic() < deadline:
        time.sleep(_LOOK_SECONDS)
        stored = ledger.tournaments.ask_to_stop(stored.id)
    if stored.state is EventState.STOPPING:
        raise BadRequest(f"process {stored.pid} was asked to stop tournament {stored.id}, and has not yet")
    return stored


def show_here(ledger: "Ledger", stored: "StoredEvent", *, as_json: bool) -> None:
    """How an event stands, for people or as JSON."""
    from arena.cli.tournament_view import show_report
    from arena.local.standings import as_json as report_json
    from arena.local.standings import report

    with plugin_code():
        found = report(ledger, stored)
    if as_json:
        print_json(report_json(found))
    else:
        show_report(report_json(found))
