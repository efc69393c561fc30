"""The courts of one process: a network flies them, and what it saw, did and was paid goes into a block of arrays."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.sharedctypes import RawArray
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from arena_drone_volleyball.agents.network import Floats, Network
from arena_drone_volleyball.batch.arrays import Flags
from arena_drone_volleyball.batch.vector import Volleyball
from arena_drone_volleyball.loops.heads import Head

Array = NDArray[Any]


class Block(NamedTuple):
    """`steps` control steps of `lanes` drones: observations (steps + 1, lanes, size), actions (steps, lanes, size of
    an action), the rest (steps, lanes). `chances` are the logarithms of those that the actions had; `ended`, `cut` and
    `heard` as in `ppo.advantages`."""

    observations: Array
    actions: Array
    chances: Array
    rewards: Array
    ended: Array
    cut: Array
    heard: Array


class Shape(NamedTuple):
    """How large a block is."""

    steps: int
    lanes: int
    seen: int
    acted: int

    def fields(self) -> list[tuple[tuple[int, ...], type]]:
        """Each field's shape and dtype, in the order of `Block`."""
        plain = (self.steps, self.lanes)
        return [
            ((self.steps + 1, self.lanes, self.seen), np.float32),
            ((*plain, self.acted), np.float32),
            (plain, np.float32),
            (plain, np.float32),
            *[(plain, np.bool_)] * 3,
        ]

    @property
    def size(self) -> int:
        """Of a block, in bytes."""
        return sum(int(np.prod(shape)) * np.dtype(kind).itemsize for shape, kind in self.fields())

    def allocate(self) -> list[Any]:
        """Memory for a block, which spawned processes can share."""
        return [RawArray("b", int(np.prod(shape)) * np.dtype(kind).itemsize) for shape, kind in self.fields()]

    def block(self, memory: Sequence[Any]) -> Block:
        """A block in that memory."""
        parts = zip(self.fields(), memory, strict=True)
        return Block(*(np.frombuffer(raw, kind).reshape(shape) for (shape, kind), raw in parts))


@dataclass(frozen=True, slots=True)
class Tally:
    """Episodes that ended: how many, what they came to together, and how many control steps they lasted."""

    episodes: int = 0
    score: float = 0.0
    steps: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.episodes + other.episodes, self.score + other.score, self.steps + other.steps)

    @property
    def mean(self) -> float:
        """Of the scores; 0 when nothing has ended."""
        return self.score / max(self.episodes, 1)


class Pilot(NamedTuple):
    """What flies while training: a network, and the logarithms of the deviations its head draws with; of a strategy
    also the `skills` that it orders, where these are trained along."""

    network: Network
    spread: Floats
    skills: tuple["Pilot", ...] = ()


class Played(NamedTuple):
    """One control step of all lanes: what it paid, whether the episode ended, and whether it was cut (lanes,)."""

    rewards: Floats
    ended: Flags
    cut: Flags


class Course(ABC):
    """`courts` courts of a game, `lanes` drones of which are flown by what learns."""

    head: Head
    lanes: int
    seen: int

    def __init__(self, volley: Volleyball) -> None:
        self.volley = volley
        self.rng: Generator = default_rng(0)
        self.tally = Tally()

    def deal(self, seed: Sequence[int]) -> None:
        """Begin everywhere anew; the same seed gives the same courts and draws."""
        self.rng = default_rng(seed)
        self._begin(int(self.rng.integers(2**31)))

    def shapes(self, steps: int) -> list[Shape]:
        """Of the blocks that it fills: here the one of its lanes."""
        return [Shape(steps, self.lanes, self.seen, self.head.size)]

    def collect(self, pilot: Pilot, block: Block, *others: Block) -> Tally:
        """Fill the blocks, and say which episodes ended meanwhile."""
        self.tally = Tally()
        for step in range(len(block.rewards)):
            seen, heard = self._views(), self._hears()
            rows = np.flatnonzero(heard)
            actions, chances = self.head.draw(pilot.network(seen[rows]), pilot.spread, self.rng)
            block.observations[step], block.heard[step] = seen, heard
            block.actions[step, rows], block.chances[step, rows] = actions, chances
            played = self._play(block.actions[step])
            block.rewards[step], block.ended[step], block.cut[step] = played
        block.observations[-1] = self._views()
        return self.tally

    @abstractmethod
    def _begin(self, seed: int) -> None: ...

    @abstractmethod
    def _views(self) -> Floats:
        """What the lanes see, (lanes, seen)."""

    @abstractmethod
    def _hears(self) -> Flags:
        """In which lanes an action counts now, (lanes,)."""

    @abstractmethod
    def _play(self, actions: Floats) -> Played:
        """One control step; actions of lanes that do not hear are whatever stood there."""
