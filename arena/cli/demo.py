"""`make demo`: a server and agents as real processes on this machine, five games, and what came of them."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from arena.cli.ladder import ladders, show_ladder
from arena.cli.processes import Children
from arena.core.errors import ArenaError, BadRequest, Fault
from arena.ledger import Ledger

SECONDS: Final = "DEMO_SECONDS"
"""Environment variable: how long to play at most."""
FOLDER: Final = Path("demo")
"""Ledger, replays and logs of the last demo."""
GAMES: Final[Mapping[str, Sequence[str]]] = {
    "werewolf/ww7-lspo": ("werewolf:seer-claim", "werewolf:random-table", "random"),
    "negotiation/dond": ("negotiation:boulware", "negotiation:conceder", "negotiation:tit-for-tat"),
    "negotiation/balloon": ("negotiation:boulware", "negotiation:conceder", "negotiation:tit-for-tat"),
    "openspiel/tic_tac_toe": ("random", "first", "null"),
    "openspiel/kuhn_poker": ("random", "first", "null"),
}
"""Who plays what; each agent is a process of its own."""
SETS: Final = 40
"""A game is done after so many rated sets."""

_LEDGER: Final = "arena.db"
_START_SECONDS: Final = 60.0
_LOOK_SECONDS: Final = 0.25


def main() -> None:
    """Run the demo in the current folder and exit: 0, or 130 when it was cut short by a signal."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(run(FOLDER, float(os.environ.get(SECONDS, "60"))))
    except ArenaError as error:
        sys.exit(f"arena: {error}")
    except ValueError:
        sys.exit(f"arena: {SECONDS} is {os.environ[SECONDS]!r}; give a number of seconds")
    except KeyboardInterrupt:
        sys.exit(130)


def run(folder: Path, seconds: float) -> int:
    """Play for at most `seconds` with a fresh ledger in `folder`, then show the ladders. Returns the exit code.

    Raises:
        BadRequest: another demo uses the folder.
        Fault: the server does not start.
    """
    code = 0
    with _fresh(folder):
        try:
            with Children(folder / "logs") as children:
                _play(folder, children, seconds)
        except KeyboardInterrupt:
            code = 130
        if (folder / _LEDGER).exists():
            _show_results(folder)
    return code


@contextmanager
def _fresh(folder: Path) -> Iterator[None]:
    """The folder without what an earlier demo left, and with nobody else in it."""
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BadRequest(f"another demo is running in {folder}; stop it, or start this one elsewhere") from None
        for name in (_LEDGER, f"{_LEDGER}-wal", f"{_LEDGER}-shm"):
            (folder / name).unlink(missing_ok=True)
        for name in (f"{_LEDGER}.state", "logs"):
            shutil.rmtree(folder / name, ignore_errors=True)
        yield


def _play(folder: Path, children: Children, seconds: float) -> None:
    address = f"127.0.0.1:{_free_port()}"
    _say(f"starting a server on {address}, its ledger is {folder / _LEDGER}")
    server = children.start("server", "serve", "--port", address.rpartition(":")[2], "--db", _url(folder))
    _await_server(server, address, children.log("server"))
    fields = [_Field(game, _start_agents(children, game, agents, address)) for game, agents in GAMES.items()]
    _say(f"playing with {sum(len(f.agents) for f in fields)} agents, each a process that speaks gRPC")
    _follow(folder, children, fields, time.monotonic() + seconds)
    for each in fields:
        children.stop(each.agents)
    children.stop([server])


@dataclass(slots=True)
class _Field:
    """One game of the demo, and the processes of those who play it."""

    game: str
    agents: "list[subprocess.Popen[bytes]]" = field(default_factory=list)


def _start_agents(
    children: Children, game: str, agents: Sequence[str], address: str
) -> "list[subprocess.Popen[bytes]]":
    started = []
    for spec in agents:
        name = spec.rpartition(":")[2]
        log = f"{game}-{name}".replace("/", "-")
        args = ("join", game, "--agent", spec, "--name", name, "--server", address, "--seats", "4")
        started.append(children.start(log, *args))
    return started


def _follow(folder: Path, children: Children, fields: Sequence[_Field], deadline: float) -> None:
    """Show how the games go on, and send the agents of each home when it is done, until all are or time is up."""
    playing = {each.game: each for each in fields}
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("sets, {task.fields[matches]} matches"),
    )
    with Ledger.open(_url(folder), create=False) as ledger, Progress(*columns) as progress:
        rows: dict[str, TaskID] = {game: progress.add_task(f"{game:<22}", total=SETS, matches=0) for game in playing}
        while playing and time.monotonic() < deadline:
            for line in ledger.games():
                progress.update(rows[line.game], completed=min(line.ladder_sets, SETS), matches=line.matches)
                if line.ladder_sets >= SETS and line.game in playing:
                    children.stop(playing.pop(line.game).agents)
            time.sleep(_LOOK_SECONDS)


def _show_results(folder: Path) -> None:
    with Ledger.open(_url(folder), create=False) as ledger:
        for line in ledger.games():
            for found in ladders(ledger, line.game):
                show_ladder(found)
        last = ledger.matches(game=next(iter(GAMES)), limit=1)
    arena = Path(sys.executable).with_name("arena")
    shown = os.path.relpath(arena) if arena.is_relative_to(Path.cwd()) else "arena"
    _say(f"ledger and replays: {folder / _LEDGER}    logs: {folder / 'logs'}")
    for match in last:
        _say(f"see a match:        {shown} replay {match.match_id} --all --db {_url(folder)}")
    _say(f"check the ledger:   {shown} verify --db {_url(folder)}")


def _await_server(server: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    host, _, port = address.rpartition(":")
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection((host, int(port)), timeout=_LOOK_SECONDS).close()
            return
        except OSError:
            time.sleep(_LOOK_SECONDS)
    raise Fault(f"the server did not start; {log} says why")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _url(folder: Path) -> str:
    return f"sqlite:///{folder / _LEDGER}"


def _say(sentence: str) -> None:
    Console(soft_wrap=True, highlight=False).print(sentence, markup=False)


if __name__ == "__main__":
    main()
