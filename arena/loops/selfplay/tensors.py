"""Self-play of a small network: update by update, with an average over all it has been and checkpoints on the way."""

import shutil
from collections.abc import Sequence
from typing import Final

import numpy as np

from arena.agents import mlp
from arena.agents.mlp import Floats, Mlp
from arena.core.seed import Seed
from arena.loops.language.seating import bots
from arena.loops.meeting import Member
from arena.loops.rated import rate
from arena.loops.run import Run
from arena.loops.selfplay.learner import Learner, initial
from arena.loops.selfplay.rae import RoleBaselines, discounted
from arena.loops.selfplay.rollout import Experience, form_of, play
from arena.loops.selfplay.settings import filled, marks_of

AVERAGE: Final = "average"
STAGE: Final = "self-play"
_LEARNERS: Final = "learner"


class TensorSelfPlay:
    """One run. All draws of an update follow from the run's seed and its number, so that it can be repeated."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._game = run.make_game()
        form = form_of(self._game, run.game.rated_id)
        settings = filled(run.settings)
        self._settings, self._updates = settings, settings["updates"]
        self._snap = max(1, self._updates // settings["snapshots"])
        self._seed = Seed.of(run.seed).derive("selfplay-pg")
        rng = np.random.default_rng(_number(self._seed.derive("weights")))
        first = initial(form, hidden=settings["hidden"], layers=settings["layers"], rng=rng)
        self._learner = Learner(first, clip=settings["clip"])
        self._baselines = RoleBaselines(settings["decay"] if settings["rae"] else 1.0)
        self._snapshots: list[Mlp] = []
        self._done = 0

    def train(self) -> None:
        """Go on to the end from wherever the run stands."""
        self._resume()
        marks = marks_of(self._updates, self._settings["checkpoints"])
        if self._done == 0:
            self._freeze(marks)
        while self._done < self._updates:
            self._update()
            snap = self._done % self._snap == 0
            if snap:
                self._snapshots.append(self._learner.network())
            if self._done in marks:
                self._freeze(marks)
            if snap or self._done in marks:
                self._keep()
        self._frozen(AVERAGE, self._snapshots, self._member(marks[-1]))
        self._game.close()
        self._rate([*marks, AVERAGE])

    def _update(self) -> None:
        self._done += 1
        seed = self._seed.derive("update", self._done)
        rng = np.random.default_rng(_number(seed))
        seeds = [seed.derive(match) for match in range(self._settings["matches"])]
        played = play(self._game, self._learner.network(), seeds, rng)
        left = 1 - (self._done - 1) / max(1, self._updates - 1)
        figures = self._learner.learn(
            played.inputs,
            played.legal,
            played.actions,
            self._advantages(played),
            entropy=self._settings["entropy"] * left,
            lr=self._settings["lr"] * left,
        )
        self._run.log(self._done, {**figures, **{f"baseline/{at}": b for at, b in self._baselines.kept.items()}})

    def _advantages(self, played: Experience) -> Floats:
        """Of each decision, shape (decisions,)."""
        gamma = self._settings["gamma"]
        advantages = np.zeros(len(played.actions), np.float32)
        for seats in played.matches:
            by_seat = self._baselines.advantages([seat.role for seat in seats], [seat.score for seat in seats])
            for seat, advantage in zip(seats, by_seat, strict=True):
                advantages[seat.decisions] = discounted(advantage, len(seat.decisions), gamma)
        return advantages

    # ---- checkpoints

    def _freeze(self, marks: Sequence[int]) -> None:
        """Freeze the network as it stands."""
        before = [mark for mark in marks if mark < self._done]
        self._frozen(str(self._done), [self._learner.network()], self._member(before[-1]) if before else None)
        if self._snapshots:
            self._run.log(self._done, {f"average/{k}": v for k, v in self._game.figures(self._snapshots).items()})

    def _frozen(self, version: str, mixture: Sequence[Mlp], parent: Member | None) -> None:
        with self._run.checkpoint(version) as folder:
            mlp.save(folder, mixture)
        member = self._member(version)
        figures = self._game.figures(mixture)
        self._run.log(self._done, {f"{'average' if version == AVERAGE else 'last'}/{k}": v for k, v in figures.items()})
        self._run.freeze(member, parent, stage=STAGE, step=self._done, figures=figures)

    def _rate(self, versions: Sequence[str | int]) -> None:
        """Have the checkpoints meet in rated sets, between themselves and with bots."""
        if sets := self._settings["sets"]:
            lineage = [self._member(version) for version in versions]
            rate(self._run, lineage, bots(self._run.settings), sets=sets, deals=self._settings["deals"])

    def _member(self, version: str | int) -> Member:
        return self._run.member(str(version), f"mlp:{self._run.checkpoint_path(str(version))}")

    # ---- where it stands

    def _keep(self) -> None:
        place = f"{_LEARNERS}/{self._done}"
        with self._run.writing(place) as folder:
            self._learner.save(folder)
            if self._snapshots:
                mlp.save(folder, self._snapshots)
        self._run.keep({"done": self._done, "baselines": self._baselines.kept})
        self._tidy()

    def _resume(self) -> None:
        state = self._run.state()
        if state is None:
            return
        self._done, self._baselines.kept = state["done"], state["baselines"]
        folder = self._run.folder / _LEARNERS / str(self._done)
        self._learner.restore(folder)
        self._snapshots = list(mlp.load(folder)) if self._done >= self._snap else []
        self._tidy()
        self._run.tell(f"going on after update {self._done}")

    def _tidy(self) -> None:
        """Only what the kept state names is needed."""
        for folder in (self._run.folder / _LEARNERS).iterdir():
            if folder.name != str(self._done):
                shutil.rmtree(folder)


def _number(seed: Seed) -> int:
    return int.from_bytes(seed.value, "big")
