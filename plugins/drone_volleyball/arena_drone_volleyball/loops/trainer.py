"""What all stages do: updates from what a fleet has played, and checkpoints to fly by and to go on from."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import numpy as np

from arena.core.errors import BadRequest
from arena_drone_volleyball.agents.menu import CHOICES
from arena_drone_volleyball.agents.network import Network
from arena_drone_volleyball.loops.course import Pilot, Tally
from arena_drone_volleyball.loops.fleet import CoursePlan, Fleet
from arena_drone_volleyball.loops.learner import Learner
from arena_drone_volleyball.loops.rallies import Opponent
from arena_drone_volleyball.loops.settings import Settings
from arena_drone_volleyball.physics.iris import HOVER_COMMAND

if TYPE_CHECKING:
    from arena.loops.meeting import Member
    from arena.loops.run import Run

CENTRES: Final = {
    "prt": (HOVER_COMMAND,) * 4,
    "ctbr": (0.0, 0.0, 0.0, HOVER_COMMAND),
    "skill": (0.0,) * CHOICES,
}
"""By level, the outputs that learning begins around: a drone that stays in its place, or even odds."""
_TOLD: Final = 10
"""Updates between two sentences."""


class Trainer:
    """A learner and a fleet, in a run. A checkpoint is named by the updates it has had."""

    def __init__(self, run: "Run", settings: Settings, plan: CoursePlan, fleet: Fleet) -> None:
        self.run, self.settings, self._fleet = run, settings, fleet
        self._about = {"game": plan.game, "level": plan.level, "head": fleet.head.name}
        self._learner = learner_of(fleet, plan.level, settings, run.seed)

    def update(self, done: int, until: int, opponents: Sequence[Opponent] = (None,)) -> None:
        """Learn from after update `done` to update `until`.

        The courts are dealt anew at first, so that a resumed run does what a whole one does, bit for bit.
        """
        self._fleet.deal((self.run.seed, done), opponents)
        tally = Tally()
        for update in range(done + 1, until + 1):
            self._fleet.start(self._pilot())
            ended = self._fleet.finish()
            figures = self._learner.learn(self._fleet.blocks, (self.run.seed, update))
            if ended.episodes:
                figures |= {"score/courts": ended.mean, "steps": ended.steps / ended.episodes}
            self.run.log(update, figures)
            tally += ended
            if update % _TOLD == 0 or update == until:
                self.run.tell(_told(update, self.settings.updates, tally))
                tally = Tally()

    def write(self, done: int) -> "Member":
        """Write a checkpoint: what flies, and what learning goes on from."""
        with self.run.checkpoint(str(done)) as draft:
            self._pilot().network.save(draft)
            self._learner.save(draft)
        return self.member(done)

    def read(self, done: int) -> None:
        """Go on from a checkpoint.

        Raises:
            BadRequest: it is missing or spoilt.
        """
        self._learner.load(self.run.checkpoint_path(str(done)))

    def member(self, done: int) -> "Member":
        """The agent that flies as a checkpoint does."""
        folder = quote(str(self.run.checkpoint_path(str(done))))
        return self.run.member(str(done), f"drone_volleyball:policy?weights={folder}")

    def network(self, done: int) -> Network:
        """What a checkpoint flies by."""
        return Network.load(self.run.checkpoint_path(str(done)))

    def _pilot(self) -> Pilot:
        return self._learner.pilot(self._about)


def learner_of(fleet: Fleet, level: str, settings: Settings, seed: int) -> Learner:
    """A learner of what the fleet plays, before its first update.

    Raises:
        BadRequest: there is no such device, or an update has fewer steps than batches.
    """
    steps = fleet.shape.lanes * len(fleet.blocks) * settings.steps
    if steps < settings.batches:
        raise BadRequest(f"{steps} steps cannot be cut into {settings.batches} batches; take more environments")
    return Learner(
        fleet.shape.seen,
        fleet.head,
        np.array(CENTRES[level], np.float32),
        width=settings.width,
        tuning=settings.tuning(),
        device=settings.device,
        seed=seed,
    )


def _told(update: int, updates: int, tally: Tally) -> str:
    score = f", mean score {tally.mean:.2f} of {tally.episodes} on the courts" if tally.episodes else ""
    return f"update {update} of {updates}{score}"
