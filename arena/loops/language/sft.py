"""`sft`: a language model learns to answer as agents did in recorded matches, and begins a lineage.

It is asked for each answer as it will be when it plays, and learns the tokens of the answer alone.
"""

from collections.abc import Sequence
from random import Random
from typing import Any, Final, cast

from arena.core.errors import BadRequest
from arena.ledger.stream import Wanted, last_number
from arena.loops.language.fitting import Fitting, digest_of, held_out
from arena.loops.language.lessons import Lesson, Lessons, exported, of_export, of_ledger
from arena.loops.language.lineage import loaded, publish, rate_as_set
from arena.loops.language.policy import Example, Policy
from arena.loops.language.settings import TINY
from arena.loops.language.tiny import make_tiny_model
from arena.loops.run import Run
from arena.training.read import Export

STAGE: Final = "sft"
FIRST: Final = "0"
"""The version of a lineage's first member."""
_BASE: Final = "base"
_UNDER_WAY: Final = "under-way"
_OPTIMIZER: Final = "optimizer.pt"


def train(run: Run) -> None:
    """Learn, freeze the result as the first of its lineage, and have it play rated sets.

    Raises:
        BadRequest: there are no such answers, or the model cannot be loaded.
    """
    export = exported(run)
    state = run.state() or _beginning(run, export)
    if export is not None and state["data"] != export.digest:
        raise BadRequest(f"{str(export.folder)!r} is another export than the run was begun with; name a new --run")
    lessons = of_ledger(run, state["until"]) if export is None else of_export(export)
    policy = _begun(run, lessons, state["epoch"])
    run.keep(state)  # from here on: who is refused before may ask otherwise
    rows = _examples(policy, lessons.train)
    if state["epoch"] < cast(int, run.settings["epochs"]):
        _learn(run, policy, rows, _examples(policy, lessons.test), state)
    learned = digest_of([(row.prompt, row.completion) for row in rows]) if export is None else export.digest
    member = publish(run, policy, FIRST, None, stage=STAGE, data_digest=learned)
    rate_as_set(run, [member])


def _beginning(run: Run, export: Export | None) -> dict[str, Any]:
    """What it learns from stays the same over kills."""
    until = last_number(run.grounds.ledger, Wanted(game=run.game.rated_id))
    return {"until": until, "data": "" if export is None else export.digest, "epoch": 0}


def _begun(run: Run, lessons: Lessons, epoch: int) -> Policy:
    """The model as it stood after so many epochs."""
    if epoch:
        return loaded(run, run.folder / _UNDER_WAY)
    source = cast(str, run.settings["model"])
    if source == TINY:
        source = str(run.folder / _BASE)
        with run.writing(_BASE) as draft:
            corpus = [message.text for one in lessons.train for message in one.messages]
            layers, hidden = cast(int, run.settings["layers"]), cast(int, run.settings["hidden"])
            make_tiny_model(draft, corpus, layers=layers, hidden=hidden, seed=run.seed)
    return loaded(run, source)


def _examples(policy: Policy, lessons: Sequence[Lesson]) -> list[Example]:
    return [Example(policy.prompt(one.messages), policy.tokens(one.answer)) for one in lessons]


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
