"""What rallies and tasks have in common: how they begin, and what they say of one control step."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from numpy.random import Generator
from numpy.typing import NDArray

from arena_drone_volleyball.batch.arrays import Flags, Floats, Indices
from arena_drone_volleyball.batch.bodies import Bodies
from arena_drone_volleyball.batch.sight import Seen
from arena_drone_volleyball.batch.skills import Orders
from arena_drone_volleyball.batch.steering import Own


class Start(NamedTuple):
    """Where everything is when k courts begin: poses (7, drones, k), ball (3, k)."""

    poses: Floats
    ball: Floats


class Judged(NamedTuple):
    """One control step: rewards (seats, courts); whether the rules ended it, whether its time was up, and whether
    something happened upon which orders are given anew (courts,)."""

    rewards: Floats
    ended: Flags
    late: Flags
    decide: Flags


class Rules(Seen, Protocol):
    """What `vector` plays by: rallies, or a task. Drones beyond the seats are flown by `scripted`."""

    drones: int

    def deal(self) -> None:
        """Forget all that was played."""

    def begin(self, courts: Indices, rng: Generator) -> Start:
        """The next episode on these courts, drawn from `rng`."""

    def judge(self, bodies: Bodies) -> Judged:
        """Note one control step."""

    def scripted(self, own: Own) -> Orders | None:
        """What the drones beyond the seats are to do."""

    def told(self) -> Mapping[str, NDArray[Any]]:
        """What infos say beside what all say."""
