"""`arena tournament --server`: the same commands for events that a server holds, for as long as it takes."""

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from arena.cli.output import print_json
from arena.core.errors import BadEvent, BadRequest

if TYPE_CHECKING:
    from arena.client.remote import Remote
    from arena.v1 import tournament_pb2 as pb

_PATIENCE_SECONDS: Final = 60.0
"""How long a server may be away before nobody looks on any more; its event goes on when it is back."""
_PAUSE_SECONDS: Final = 0.5
UNFINISHED: Final = 130
"""The exit code where an event is not over yet, as that of a local run that was stopped."""


@dataclass(frozen=True, slots=True)
class Host:
    """A server that holds events, and what it is shown."""

    server: str
    token: str | None
    tls_ca: Path | None

    def call(self) -> "Remote":
        """A connection to it."""
        from arena.client.remote import Remote

        return Remote(self.server, token=self.token, tls_ca=self.tls_ca)


def run_there(host: Host, text: str, *, new: bool, detach: bool, as_json: bool) -> None:
    """Submit an event, and look on unless `detach`."""
    with host.call() as remote:
        submitted = remote.submit(text, new=new)
    if detach:
        _say(submitted, as_json)
    else:
        _follow(host, submitted.tournament, as_json=as_json)


def resume_there(host: Host, event: str, *, detach: bool, as_json: bool) -> None:
    """Have an event go on, and look on unless `detach`."""
    with host.call() as remote:
        resumed = remote.resume(_find(remote, event))
    if detach:
        _say(resumed, as_json)
    else:
        _follow(host, resumed.tournament, as_json=as_json)


def stop_there(host: Host, event: str, *, as_json: bool) -> None:
    """Stop an event."""
    with host.call() as remote:
        _say(remote.stop(_find(remote, event)), as_json)


def status_there(host: Host, event: str, *, as_json: bool) -> None:
    """Show how an event stands."""
    with host.call() as remote:
        _show(host, remote.tournament(_find(remote, event)), as_json=as_json)


def lines_there(host: Host) -> list[dict[str, Any]]:
    """The events of a server, as `arena tournament list --json` prints them."""
    with host.call() as remote:
        return [
            {
                "tournament": line.tournament,
                "name": line.name,
                "game": line.rated_id,
                "state": line.state,
                "matches": line.matches,
                "started_ms": line.started_ms,
            }
            for line in remote.tournaments()
        ]


def _find(remote: "Remote", event: str) -> str:
    """The event of an id, or the last one that was submitted with a file, which must not have changed since."""
    from arena.tournament.files import load

    file = Path(event)
    if file.suffix != ".toml" and not file.is_file():
        return event
    declared = load(file)
    found = [line for line in remote.tournaments() if line.name == declared.name]
    if not found:
        raise BadRequest(
            f"{file.name} was never submitted to {remote.address}; `arena tournament run {event} --server "
            f"{remote.address}` does"
        )
    if found[-1].digest != declared.digest:
        latest = found[-1].tournament
        raise BadEvent(
            f"{file.name} was changed since tournament {latest} began; name that by its id, {latest}, to have it as it "
            f"began, or submit the changed event by `arena tournament run {file} --server {remote.address} --new`"
        )
    return found[-1].tournament


def _follow(host: Host, tournament: str, *, as_json: bool) -> None:
    """Look on until the event is over or has stopped, and show how it stands. Ctrl-C ends the looking on alone."""
    try:
        _look_on(host, tournament)
    except KeyboardInterrupt:
        print(
            f"arena: tournament {tournament} goes on at {host.server}; `arena tournament status {tournament} --server "
            f"{host.server}` shows how it stands, and `arena tournament stop` stops it",
            file=sys.stderr,
        )
        raise typer.Exit(UNFINISHED) from None
    with host.call() as remote:
        found = remote.tournament(tournament)
    _show(host, found, as_json=as_json)
    if found.tournament.state != "over":
        raise typer.Exit(UNFINISHED)


def _look_on(host: Host, tournament: str) -> None:
    """Show progress to the end; a server that is restarted meanwhile is asked again."""
    from arena.cli.tournament_view import progress
    from arena.client import ServerUnreachable
    from arena.local.conductor import Pace

    heard = time.monotonic()
    with progress(tournament) as watcher:
        while True:
            try:
                with host.call() as remote:
                    for now in remote.follow(tournament):
                        heard = time.monotonic()
                        if watcher is not None:
                            all_matches = now.all_matches if now.HasField("all_matches") else None
                            all_sets = now.all_sets if now.HasField("all_sets") else None
                            watcher(Pace(now.matches, now.sets, all_matches, all_sets), _note(now))
                return
            except ServerUnreachable:
                if time.monotonic() - heard > _PATIENCE_SECONDS:
                    raise
                time.sleep(_PAUSE_SECONDS)


def _note(now: "pb.FollowTournamentResponse") -> str:
    if now.state != "waiting":
        return ""
    wanted = f" of {now.wanted}" if now.HasField("wanted") else ""
    return f"waits for entrants: {now.entrants}{wanted} there"


def _say(found: "pb.TournamentSummary", as_json: bool) -> None:
    if as_json:
        print_json({"tournament": found.tournament, "state": found.state})
    else:
        print(f"tournament {found.tournament} is {found.state}")


def _show(host: Host, found: "pb.GetTournamentResponse", *, as_json: bool) -> None:
    from arena.cli.tournament_view import show_report

    if as_json:
        print_json(as_document(found))
    else:
        show_report(as_document(found), host.server)


def as_document(found: "pb.GetTournamentResponse") -> dict[str, Any]:
    """How an event stands, in the shape of `arena.local.standings.as_json`."""
    about = found.tournament
    return {
        "tournament": about.tournament,
        "name": about.name,
        "game": about.rated_id,
        "format": found.format,
        "state": about.state,
        "note": found.note,
        "started_ms": about.started_ms,
        "seconds": found.seconds,
        "matches": about.matches,
        "sets": {"finished": found.finished, "scheduled": found.scheduled, "expected": _maybe(found, "expected")},
        "standings": [_standing(line) for line in found.standings],
        "notes": list(found.notes),
        "duplicate": found.duplicate,
        "variance_saved": _fields(found.variance_saved) if found.HasField("variance_saved") else None,
    }


def _standing(line: "pb.TournamentStanding") -> dict[str, Any]:
    plain = ("rank", "agent", "points", "sets", "wins", "draws", "losses", "faults", "state")
    ratings: dict[str, Any] = {}
    for rating in line.ratings:
        found = _fields(rating)
        ratings[found.pop("system")] = found if found["rating"] is not None else None
    return {
        **{name: getattr(line, name) for name in plain},
        "ranked_by": {by.name: by.value for by in line.ranked_by},
        "ratings": ratings,
    }


def _fields(message: Any) -> dict[str, Any]:
    return {field.name: _maybe(message, field.name) for field in message.DESCRIPTOR.fields}


def _maybe(message: Any, name: str) -> Any:
    """A field's value; None for an optional one that was not set."""
    optional = message.DESCRIPTOR.fields_by_name[name].has_presence
    return getattr(message, name) if not optional or message.HasField(name) else None
