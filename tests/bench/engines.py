"""Engines alone: random play of every installed game but the catalogue's through the contract of `arena.core.game`.

As a program it plays one game in this process and prints one line of JSON; `Engine` runs it.
"""

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import count
from random import Random
from typing import Final

from cpu import own_seconds
from sample import BenchFailed, Sample

from arena.core.errors import ArenaError
from arena.core.game import Game
from arena.core.seed import Seed
from arena.core.values import TEXT, Fields
from arena.plugin.registry import Registry
from arena.testing.drawing import drawn

BARE, WITH_TEXT = "engine moves / s of a core", "with text views / s of a core"
_CATALOGUE: Final = "openspiel/"
"""A hundred games of C++, of which `in-worker` measures one."""
_START_SECONDS: Final = 60
_WARM_UP: Final = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """One game, without a table, a wire or an agent's process around it."""

    game: str
    once: bool = False

    @property
    def name(self) -> str:
        """As `Bench.name`."""
        return f"engine:{self.game}"

    @property
    def about(self) -> str:
        """As `Bench.about`."""
        return f"random moves of {self.game}, engine alone"

    def run(self, seconds: float) -> Sample:
        """As `Bench.run`."""
        command = [sys.executable, __file__, self.game, str(seconds)]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_START_SECONDS + 10 * seconds, check=False
        )
        if done.returncode:
            raise BenchFailed(done.stderr.strip().rpartition("\n")[2])
        return Sample(**json.loads(done.stdout))


def engines() -> Sequence[Engine]:
    """One a game that can be played here, whoever installed it."""
    registry = Registry()
    return [Engine(game=game) for game in registry.game_listings() if _plays(registry, game)]


def _plays(registry: Registry, game: str) -> bool:
    if game.startswith(_CATALOGUE):
        return False
    try:
        made = registry.make_game(registry.ref(game))
        made.new_state(Seed.of(0), {}).close()
        made.close()
    except ArenaError:
        return False
    return True


def _rate(game: Game, wants: Fields, seconds: float) -> float:
    """Moves in a second of CPU time, from many whole matches; a view for whoever is to move where one is wanted."""
    _play(game, wants, _WARM_UP)
    began = own_seconds()
    moves = _play(game, wants, seconds)
    return moves / (own_seconds() - began)


def _play(game: Game, wants: Fields, seconds: float) -> int:
    moves, until = 0, time.perf_counter() + seconds
    for number in count():
        state, rng = game.new_state(Seed.of(number), {}), Random(number)
        while movers := state.to_move():
            if wants:
                for seat in movers:
                    state.observe(seat, wants)
            actions = {}
            for seat in movers:
                actions[seat] = drawn(state, seat, rng)
            state.step(actions)
            moves += len(actions)
        state.outcome()
        state.close()
        if time.perf_counter() >= until:
            break
    return moves


def _measure(name: str, seconds: float) -> Sample:
    registry = Registry()
    game = registry.make_game(registry.ref(name))
    figures: Mapping[str, float] = {
        BARE: _rate(game, frozenset(), seconds / 2),
        WITH_TEXT: _rate(game, frozenset({TEXT}), seconds / 2),
    }
    return Sample(figures=figures)


if __name__ == "__main__":
    print(json.dumps(asdict(_measure(sys.argv[1], float(sys.argv[2])))))
