"""`sft`: a language model learns to answer as agents did in matches of the ledger, and begins a lineage.

It is asked for each answer as it will be when it plays, and learns the tokens of the answer alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Any, Final, cast

from arena.ledger.stream import Wanted, last_number
from arena.loops.language.fitting import Fitting, digest_of, held_out
from arena.loops.language.lineage import loaded, publish, rate_as_set
from arena.loops.language.policy import Example, Policy
from arena.loops.language.record import Decision, decisions, played, require
from arena.loops.language.seating import named, playing
from arena.loops.language.settings import TINY
from arena.loops.language.tiny import make_tiny_model
from arena.loops.run import Run
from arena.training.splits import Splits

STAGE: Final = "sft"
FIRST: Final = "0"
"""The version of a lineage's first member."""
_SPLITS: Final = Splits({"train": 0.9, "test": 0.1})
_BASE: Final = "base"
_UNDER_WAY: Final = "under-way"
_OPTIMIZER: Final = "optimizer.pt"


@dataclass(slots=True)
class _Taught:
    """Answers to learn from, and others to test that on, by set."""

    train: list[Decision]
    test: list[Decision]


def train(run: Run) -> None:
    """Learn, freeze the result as the first of its lineage, and have it play rated sets.

    Raises:
        BadRequest: the ledger has no such answers, or the model cannot be loaded.
    """
    state = run.state() or {"until": last_number(run.grounds.ledger, Wanted(game=run.game.rated_id)), "epoch": 0}
    run.keep(state)
    taught = _taught(run, state["until"])
    policy = _begun(run, taught, state["epoch"])
    rows = _examples(policy, taught.train)
    if state["epoch"] < cast(int, run.settings["epochs"]):
        _learn(run, policy, rows, _examples(policy, taught.test), state)
    learned = digest_of([(row.prompt, row.completion) for row in rows])
    member = publish(run, policy, FIRST, None, stage=STAGE, data_digest=learned)
    rate_as_set(run, [member])


def _taught(run: Run, until: int) -> _Taught:
    names = named(run.settings["agents"])
    only_wins = run.settings["result"] == "win"
    taught = _Taught([], [])
    for match in islice(played(run, until=until), cast(int, run.settings["matches"])):
        to = taught.train if _SPLITS.of(match.stored.result.plan.set_id) == "train" else taught.test
        for one in decisions(match, playing(run.settings)):
            if names and one.trajectory.agent not in names:
                continue
            if not only_wins or one.trajectory.outcome == "win":
                to.append(one)
    if not taught.train:
        taught.train, taught.test = taught.test, []
    require(taught.train, run, f"answers of {' or '.join(names)}" if names else "answers")
    return taught


def _begun(run: Run, taught: _Taught, epoch: int) -> Policy:
    """The model as it stood after so many epochs."""
    if epoch:
        return loaded(run, run.folder / _UNDER_WAY)
    source = cast(str, run.settings["model"])
    if source == TINY:
        source = str(run.folder / _BASE)
        with run.writing(_BASE) as draft:
            corpus = [message.text for one in taught.train for message in one.scene.messages]
            layers, hidden = cast(int, run.settings["layers"]), cast(int, run.settings["hidden"])
            make_tiny_model(draft, corpus, layers=layers, hidden=hidden, seed=run.seed)
    return loaded(run, source)


def _examples(policy: Policy, decisions: Sequence[Decision]) -> list[Example]:
    return [Example(policy.asked(one.scene).prompt, policy.tokens(one.answer)) for one in decisions]


def _learn(run: Run, policy: Policy, rows: list[Example], test: list[Example], state: dict[str, Any]) -> None:
    batch, epochs = cast(int, run.settings["batch"]), cast(int, run.settings["epochs"])
    fitting = Fitting(policy, lr=cast(float, run.settings["lr"]), batch=batch)
    if state["epoch"]:
        fitting.load(run.folder / _UNDER_WAY / _OPTIMIZER)
    run.tell(f"learning from {len(rows)} answers, {len(test)} are left out to test it")
    for epoch in range(state["epoch"], epochs):
        losses: list[float] = []

        def watch(step: int, loss: float, losses: list[float] = losses) -> None:
            losses.append(loss)
            run.log(step, {"sft/loss": loss})

        fitting.epoch(rows, Random(f"{run.seed}/{epoch}"), watch)
        told = f", {held_out(policy, test, batch):.3f} nats an answer on those that were left out" if test else ""
        run.tell(f"epoch {epoch + 1} of {epochs}: {sum(losses) / len(losses):.3f} nats a token{told}")
        with run.writing(_UNDER_WAY) as draft:
            policy.save(draft)
            fitting.save(draft / _OPTIMIZER)
        run.keep({**state, "epoch": epoch + 1})
