"""DPO over the pairs of an iteration, and the checkpoint that comes of it."""

from collections.abc import Mapping

from arena.loops.language.fitting import digest_of
from arena.loops.language.lineage import opened, publish
from arena.loops.preference.rows import Pair as Row
from arena.loops.preference.trainer import Tuning, prefer
from arena_werewolf.loops.iteration import PAIRS, Iteration
from arena_werewolf.loops.pairs import Pair

STAGE = "lspo"


def tuned(iteration: Iteration) -> None:
    """(e) Train the parent on the pairs by DPO, and freeze what comes of it.

    Raises:
        BadRequest: the extra `train` is not installed.
    """
    run, policy = iteration.run, iteration.policy
    pairs = [Pair.read(told) for told in iteration.rows(PAIRS, "pairs.jsonl")]
    rows = [Row(pair.prompt, policy.ended(pair.chosen.ids), policy.ended(pair.rejected.ids)) for pair in pairs]
    how = Tuning(
        method="dpo", beta=iteration["beta"], lr=iteration["lr"], batch=iteration["batch"], epochs=iteration["epochs"]
    )

    def watch(at: int, figures: Mapping[str, float]) -> None:
        run.log(at, {f"dpo-{iteration.number}/{name}": value for name, value in figures.items()})

    run.tell(f"DPO on {len(rows)} pairs")
    reference = opened(run, str(iteration.number - 1))
    prefer(policy, reference, rows, how, seed=run.seed + iteration.number, watcher=watch)
    learned = digest_of([(row.prompt, *row.answers) for row in rows])
    publish(run, policy, str(iteration.number), iteration.parent, stage=STAGE, data_digest=learned)
