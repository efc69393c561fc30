"""`dpo-family`, round by round: answers of the current checkpoint, preferences among them, the next checkpoint."""

from pathlib import Path
from typing import cast

from arena.core.errors import BadRequest
from arena.loops.language.fitting import digest_of
from arena.loops.language.lineage import loaded, opened, origin, publish, rate_as_set
from arena.loops.language.seating import seated
from arena.loops.preference.sources import rows_of
from arena.loops.preference.trainer import prefer, tuning
from arena.loops.run import Run

START = "start"
"""The stage of a lineage's first member."""


def train(run: Run) -> None:
    """Train, freeze and rate a checkpoint a round, from the one before.

    Raises:
        BadRequest: the model cannot be loaded, the ledger has no such data, or a round finds nothing to prefer.
    """
    state = run.state()
    if state is None:
        _begin(run)
        run.keep(state := {"round": 0, "step": 0})
    for number in range(state["round"] + 1, cast(int, run.settings["rounds"]) + 1):
        state = {"round": number, "step": state["step"] + _round(run, number, state["step"])}
        run.keep(state)
    rate_as_set(run, [seated(run, str(number)) for number in range(state["round"] + 1)])


def _begin(run: Run) -> None:
    """The model it begins with, as the first of the lineage."""
    folder = cast(str, run.settings["model"])
    if not folder:
        raise BadRequest(
            "name the model that it begins with, as in --set model=runs/sft/checkpoints/0; `arena train sft` makes one"
        )
    publish(run, loaded(run, folder), "0", origin(run, Path(folder)), stage=START, data_digest="")


def _round(run: Run, number: int, step: int) -> int:
    """Train checkpoint `number` from the one before, in as many steps as are returned."""
    method = cast(str, run.settings["method"])
    policy = opened(run, str(number - 1))
    rows = rows_of(run, number, policy)
    run.tell(f"round {number} of {run.settings['rounds']}: {method} on {len(rows)} rows")
    steps = prefer(
        policy,
        opened(run, str(number - 1)),
        rows,
        tuning(run.settings, number),
        seed=run.seed + number,
        watcher=lambda at, figures: run.log(step + at, {f"{method}/{name}": each for name, each in figures.items()}),
    )
    learned = digest_of([(row.prompt, *row.answers) for row in rows])
    publish(run, policy, str(number), seated(run, str(number - 1)), stage=method, data_digest=learned)
    return steps
