"""The stages `strategy` and `co-self-play` of 1v1.

First a strategy learns against the scripted agent; then against its latest self and earlier ones, drawn after each
checkpoint by what these earned against it before the referee. The controllers that it orders stay as they are;
learned skills are frozen at first, and trained along in co-self-play.
"""

from collections.abc import Sequence
from typing import Final

from arena.loops.meeting import Meeting, Member
from arena_drone_volleyball.loops.drilling import RALLY
from arena_drone_volleyball.loops.rallies import Opponent
from arena_drone_volleyball.loops.trainer import Trainer

STRATEGY: Final = "strategy"
SELF_PLAY: Final = "co-self-play"


class League:
    """One run on 1v1."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer, self._run, self._settings = trainer, trainer.run, trainer.settings

    def go(self) -> None:
        """From the last checkpoint to the last update; the untrained strategy is a checkpoint, too."""
        kept: list[int] = self._run.state() or []
        if kept:
            self._trainer.read(kept[-1])
        else:
            kept = self._keep(0, kept)
        while (done := kept[-1]) < self._settings.updates:
            ends = [done + self._settings.every, self._settings.updates]
            ends += [self._settings.strategy] if done < self._settings.strategy else []
            until = min(ends)
            joint = self._settings.joint and done >= self._settings.strategy
            self._trainer.update(done, until, self._opponents(kept), joint=joint)
            kept = self._keep(until, kept)
        self._tell(self._trainer.member(kept[-1]), kept)

    def _opponents(self, kept: Sequence[int]) -> list[Opponent]:
        """Half of the courts go to the latest self, half to those that are drawn, the scripted agent among them."""
        if kept[-1] < self._settings.strategy:
            return [None]
        by_agent = {self._trainer.member(done).agent: done for done in kept}
        *earlier, learner = map(self._trainer.member, kept)
        rule, draws, seed = self._settings.rule, self._settings.draws, self._run.seed + kept[-1]
        sampled = self._run.grounds.sample(learner, [RALLY, *earlier], rule, seed=seed, draws=draws)
        self._run.tell(f"co-self-play against {', '.join(sorted(set(sampled.opponents)))}")
        drawn = [by_agent.get(agent) for agent in sampled.opponents]
        known: dict[int | None, Opponent] = {
            one: self._trainer.strategy(one) for one in {*drawn, kept[-1]} if one is not None
        }
        return [known.get(one) for one in drawn] + [known[kept[-1]]] * len(drawn)

    def _keep(self, done: int, kept: Sequence[int]) -> list[int]:
        """Freeze what there is, have it meet all that came before, and go on from here after a kill."""
        member = self._trainer.write(done)
        stage = STRATEGY if done <= self._settings.strategy else SELF_PLAY
        before = [self._trainer.member(one) for one in kept]
        self._meet(member, [RALLY, *before])
        won = self._won(member, RALLY)
        self._run.log(done, {"score/scripted": won})
        parent = before[-1] if before else self._trainer.origin()
        self._run.freeze(
            member,
            parent,
            stage=stage,
            data_digest=self._trainer.skills_digest,
            step=done,
            figures={"score_to_scripted": won},
        )
        self._run.keep([*kept, done])
        return [*kept, done]

    def _meet(self, member: Member, others: Sequence[Member]) -> None:
        self._run.play([Meeting(members=[member, other], deals=self._settings.deals) for other in others])

    def _won(self, member: Member, other: Member) -> float:
        return float(self._run.grounds.payoffs([member], [other]).mean[0, 0])

    def _tell(self, last: Member, kept: Sequence[int]) -> None:
        others = [RALLY, *(self._trainer.member(done) for done in kept[:-1])]
        table = self._run.grounds.payoffs([last], others)
        rows = zip(others, table.mean[0], table.low[0], table.high[0], table.count[0], strict=True)
        told = ", ".join(
            f"{mean:.2f} ({low:.2f} to {high:.2f}, {n} sets) against {one.agent}" for one, mean, low, high, n in rows
        )
        self._run.tell(f"mean scores of {last.agent} before the referee: {told}")
