"""`make demo`: a server and agents as real processes on this machine, seven games, and what came of them."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from arena.cli.fresh import LEDGER, fresh, ledger_url
from arena.cli.ladder import show_ladder
from arena.cli.ladder_source import ladders
from arena.cli.plugins import plugin_code
from arena.cli.processes import Children
from arena.core.errors import ArenaError, Fault, GameUnavailable
from arena.ledger import Ledger
from arena.plugin.registry import Registry

SECONDS: Final = "DEMO_SECONDS"
"""Environment variable: how long to play at most."""
FOLDER: Final = Path("demo")
"""Ledger, replays and logs of the last demo."""
GAMES: Final[Mapping[str, Sequence[str]]] = {
    "werewolf/ww7-lspo": ("werewolf:seer-claim", "werewolf:random-table", "random"),
    "negotiation/dond": ("negotiation:boulware", "negotiation:conceder", "negotiation:tit-for-tat"),
    "negotiation/balloon": ("negotiation:boulware", "negotiation:conceder", "negotiation:tit-for-tat"),
    "drone_volleyball/1v1?level=skill": ("drone_volleyball:rally", "null", "random"),
    "openspiel/tic_tac_toe": ("random", "first", "null"),
    "openspiel/kuhn_poker": ("random", "first", "null"),
    "pokemon_vgc/gen9championsvgc2026regmb": ("pokemon_vgc:heuristics", "pokemon_vgc:max-power", "random"),
}
"""Who plays what; each agent is a process of its own."""
SETS: Final = 40
"""A game is done after so many rated sets, if each of its agents has played a tenth of them."""

_START_SECONDS: Final = 60.0
_LOOK_SECONDS: Final = 0.25


def main() -> None:
    """Run the demo in the current folder and exit: 0, or 130 when it was cut short by a signal."""
    signals = Signals()
    try:
        run(FOLDER, float(os.environ.get(SECONDS, "60")), signals)
    except ArenaError as error:
        sys.exit(f"arena: {error}")
    except ValueError:
        sys.exit(f"arena: {SECONDS} is {os.environ[SECONDS]!r}; give a number of seconds")
    sys.exit(130 if signals.came else 0)


class Signals:
    """Whether SIGINT or SIGTERM came. They interrupt nothing, so that no process is started and then forgotten."""

    def __init__(self) -> None:
        self.came = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    def _note(self, number: int, frame: object) -> None:
        self.came = True


def run(folder: Path, seconds: float, signals: Signals) -> None:
    """Play for at most `seconds`, or until a signal, with a fresh ledger in `folder`; then show the ladders.

    Raises:
        BadRequest: another demo uses the folder.
        Fault: the server does not start.
    """
    with fresh(folder, "logs"):
        with Children(folder / "logs") as children:
            _play(folder, children, seconds, signals)
        if (folder / LEDGER).exists():
            _show_results(folder)


def _play(folder: Path, children: Children, seconds: float, signals: Signals) -> None:
    address = f"127.0.0.1:{_free_port()}"
    _say(f"starting a server on {address}, its ledger is {folder / LEDGER}")
    server = children.start("server", "serve", "--port", address.rpartition(":")[2], "--db", ledger_url(folder))
    if not _await_server(server, address, children.log("server"), signals):
        return
    playing = {game: _start_agents(children, game, address) for game in GAMES if _is_here(game)}
    _say(f"playing with {sum(map(len, playing.values()))} agents, each a process that speaks gRPC")
    _follow(folder, children, playing, seconds, signals)
    children.stop([agent for agents in playing.values() for agent in agents])
    children.stop([server])


def _is_here(game: str) -> bool:
    """Whether it can be played on this machine; says why not."""
    registry = Registry()
    try:
        with plugin_code():
            registry.make_game(registry.ref(game)).close()
    except GameUnavailable as error:
        _say(f"without {game}: {error}")
        return False
    return True


def _start_agents(children: Children, game: str, address: str) -> "list[subprocess.Popen[bytes]]":
    started = []
    for spec in GAMES[game]:
        name = spec.rpartition(":")[2]
        log = re.sub(r"[^A-Za-z0-9._-]", "-", f"{game}-{name}")
        args = ("join", game, "--agent", spec, "--name", name, "--server", address, "--seats", "4")
        started.append(children.start(log, *args))
    return started


def _follow(
    folder: Path,
    children: Children,
    playing: "dict[str, list[subprocess.Popen[bytes]]]",
    seconds: float,
    signals: Signals,
) -> None:
    """Show how the games go on, and send the agents of each home when it is done, until all are or time is up.

    Time begins with the first result: agents take a while to start where they share few cores.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("sets, {task.fields[n]} matches"),
    )
    with Ledger.open(ledger_url(folder), create=False) as ledger, Progress(*columns) as progress:
        rows: dict[str, TaskID] = {game: progress.add_task(f"{game:<22}", total=SETS, n=0) for game in playing}
        deadline, began = time.monotonic() + _START_SECONDS, False
        while playing and not signals.came and time.monotonic() < deadline:
            lines = ledger.games()
            if lines and not began:
                deadline, began = time.monotonic() + seconds, True
            for line in lines:
                progress.update(rows[line.game], completed=min(line.ladder_sets, SETS), n=line.matches)
                if line.game in playing and line.ladder_sets >= SETS and _all_played(ledger, line.game):
                    children.stop(playing.pop(line.game))
            time.sleep(_LOOK_SECONDS)


def _all_played(ledger: Ledger, game: str) -> bool:
    """Whether each agent has met others often enough: those that start first may be done before the last is there."""
    sets = Counter(standing.agent for finished in ledger.ladder_sets(game) for standing in finished.standings)
    return len(sets) == len(GAMES[game]) and min(sets.values()) >= SETS / 10


def _show_results(folder: Path) -> None:
    with Ledger.open(ledger_url(folder), create=False) as ledger:
        for line in ledger.games():
            for found in ladders(ledger, line.game):
                show_ladder(found)
        last = ledger.matches(game=next(iter(GAMES)), limit=1)
    arena = Path(sys.executable).with_name("arena")
    shown = os.path.relpath(arena) if arena.is_relative_to(Path.cwd()) else "arena"
    _say(f"ledger and replays: {folder / LEDGER}    logs: {folder / 'logs'}")
    for match in last:
        _say(f"see a match:        {shown} replay {match.match_id} --all --db {ledger_url(folder)}")
    _say(f"check the ledger:   {shown} verify --db {ledger_url(folder)}")


def _await_server(server: "subprocess.Popen[bytes]", address: str, log: Path, signals: Signals) -> bool:
    """Wait until the server listens; False when a signal came first.

    Raises:
        Fault: it ended, or takes too long.
    """
    host, _, port = address.rpartition(":")
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and server.poll() is None and not signals.came:
        try:
            socket.create_connection((host, int(port)), timeout=_LOOK_SECONDS).close()
            return True
        except OSError:
            time.sleep(_LOOK_SECONDS)
    if not signals.came:
        raise Fault(f"the server did not start; {log} says why")
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _say(sentence: str) -> None:
    Console(soft_wrap=True, highlight=False).print(sentence, markup=False)


if __name__ == "__main__":
    main()
