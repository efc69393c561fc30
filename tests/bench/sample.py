"""What one repetition of one benchmark came to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

TIC_TAC_TOE: Final = "openspiel/tic_tac_toe"
"""The game that every peer has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """`cpu` holds CPU seconds per kind of process; `figures` what else was measured, by the name that is printed.

    `measured` are means of the game's own metrics, by seat and game.
    """

    games: int = 0
    decisions: int = 0
    wall: float = 0.0
    cpu: Mapping[str, float] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    measured: Mapping[str, float] = field(default_factory=dict)

    @property
    def games_per_second(self) -> float:
        """Per second of wall time."""
        return self.games / self.wall

    @property
    def games_per_cpu_second(self) -> float:
        """Per CPU second of all processes together."""
        return self.games / sum(self.cpu.values())

    def cpu_per_decision(self, *processes: str) -> float:
        """Microseconds of CPU that these kinds of process took for one decision."""
        return sum(self.cpu[process] for process in processes) / self.decisions * 1e6


class Bench(Protocol):
    """One benchmark: a process tree of its own each time it runs."""

    @property
    def name(self) -> str:
        """What `--only` calls it."""

    @property
    def about(self) -> str:
        """What is measured, in a few words."""

    @property
    def once(self) -> bool:
        """Whether one repetition is enough, since it repeats by itself."""

    def run(self, seconds: float) -> Sample:
        """Measure for about so long, after a warm-up, or as many games as the benchmark names itself.

        Raises:
            BenchFailed: it cannot be run here; the message says why.
        """


class BenchFailed(Exception):
    """A benchmark that could not be run, and why."""
