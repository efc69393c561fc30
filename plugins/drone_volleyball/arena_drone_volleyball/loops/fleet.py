"""Courses in several processes: each fills its own block of shared memory, and they do so at the same time."""

import multiprocessing
import os
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final, Self

import numpy as np

from arena.core.errors import BadRequest, Fault
from arena_drone_volleyball.agents.network import Floats, Network
from arena_drone_volleyball.agents.strategy import choices
from arena_drone_volleyball.loops.course import Block, Course, Pilot, Shape, Tally
from arena_drone_volleyball.loops.flown import FlownCourse
from arena_drone_volleyball.loops.practice import PracticeCourse
from arena_drone_volleyball.loops.rallies import Opponent, RallyCourse
from arena_drone_volleyball.loops.tasks import TaskCourse
from arena_drone_volleyball.physics.iris import HOVER_COMMAND

_SHARED: Final = Path("/dev/shm")  # where the standard library has its shared memory


CENTRES: Final = {
    "prt": (HOVER_COMMAND,) * 4,
    "ctbr": (0.0, 0.0, 0.0, HOVER_COMMAND),
}
"""By level, the outputs by which a drone stays in its place."""


@dataclass(frozen=True, slots=True)
class CoursePlan:
    """Which course a process is to build: `courts` courts of `game`, a task or 1v1 by its short name.

    In 1v1 a strategy is played, over the learned `skills` at a flown level, or one skill is in `practice`.
    """

    game: str
    level: str
    courts: int
    practice: str = ""
    skills: tuple[Network, ...] = ()
    controllers: bool = True

    @property
    def centre(self) -> Floats:
        """The outputs that learning begins around: a drone that stays in its place, or even odds."""
        if self.game == "1v1" and not self.practice:
            return np.zeros(choices(self.skills, controllers=self.controllers), np.float32)
        return np.array(CENTRES[self.level], np.float32)

    def build(self) -> Course:
        """The course, before its first deal."""
        if self.practice:
            return PracticeCourse(self.practice, self.level, self.courts)
        if self.skills:
            return FlownCourse(self.level, self.courts, self.skills, controllers=self.controllers)
        return RallyCourse(self.courts) if self.game == "1v1" else TaskCourse(self.game, self.level, self.courts)


@dataclass(frozen=True, slots=True)
class _Deal:
    """Begin everywhere anew, against these opponents where there are any."""

    seed: Sequence[int]
    opponents: Sequence[Opponent]


class Fleet:
    """`processes` courses of one plan, as a context manager; with none of its own, one course in this process.

    `start` has them all collect, `finish` waits for it. Between the two the blocks belong to them.

    Raises:
        BadRequest: the blocks do not fit into shared memory.
    """

    def __init__(self, plan: CoursePlan, processes: int, steps: int) -> None:
        course = plan.build()
        self.plan, self.head = plan, course.head
        self._shapes = course.shapes(steps)
        self._course, self._processes = course, processes
        _require_room(sum(shape.size for shape in self._shapes) * processes)
        memories = [[shape.allocate() for shape in self._shapes] for _ in range(max(processes, 1))]
        self._filled = [_blocks(self._shapes, memory) for memory in memories]
        self._links: list[Connection] = []
        self._memories, self._stack = memories, ExitStack()

    def __enter__(self) -> Self:
        if self._processes:
            self._spawn()
        return self

    def __exit__(self, *_: object) -> None:
        for link in self._links:
            link.close()
        self._stack.close()

    @property
    def shape(self) -> Shape:
        """Of each of the `blocks`."""
        return self._shapes[0]

    @property
    def blocks(self) -> list[Block]:
        """Those of all processes."""
        return [blocks[0] for blocks in self._filled]

    def skill_blocks(self, number: int) -> list[Block]:
        """Of all processes, what the learned skill of this number saw and did, where the pilot brought it."""
        return [blocks[1 + number] for blocks in self._filled]

    def deal(self, seed: Sequence[int], opponents: Sequence[Opponent] = (None,)) -> None:
        """Begin everywhere anew; the same seed gives the same courts. Rallies are shared among the opponents."""
        if not self._links:
            _deal(self._course, _Deal([*seed, 0], opponents))
        for number, link in enumerate(self._links):
            link.send(_Deal([*seed, number], opponents))

    def start(self, pilot: Pilot) -> None:
        """Have every course fill its block."""
        for link in self._links:
            link.send(pilot)
        self._pilot = pilot

    def finish(self) -> Tally:
        """Wait until all blocks are full.

        Raises:
            Fault: a process has died.
        """
        if not self._links:
            return self._course.collect(self._pilot, *self._filled[0])
        try:
            return sum((link.recv() for link in self._links), Tally())
        except (EOFError, ConnectionError):
            raise Fault("a process that played training courts has died; give the same command again") from None

    def _spawn(self) -> None:
        context = multiprocessing.get_context("spawn")
        threads = os.environ.get("OPENBLAS_NUM_THREADS")
        os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read by NumPy when it loads; the processes are the parallelism
        try:
            for memory in self._memories:
                mine, theirs = context.Pipe()
                process = context.Process(target=_fly, args=(self.plan, self._shapes, memory, theirs), daemon=True)
                process.start()
                theirs.close()
                self._links.append(mine)
                self._stack.callback(process.join)
        finally:
            if threads is None:
                del os.environ["OPENBLAS_NUM_THREADS"]
            else:
                os.environ["OPENBLAS_NUM_THREADS"] = threads


def _require_room(size: int) -> None:
    """What does not fit into shared memory kills whoever writes it."""
    free = shutil.disk_usage(_SHARED).free if _SHARED.is_dir() else size
    if size > free:
        wanted, left = (f"{each / 2**20:.0f} MiB" for each in (size, free))
        raise BadRequest(f"the courts take {wanted} of {_SHARED}, which has {left}; take fewer environments or steps")


def _blocks(shapes: Sequence[Shape], memories: Sequence[Sequence[Any]]) -> list[Block]:
    return [shape.block(memory) for shape, memory in zip(shapes, memories, strict=True)]


def _fly(plan: CoursePlan, shapes: Sequence[Shape], memory: Sequence[Sequence[Any]], link: Connection) -> None:
    """A process of the fleet, until the other end is closed."""
    course, blocks = plan.build(), _blocks(shapes, memory)
    try:
        while True:
            asked = link.recv()
            if isinstance(asked, Pilot):
                link.send(course.collect(asked, *blocks))
            else:
                _deal(course, asked)
    except (EOFError, KeyboardInterrupt, ConnectionError):
        return


def _deal(course: Course, asked: _Deal) -> None:
    if isinstance(course, RallyCourse):
        course.face(asked.opponents)
    course.deal(asked.seed)
