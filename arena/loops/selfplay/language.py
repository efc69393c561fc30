"""Self-play of a language model: matches in the workers, read back from the ledger, and a step of the gradient."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, Final

from arena.core.errors import BadRequest
from arena.loops.language.fitting import digest_of
from arena.loops.language.lineage import opened, origin, publish, rate_as_set
from arena.loops.language.policy import Policy
from arena.loops.language.record import played
from arena.loops.language.seating import seated
from arena.loops.meeting import Meeting, Member
from arena.loops.run import Run
from arena.loops.selfplay.gradient import Gradient
from arena.loops.selfplay.rae import RoleBaselines
from arena.loops.selfplay.samples import harvest
from arena.loops.selfplay.settings import filled, marks_of
from arena.training.trajectory import Trajectory, trajectories

STAGE: Final = "self-play"
_OPTIMIZERS: Final = "optimizer"
_HELD: Final = 100_000_000
"""Weights, of all iterates together, that a worker can hold beside everything else."""


class LanguageSelfPlay:
    """One run. Iterate N plays the matches that make iterate N + 1; all are directories, and some are frozen."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._settings = filled(run.settings)
        self._updates: int = self._settings["updates"]
        self._marks = marks_of(self._updates, self._settings["checkpoints"])
        self._baselines = RoleBaselines(self._settings["decay"] if self._settings["rae"] else 1.0)
        self._done = 0
        self._learned: list[str] = []
        """The matches since the last checkpoint, by id."""

    def train(self) -> None:
        """Go on to the end from wherever the run stands, and rate the checkpoints.

        Raises:
            BadRequest: the model cannot be loaded, or no answer of it can be learned from.
        """
        gradient = self._begun()
        with self._workers(gradient):
            while self._done < self._updates:
                self._update(gradient)
        rate_as_set(self._run, [seated(self._run, str(mark)) for mark in self._marks])

    def _begun(self) -> Gradient:
        state = self._run.state()
        if state is None:
            model: str = self._settings["model"]
            policy = Policy.open(model, device=self._settings["device"])
            publish(self._run, policy, "0", origin(self._run, Path(model)), stage=STAGE, data_digest="")
            return self._gradient(policy)
        self._done, self._baselines.kept, self._learned = state["done"], state["baselines"], state["learned"]
        gradient = self._gradient(opened(self._run, str(self._done)))
        gradient.restore(self._run.folder / _OPTIMIZERS / str(self._done))
        self._run.tell(f"going on after update {self._done}")
        return gradient

    def _gradient(self, policy: Policy) -> Gradient:
        import torch

        if self._settings["threads"]:
            torch.set_num_threads(self._settings["threads"])
        settings = self._settings
        return Gradient(policy, temperature=settings["temperature"], clip=settings["clip"], batch=settings["batch"])

    def _workers(self, gradient: Gradient) -> AbstractContextManager[None]:
        """Workers keep every model they have played, so that they can stay only where models are small."""
        weights = sum(one.numel() for one in gradient.policy.model.parameters())
        return self._run.grounds.warm() if weights * self._updates <= _HELD else nullcontext()

    def _update(self, gradient: Gradient) -> None:
        member = seated(self._run, str(self._done))
        self._run.play([Meeting(members=[member], deals=self._settings["matches"], rated=False)])
        found = harvest(self._matches(member), self._baselines, self._settings)
        if not found.samples:
            raise BadRequest(
                f"none of {found.answers} answers of {member.agent} can be learned from: they came without tokens, too "
                "late, or with no advantage; look at them by `arena matches`"
            )
        left = 1 - self._done / self._updates
        figures = gradient.step(found.samples, lr=self._settings["lr"] * left, entropy=self._settings["entropy"] * left)
        self._done += 1
        means = {f"baseline/{role}": value for role, value in self._baselines.kept.items()}
        self._run.log(self._done, {**found.figures(), **figures, **means})
        self._run.tell(
            f"update {self._done} of {self._updates}: {len(found.samples)} answers of {found.matches} matches, "
            f"{found.illegal} seats with an illegal one, entropy {figures['entropy']:.3f}"
        )
        self._keep(gradient)

    def _matches(self, member: Member) -> Iterator[Sequence[Trajectory]]:
        """Every match that this iterate played with itself, seat by seat."""
        for match in played(self._run, agent=member.agent):
            plan = match.stored.result.plan
            if all(party.agent == member.agent for party in plan.parties):
                self._learned.append(plan.match_id)
                yield list(trajectories(match.stored, match.seen, {}, lambda agent, version: None))

    # ---- where it stands

    def _keep(self, gradient: Gradient) -> None:
        """Write the next iterate, go on from there, and only then let go of the one before."""
        version = str(self._done)
        if self._done in self._marks:
            parent = seated(self._run, str(max(mark for mark in self._marks if mark < self._done)))
            digest = digest_of(self._learned)
            publish(self._run, gradient.policy, version, parent, stage=STAGE, data_digest=digest)
            self._learned = []
        else:
            with self._run.checkpoint(version) as draft:
                gradient.policy.save(draft)
        with self._run.writing(f"{_OPTIMIZERS}/{version}") as draft:
            gradient.save(draft)
        state: Any = {"done": self._done, "baselines": self._baselines.kept, "learned": self._learned}
        self._run.keep(state)
        shutil.rmtree(self._run.folder / _OPTIMIZERS / str(self._done - 1), ignore_errors=True)
        if self._done - 1 not in self._marks:
            shutil.rmtree(self._run.checkpoint_path(str(self._done - 1)), ignore_errors=True)
