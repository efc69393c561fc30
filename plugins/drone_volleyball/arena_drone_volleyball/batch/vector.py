"""Many courts behind one interface in the manner of Gymnasium's VectorEnv and PettingZoo's parallel one."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from arena.core.errors import BadRequest
from arena_drone_volleyball.batch.arrays import Flags, Floats, Indices, any_over
from arena_drone_volleyball.batch.bodies import SUBSTEPS, Bodies
from arena_drone_volleyball.batch.commands import Controls, controls_of, with_scripted
from arena_drone_volleyball.batch.exercises import EXERCISES
from arena_drone_volleyball.batch.judging import Judged, Rules
from arena_drone_volleyball.batch.rallies import Rallies
from arena_drone_volleyball.batch.sight import Sight
from arena_drone_volleyball.batch.steering import Own
from arena_drone_volleyball.play.layout import size
from arena_drone_volleyball.rules.court import COURTS

Infos = Mapping[str, NDArray[Any]]
Step = tuple[Floats, Floats, Flags, Flags, Infos]


class Volleyball:
    """`courts` independent courts of `game`: 1v1, 3v3, 6v6, or a task by its name.

    An episode is a rally or one run of a task. As Gymnasium's autoreset mode NEXT_STEP has it, the step after an end
    ignores that court's actions and returns the first observation of its next episode, with reward 0. Arrays are the
    engine's own and change with the next step: copy what is to be kept.

    Raises:
        BadRequest: an unknown game, level or number; the message says which there are.
    """

    def __init__(
        self,
        game: str = "1v1",
        courts: int = 1024,
        *,
        level: str = "prt",
        substeps: int = SUBSTEPS,
        compat: bool = False,
        seed: int = 0,
    ) -> None:
        if courts < 1 or not 4 <= substeps <= 40:
            raise BadRequest(f"at least 1 court and 4 to 40 substeps, not {courts} and {substeps}")
        self.num_envs = courts
        self.rules = rules_of(game, courts, compat)
        self.bodies = Bodies(courts, self.rules.drones, substeps)
        self._sight = Sight(self.bodies, self.rules)
        self.seats = self.rules.seats
        self._controls: Controls = controls_of(level, game, self.rules)
        self.observation_shape = (size(self.rules.layout),)
        """Of one seat; `play.layout` says what the numbers are."""
        self.action_shape = self._controls.shape
        """Of one seat: (4,) for prt and ctbr, (5,) for skill, () for hcsp."""
        self._observations = np.zeros((courts, self.seats, *self.observation_shape), np.float32)
        self._done, self._due, self._decide = (np.zeros(courts, np.bool_) for _ in range(3))
        self._rng: Generator
        self.reset(seed)

    def reset(self, seed: int | None = None) -> tuple[Floats, Infos]:
        """Begin everywhere: observations (courts, seats, size) and infos. The same seed gives the same episodes;
        without one the draws go on where they were."""
        if seed is not None:
            self._rng = default_rng(seed)
        self.rules.deal()
        self._begin(np.arange(self.num_envs))
        self._done[:], self._due[:], self._decide[:] = False, False, True
        self._see()
        return self._observations, {"decide": self._decide}

    @property
    def own(self) -> Own:
        """All drones and the ball as they are now, each in the frame of its own half; changes with the next step."""
        return self._sight.own

    def end(self, courts: Flags) -> None:
        """End the episodes of these courts (courts,): the next step begins anew there, as after an end by the rules."""
        self._done |= courts

    def step(self, actions: NDArray[Any]) -> Step:
        """One control step of 20 ms everywhere.

        Takes actions (courts, seats, *action_shape); an order counts where the last step's `decide` was set. Returns
        observations (courts, seats, size), rewards (courts, seats), terminations and truncations (courts,), and
        infos: `decide` (courts,), whether orders are due; `faults` (faults, sides, courts) in the order of
        `rules.faults.FAULTS`, for courts alone; `lost` (courts,), where the physics was no longer finite, which
        truncates; `score` (courts,), in tasks.

        Raises:
            MalformedAction, IllegalAction: a wrong shape or an action out of bounds; nothing has moved.
        """
        with np.errstate(all="ignore"):  # what overflows is found by `finite`, court by court
            own = self._sight.own
            commands = self._controls.commands(actions, self._decide, own)
            self.bodies.advance(with_scripted(commands, self.rules, own))
            judged = self.rules.judge(self.bodies)
            return self._finish(judged)

    def _finish(self, judged: Judged) -> Step:
        """End what has ended, begin anew what had ended before, and look."""
        anew = self._done
        lost = ~self.bodies.finite()
        ended, late = judged.ended & ~anew & ~lost, (judged.late | lost) & ~anew
        judged.rewards[:, anew | lost] = 0.0
        self._done = ended | late
        self._due |= judged.decide | anew
        if anew.any() or lost.any():
            self._begin(np.flatnonzero(anew))
            self._begin(np.flatnonzero(lost & ~anew))
        self._ask()
        self._see()
        infos = {"decide": self._decide, "lost": lost & ~anew, **self.rules.told()}
        return self._observations, np.ascontiguousarray(judged.rewards.T), ended, late, infos

    def _ask(self) -> None:
        """As `Flight`: orders are asked for when the ball has left the racket, or the episode is over."""
        self._decide[:] = self._due
        if self._controls.holds:
            self._decide &= self._done | ~any_over(self.bodies.touching, 0)
        self._due &= ~self._decide

    def _begin(self, courts: Indices) -> None:
        if len(courts):
            self.bodies.place(courts, *self.rules.begin(courts, self._rng))

    def _see(self) -> None:
        self._sight.look()
        self._sight.write(self._observations)


def rules_of(game: str, courts: int, compat: bool) -> Rules:
    """The rules of a court or task by its name.

    Raises:
        BadRequest: there is no such game.
    """
    name = game.removeprefix("drone_volleyball/")
    if name in COURTS:
        return Rallies(COURTS[name], courts, compat=compat)
    if name in EXERCISES:
        return EXERCISES[name](courts)
    raise BadRequest(f"no game {game!r}; there is {', '.join((*COURTS, *EXERCISES))}")
