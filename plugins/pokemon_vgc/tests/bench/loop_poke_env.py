"""poke-env's own loop, run by the interpreter that has it; prints one line of JSON.

Usage: PORT PID FORMAT TEAMS BATTLES WARM_UP. PID is the server's; its CPU time and that of its processes count.
"""

import asyncio
import json
import logging
import os
import sys
import time
from importlib.metadata import version
from pathlib import Path

import psutil
from poke_env import AccountConfiguration, ServerConfiguration
from poke_env.player import Player, RandomPlayer
from poke_env.teambuilder import Teambuilder

CONCURRENT = 10


class Pool(Teambuilder):
    """The same teams as the other side's, in turn."""

    def __init__(self, folder: Path) -> None:
        texts = [path.read_text() for path in sorted(folder.glob("*.txt"))]
        self._teams = [self.join_team(self.parse_showdown_team(text)) for text in texts]
        self._next = 0

    def yield_team(self) -> str:
        """The next one."""
        self._next += 1
        return self._teams[self._next % len(self._teams)]


def agent(number: int, port: int, format_id: str, teams: Path) -> Player:
    """A random agent with a name of its own."""
    return RandomPlayer(
        AccountConfiguration(f"r{os.getpid()}x{number}", None),
        battle_format=format_id,
        server_configuration=ServerConfiguration(f"ws://127.0.0.1:{port}/showdown/websocket", ""),
        max_concurrent_battles=CONCURRENT,
        accept_open_team_sheet=True,
        team=Pool(teams),
        log_level=logging.ERROR,
    )


def spent(server: psutil.Process) -> dict[str, float]:
    """CPU seconds so far."""
    times = [process.cpu_times() for process in (server, *server.children(recursive=True))]
    return {"server": sum(t.user + t.system for t in times), "client": time.process_time()}


async def measure(port: int, pid: int, format_id: str, teams: Path, battles: int, warm_up: int) -> dict:
    """Play so many battles, after others that are not counted."""
    one, other = (agent(number, port, format_id, teams) for number in range(2))
    server = psutil.Process(pid)
    await one.battle_against(other, n_battles=max(warm_up, CONCURRENT))
    one.reset_battles()
    before, began = spent(server), time.perf_counter()
    await one.battle_against(other, n_battles=battles)
    wall = time.perf_counter() - began
    cpu = {kind: now - before[kind] for kind, now in spent(server).items()}
    return {
        "games": battles,
        "wall": wall,
        "cpu": cpu,
        "measured": {"turns": sum(battle.turn for battle in one.battles.values()) / battles},
        "versions": {"poke-env": version("poke-env"), "websockets": version("websockets")},
    }


if __name__ == "__main__":
    port, pid, format_id, teams, battles, warm_up = sys.argv[1:]
    found = asyncio.run(measure(int(port), int(pid), format_id, Path(teams), int(battles), int(warm_up)))
    print(json.dumps(found))
