"""`arena train skills`: drones learn a task on many courts, and their checkpoints play it before the referee."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Final
from urllib.parse import quote

import numpy as np

from arena.core.errors import BadRequest
from arena.core.values import AgentName
from arena.loops import Meeting, Member, Run
from arena_drone_volleyball.batch.exercises import EXERCISES
from arena_drone_volleyball.loops.course import Pilot, Tally
from arena_drone_volleyball.loops.fleet import CoursePlan, Fleet
from arena_drone_volleyball.loops.learner import Learner
from arena_drone_volleyball.loops.settings import Settings
from arena_drone_volleyball.physics.iris import HOVER_COMMAND

STAGE: Final = "skills"
SCRIPTED: Final = "drone_volleyball:task"
LEVELS: Final = {"prt": (HOVER_COMMAND,) * 4, "ctbr": (0.0, 0.0, 0.0, HOVER_COMMAND)}
"""Levels at which a network flies, and the action that holds a drone in its place: where learning begins."""
_TOLD: Final = 10
"""Updates between two sentences."""


def train(run: Run) -> None:
    """Train in a run, from wherever it stands.

    Raises:
        BadRequest: the game or level is none that drones learn by, or the settings do not fit together.
    """
    settings, plan = Settings.of(run.settings), _plan(run)
    with _fleet(plan, settings) as fleet:
        _Training(run, settings, plan, fleet).go()


@dataclass(frozen=True, slots=True)
class _Estimate:
    """The mean of scores, and half its 95 % interval."""

    mean: float
    half: float

    @classmethod
    def of(cls, scores: Sequence[float]) -> "_Estimate":
        return cls(fmean(scores), 1.96 * stdev(scores) / len(scores) ** 0.5 if len(scores) > 1 else float("inf"))

    def __str__(self) -> str:
        return f"{self.mean:.2f} +- {self.half:.2f}"


class _Training:
    """One run of the stage `skills`: updates, and every so many of them a checkpoint that plays."""

    def __init__(self, run: Run, settings: Settings, plan: CoursePlan, fleet: Fleet) -> None:
        self._run, self._settings, self._fleet = run, settings, fleet
        self._about = {"game": plan.game, "level": plan.level, "head": fleet.head.name}
        centre = np.array(LEVELS[plan.level], np.float32)
        self._learner = Learner(
            fleet.shape.seen,
            fleet.head,
            centre,
            width=settings.width,
            tuning=settings.tuning(),
            device=settings.device,
            seed=run.seed,
        )

    def go(self) -> None:
        """From the last checkpoint to the last update."""
        done = self._run.state()
        if done is None:
            self._keep(0)
            done = 0
        else:
            self._learner.load(self._run.checkpoint_path(str(done)))
        while done < self._settings.updates:
            until = min(done + self._settings.every, self._settings.updates)
            self._update(done, until)
            self._keep(until)
            done = until
        self._compare(self._member(str(done)))

    def _update(self, done: int, until: int) -> None:
        """Courts are dealt anew after each checkpoint, so that a resumed run does what a whole one does, bit for bit."""
        self._fleet.deal((self._run.seed, done))
        tally = Tally()
        for update in range(done + 1, until + 1):
            self._fleet.start(self._pilot())
            ended = self._fleet.finish()
            figures = self._learner.learn(self._fleet.blocks, (self._run.seed, update))
            tally += ended
            if ended.episodes:
                figures |= {"score/courts": ended.score / ended.episodes, "steps": ended.steps / ended.episodes}
            self._run.log(update, figures)
            if update % _TOLD == 0 or update == until:
                self._tell(update, tally)
                tally = Tally()

    def _tell(self, update: int, tally: Tally) -> None:
        told = f", mean score {tally.score / tally.episodes:.2f} in {tally.episodes} runs" if tally.episodes else ""
        self._run.tell(f"update {update} of {self._settings.updates}{told}")

    def _pilot(self) -> Pilot:
        return self._learner.pilot(self._about)

    def _keep(self, done: int) -> None:
        """Freeze what there is, have it play, and go on from here after a kill."""
        version = str(done)
        with self._run.checkpoint(version) as draft:
            self._pilot().network.save(draft)
            self._learner.save(draft)
        member = self._member(version)
        score = self._play(member)
        parent = None if done == 0 else self._member(str(self._run.state()))
        self._run.log(done, {"score/referee": score.mean, "score/referee/half": score.half})
        self._run.freeze(member, parent, stage=STAGE, figures={"mean score": score.mean, "+-": score.half})
        self._run.keep(done)

    def _member(self, version: str) -> Member:
        folder = quote(str(self._run.checkpoint_path(version)))
        return self._run.member(version, f"drone_volleyball:policy?weights={folder}")

    def _play(self, member: Member) -> _Estimate:
        self._run.play([Meeting(members=[member], deals=self._settings.deals)])
        return _Estimate.of(self._run.grounds.scores(member))

    def _compare(self, last: Member) -> None:
        scripted = Member(AgentName(SCRIPTED), SCRIPTED)
        first, now, known = self._play(self._member("0")), self._play(last), self._play(scripted)
        self._run.tell(f"before the referee: untrained {first}, {last.agent} {now}, {SCRIPTED} {known}")


def _plan(run: Run) -> CoursePlan:
    settings = Settings.of(run.settings)
    game, level = run.game.id.partition("/")[2], str(run.game.config["level"])
    if game not in EXERCISES:
        raise BadRequest(f"skills are learnt on a task, not on {game}; there is {', '.join(EXERCISES)}")
    if level not in LEVELS:
        raise BadRequest(f"drones learn at level {' or '.join(LEVELS)}, not {level}; name one by --option level=...")
    share, rest = divmod(settings.environments, max(settings.processes, 1))
    if rest:
        raise BadRequest(f"{settings.environments} environments cannot be shared by {settings.processes} processes")
    return CoursePlan(game, level, share)


@contextmanager
def _fleet(plan: CoursePlan, settings: Settings) -> Iterator[Fleet]:
    with Fleet(plan, settings.processes, settings.steps) as fleet:
        if fleet.shape.lanes * len(fleet.blocks) * settings.steps < settings.batches:
            raise BadRequest(f"there are too few steps for {settings.batches} batches; take more environments")
        yield fleet
