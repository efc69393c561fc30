"""The courts of one process: a network flies them, and what it saw, did and was paid goes into a block of arrays."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.sharedctypes import RawArray
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from arena_drone_volleyball.agents.network import Floats, Network
from arena_drone_volleyball.batch.vector import Volleyball
from arena_drone_volleyball.loops.heads import Head, Normal
from arena_drone_volleyball.loops.shaping import SHAPINGS, Shaping

Array = NDArray[Any]
_FIELDS: Final = ("observations", "actions", "chances", "rewards", "ended", "cut", "live", "heard")


class Block(NamedTuple):
    """`steps` control steps of `lanes` drones: observations (steps + 1, lanes, size), actions (steps, lanes, size of
    an action), the rest (steps, lanes). `chances` are the logarithms of those that the actions had; `ended` and `cut`
    as in `ppo.advantages`; `live` where the step was played at all, `heard` where its action counted."""

    observations: Array
    actions: Array
    chances: Array
    rewards: Array
    ended: Array
    cut: Array
    live: Array
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
            *[(plain, np.bool_)] * 4,
        ]

    def allocate(self) -> list[Any]:
        """Memory for a block, which spawned processes can share."""
        return [RawArray("b", int(np.prod(shape)) * np.dtype(kind).itemsize) for shape, kind in self.fields()]

    def block(self, memory: Sequence[Any]) -> Block:
        """A block in that memory."""
        parts = zip(self.fields(), memory, strict=True)
        return Block(*(np.frombuffer(raw, kind).reshape(shape) for (shape, kind), raw in parts))


@dataclass(frozen=True, slots=True)
class Tally:
    """The scores of episodes that ended: how many, their sum, and how many control steps they lasted."""

    episodes: int = 0
    score: float = 0.0
    steps: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.episodes + other.episodes, self.score + other.score, self.steps + other.steps)


class Pilot(NamedTuple):
    """What flies while training: a network, and the logarithms of the deviations its head draws with."""

    network: Network
    spread: Floats


@dataclass(frozen=True, slots=True)
class CoursePlan:
    """Which course a process is to build: `game` by its short name, `courts` courts of it."""

    game: str
    level: str
    courts: int

    def build(self) -> "Course":
        """The course, before its first deal."""
        return Course(self)


class Course:
    """A task on many courts; every drone of every court is flown by the same network."""

    def __init__(self, plan: CoursePlan) -> None:
        self.volley = Volleyball(plan.game, plan.courts, level=plan.level)
        shaping: Callable[[Volleyball], Shaping] = SHAPINGS.get(plan.game, Shaping)
        self.shaping = shaping(self.volley)
        self.head: Head = Normal(4)
        self.lanes = plan.courts * self.volley.seats
        self.seen = self.volley.observation_shape[0]

    def deal(self, seed: Sequence[int]) -> None:
        """Begin everywhere anew; the clocks of the first episodes are spread, that not all of them end together."""
        self._rng = np.random.default_rng(seed)
        self._observations, _ = self.volley.reset(int(self._rng.integers(2**31)))
        rules: Any = self.volley.rules
        rules.passed[:] = self._rng.integers(rules.drill.steps, size=self.volley.num_envs)
        self._anew = np.zeros(self.volley.num_envs, np.bool_)
        self._whole = np.zeros(self.volley.num_envs, np.bool_)

    def collect(self, pilot: Pilot, block: Block) -> Tally:
        """Fill the block, and say what ended meanwhile."""
        tally = Tally()
        for step in range(len(block.rewards)):
            seen = self._observations.reshape(self.lanes, -1)
            actions, chances = self.head.draw(pilot.network(seen), pilot.spread, self._rng)
            block.observations[step], block.actions[step], block.chances[step] = seen, actions, chances
            tally += self._step(actions, block, step)
        block.observations[-1] = self._observations.reshape(self.lanes, -1)
        return tally

    def _step(self, actions: Floats, block: Block, step: int) -> Tally:
        volley, seats, live = self.volley, self.volley.seats, ~self._anew
        self.shaping.before()
        flown = np.clip(actions, -1.0, 1.0).reshape(volley.num_envs, seats, -1)
        self._observations, rewards, ended, late, infos = volley.step(flown)
        paid = self.shaping.scale * rewards + self.shaping.after().T
        block.rewards[step] = np.where(live[:, None], paid, 0.0).reshape(-1)
        self._anew = ended | late
        for field, flags in (
            (block.ended, ended),
            (block.cut, self._anew),
            (block.live, live),
            (block.heard, live),
        ):
            field[step] = np.repeat(flags, seats)
        return self._count(infos["score"])

    def _count(self, scores: Floats) -> Tally:
        """Of episodes that were played from their beginning."""
        over = self._anew & self._whole
        self._whole |= self._anew
        if not over.any():
            return Tally()
        rules: Any = self.volley.rules
        return Tally(int(over.sum()), float(scores[over].sum()), int(rules.passed[over].sum()))
