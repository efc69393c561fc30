"""The stage `skills`: drones learn a task, and every so many updates a checkpoint flies it before the referee.

A skill of 1v1 is learned the same way; its checkpoints play matches against the scripted agent, and but for that skill
as this does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Final, Self

from arena.core.values import AgentName
from arena.loops.meeting import Meeting, Member
from arena_drone_volleyball.loops.trainer import Trainer

STAGE: Final = "skills"
TASK: Final = Member(AgentName("drone_volleyball:task"), "drone_volleyball:task")
RALLY: Final = Member(AgentName("drone_volleyball:rally"), "drone_volleyball:rally")


@dataclass(frozen=True, slots=True)
class Estimate:
    """The mean of scores, and half its 95 % interval."""

    mean: float
    half: float

    @classmethod
    def of(cls, scores: Sequence[float]) -> Self:
        """Of independent matches."""
        return cls(fmean(scores), 1.96 * stdev(scores) / len(scores) ** 0.5 if len(scores) > 1 else float("nan"))

    def __str__(self) -> str:
        return f"{self.mean:.2f} +- {self.half:.2f}"


class Drilling:
    """One run on a task, or on the practice of a skill."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer, self._run, self._settings = trainer, trainer.run, trainer.settings

    def go(self) -> None:
        """From the last checkpoint to the last update; the untrained policy is a checkpoint, too."""
        done: int | None = self._run.state()
        if done is None:
            done = self._keep(0, None)
        else:
            self._trainer.read(done)
        while done < self._settings.updates:
            until = min(done + self._settings.every, self._settings.updates)
            self._trainer.update(done, until)
            done = self._keep(until, self._trainer.member(done))
        beside = [] if self._settings.practice else [TASK]
        shown = [*beside, self._trainer.member(0), self._trainer.member(done)]
        told = ", ".join(f"{one.agent} {self._score(one)}" for one in shown)
        self._run.tell(f"mean scores before the referee: {told}")

    def _keep(self, done: int, parent: Member | None) -> int:
        member = self._trainer.write(done)
        meetings = [[member, RALLY]] if self._settings.practice else [[TASK], [member]]
        self._run.play([Meeting(members=members, deals=self._settings.deals) for members in meetings])
        score = self._score(member)
        self._run.log(done, {"score/referee": score.mean, "score/referee +-": score.half})
        self._run.freeze(member, parent, stage=STAGE, step=done, figures={"score": score.mean})
        self._run.keep(done)
        return done

    def _score(self, member: Member) -> Estimate:
        return Estimate.of(self._run.grounds.scores(member))
