"""What all stages do: updates from what a fleet has played, and checkpoints to fly by and to go on from."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from arena.core.errors import BadRequest
from arena.core.values import AgentName, Json
from arena_drone_volleyball.agents.network import Network
from arena_drone_volleyball.agents.strategy import CONTROLLERS, Strategy, skill_folder
from arena_drone_volleyball.loops.course import Pilot, Tally
from arena_drone_volleyball.loops.fleet import Fleet
from arena_drone_volleyball.loops.heads import Normal
from arena_drone_volleyball.loops.learner import Learner
from arena_drone_volleyball.loops.rallies import Opponent
from arena_drone_volleyball.loops.settings import Settings

if TYPE_CHECKING:
    from arena.loops.meeting import Member
    from arena.loops.run import Run

_TOLD: Final = 10
"""Updates between two sentences."""
_CAREFUL: Final = 1e-4
_CAREFUL_DIVERGENCE: Final = 0.002
"""The first step size and the divergence of an update of a skill that is trained along: it has more to lose."""


class Trainer:
    """Learners and a fleet, in a run. A checkpoint is named by the updates it has had."""

    def __init__(self, run: "Run", settings: Settings, fleet: Fleet) -> None:
        self.run, self.settings, self._fleet = run, settings, fleet
        self._skills = fleet.plan.skills
        self._about = _about(fleet)
        self._learner = learner_of(fleet, settings, run.seed)
        self._skill_learners = [skill_learner(skill, settings, run.seed) for skill in self._skills]

    def update(self, done: int, until: int, opponents: Sequence[Opponent] = (None,), *, joint: bool = False) -> None:
        """Learn from after update `done` to update `until`, and in `joint` training have the learned skills do so, too.

        The courts are dealt anew at first, so that a resumed run does what a whole one does, bit for bit.
        """
        self._fleet.deal((self.run.seed, done), opponents)
        tally = Tally()
        for update in range(done + 1, until + 1):
            self._fleet.start(self._pilot(joint))
            ended = self._fleet.finish()
            figures = self._learn(update, joint)
            if ended.episodes:
                figures |= {"score/courts": ended.mean, "steps": ended.steps / ended.episodes}
            self.run.log(update, figures)
            tally += ended
            if update % _TOLD == 0 or update == until:
                self.run.tell(_told(update, self.settings.updates, tally))
                tally = Tally()

    def write(self, done: int) -> "Member":
        """Write a checkpoint: what flies, with all that it needs, and what learning goes on from."""
        member = self.member(done)
        with self.run.checkpoint(str(done)) as draft:
            Strategy(self._named(member), self._skills).save(draft)
            self._learner.save(draft)
            for number, learner in enumerate(self._skill_learners):
                learner.save(skill_folder(draft, number))
        return member

    def read(self, done: int) -> None:
        """Go on from a checkpoint.

        Raises:
            BadRequest: it is missing or spoilt.
        """
        folder = self.run.checkpoint_path(str(done))
        self._learner.load(folder)
        self._skills = Strategy.load(folder).skills
        for number, learner in enumerate(self._skill_learners):
            learner.load(skill_folder(folder, number))

    def member(self, done: int) -> "Member":
        """The agent that flies as a checkpoint does."""
        folder = quote(str(self.run.checkpoint_path(str(done))))
        return self.run.member(str(done), f"drone_volleyball:policy?weights={folder}")

    def strategy(self, done: int) -> Strategy:
        """What a checkpoint plays by."""
        return Strategy.load(self.run.checkpoint_path(str(done)))

    def origin(self) -> "Member | None":
        """The checkpoint that the first of the learned skills was, where the ledger knows it."""
        from arena.loops.meeting import Member

        about = self._skills[0].about if self._skills else {}
        agent, version = AgentName(str(about.get("agent"))), str(about.get("version"))
        known = any(line.version == version for line in self.run.grounds.ledger.checkpoints.all(agent))
        return Member(agent, "", version) if known else None

    @property
    def skills_digest(self) -> str:
        """SHA-256 of the digests of the learned skills that are ordered; nothing where there are none."""
        told = "\n".join(skill.digest for skill in self._skills)
        return hashlib.sha256(told.encode()).hexdigest() if told else ""

    def _named(self, member: "Member") -> Network:
        """What the learner has learned; a skill says as which agent it was frozen, for strategies to descend from."""
        network = self._learner.pilot(self._about).network
        practised = self._fleet.plan.practice
        return network.telling({"agent": member.agent, "version": member.version}) if practised else network

    def _pilot(self, joint: bool) -> Pilot:
        pairs = zip(self._skill_learners, self._skills, strict=True)
        skills = tuple(learner.pilot(skill.about) for learner, skill in pairs) if joint else ()
        return self._learner.pilot(self._about)._replace(skills=skills)

    def _learn(self, update: int, joint: bool) -> dict[str, float]:
        """One update of everybody who learns; what learned skills say has their names before it."""
        figures = self._learner.learn(self._fleet.blocks, (self.run.seed, update))
        if joint:
            for number, learner in enumerate(self._skill_learners):
                told = learner.learn(self._fleet.skill_blocks(number), (self.run.seed, update, number))
                name = f"{self._skills[number].about['skill']}-{number}"
                figures |= {f"{name}/{each}": value for each, value in told.items()}
            self._skills = tuple(
                learner.pilot(skill.about).network
                for learner, skill in zip(self._skill_learners, self._skills, strict=True)
            )
        return figures


def _about(fleet: Fleet) -> dict[str, Json]:
    """What the network is made for."""
    plan = fleet.plan
    about: dict[str, Json] = {"game": plan.game, "level": plan.level, "head": fleet.head.name}
    if plan.practice:
        about["skill"] = plan.practice
    if not plan.controllers:
        about[CONTROLLERS] = False
    return about


def skill_learner(skill: Network, settings: Settings, seed: int) -> Learner:
    """A learner that goes on from a learned skill, with care."""
    tuning = replace(settings.tuning(), rate=_CAREFUL, divergence=_CAREFUL_DIVERGENCE, entropy=0.0)
    learner = Learner(
        len(skill.mean),
        Normal(len(skill.layers[-1].bias)),
        skill.layers[-1].bias,
        width=len(skill.layers[0].bias),
        tuning=tuning,
        device=settings.device,
        seed=seed,
    )
    learner.adopt(skill)
    return learner


def learner_of(fleet: Fleet, settings: Settings, seed: int) -> Learner:
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
        fleet.plan.centre,
        width=settings.width,
        tuning=settings.tuning(),
        device=settings.device,
        seed=seed,
    )


def _told(update: int, updates: int, tally: Tally) -> str:
    score = f", mean score {tally.mean:.2f} of {tally.episodes} on the courts" if tally.episodes else ""
    return f"update {update} of {updates}{score}"
