"""The game's contract alone: matches stepped together through one Node process, with no table, wire or agent.

As a program it plays in this process and prints one line of JSON; `BarePipe` runs it.
"""

import argparse
import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from random import Random

import psutil
from cpu import own_seconds, seconds_of
from sample import BenchFailed, Sample

from arena.core.options import resolve
from arena.core.seed import Seed
from arena_pokemon_vgc.formats import FORMATS
from arena_pokemon_vgc.game import VgcGame, options
from arena_pokemon_vgc.state import VgcState

_TOGETHER = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class BarePipe:
    """Eight matches at a time through one pair of pipes."""

    format_id: str
    battles: int
    warm_up: int
    name: str = "pipe"
    about: str = "the game alone through one Node process, 8 at a time"
    once: bool = False

    def run(self, seconds: float) -> Sample:
        """As `Bench.run`."""
        command = [sys.executable, "-m", __spec__.name, self.format_id, str(self.battles), str(self.warm_up)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise BenchFailed(done.stderr.strip().rpartition("\n")[2])
        return Sample(**json.loads(done.stdout))


class _Playing:
    """Random matches of a game, some at a time; `over` of them have ended after `turns` turns."""

    def __init__(self, game: VgcGame) -> None:
        self._game = game
        self._rng = Random(0)
        self._live: list[VgcState] = []
        self._begun = 0
        self.over = self.turns = self.decisions = 0

    def advance(self) -> None:
        """One step of all, and new matches in the place of those that it ended."""
        while len(self._live) < _TOGETHER:
            self._begun += 1
            self._live.append(self._game.new_state(Seed.of(self._begun), {}))  # type: ignore[arg-type]
        actions = [{seat: self._rng.choice(s.legal(seat).ids) for seat in s.to_move()} for s in self._live]
        for error in self._game.step_many(self._live, actions):
            if error is not None:
                raise error
        self.decisions += sum(map(len, actions))
        for state in [state for state in self._live if not state.to_move()]:
            self.over, self.turns = self.over + 1, self.turns + state.turn
            state.close()
            self._live.remove(state)


def _measure(format_id: str, battles: int, warm_up: int) -> Sample:
    game = VgcGame(FORMATS[format_id], resolve(options(FORMATS[format_id]), {}))
    playing = _Playing(game)
    while playing.over < max(warm_up, 1):
        playing.advance()
    before = playing.over, playing.turns, playing.decisions, _cpu(), time.perf_counter()
    while playing.over - before[0] < battles:
        playing.advance()
    cpu = {kind: spent - before[3][kind] for kind, spent in _cpu().items()}
    over = playing.over - before[0]
    sample = Sample(
        games=over,
        decisions=playing.decisions - before[2],
        wall=time.perf_counter() - before[4],
        cpu=cpu,
        measured={"turns": (playing.turns - before[1]) / over},
    )
    game.close()
    return sample


def _cpu() -> dict[str, float]:
    live = seconds_of(psutil.Process().children(recursive=True))
    return {"all": own_seconds() + live}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("format")
    parser.add_argument("battles", type=int)
    parser.add_argument("warm_up", type=int)
    asked = parser.parse_args()
    print(json.dumps(asdict(_measure(asked.format, asked.battles, asked.warm_up))))
