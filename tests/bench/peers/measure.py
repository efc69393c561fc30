"""Times a loop that plays one game at a time, and prints what it came to as one line of JSON.

Runs in a peer's own environment: the standard library only.
"""

import argparse
import json
import resource
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Final

_WARM_UP_SHARE: Final = 0.2


def main(play: Callable[[], int], packages: Sequence[str]) -> None:
    """Play for the seconds that the command line names, after a warm-up; `play` returns the decisions of one game."""
    parser = argparse.ArgumentParser()
    parser.add_argument("seconds", type=float)
    seconds = parser.parse_args().seconds
    _play_for(play, seconds * _WARM_UP_SHARE)
    before, started = _cpu_seconds(), time.perf_counter()
    games, decisions = _play_for(play, seconds)
    wall, cpu = time.perf_counter() - started, _cpu_seconds() - before
    versions = {package: version(package) for package in packages}
    print(json.dumps({"games": games, "decisions": decisions, "wall": wall, "cpu": cpu, "versions": versions}))


def _play_for(play: Callable[[], int], seconds: float) -> tuple[int, int]:
    games = decisions = 0
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        decisions += play()
        games += 1
    return games, decisions


def _cpu_seconds() -> float:
    """Of this process, all its threads, and the children it has waited for."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
