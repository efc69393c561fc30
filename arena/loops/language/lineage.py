"""Checkpoints of a language model: directories that `transformers:DIR` plays, frozen with what they came from."""

from collections.abc import Mapping, Sequence
from typing import cast

from arena.loops.language.policy import Policy
from arena.loops.language.seating import bots, seated
from arena.loops.meeting import Member
from arena.loops.rated import rate
from arena.loops.run import Run


def publish(
    run: Run,
    policy: Policy,
    version: str,
    parent: Member | None,
    *,
    stage: str,
    data_digest: str,
    figures: Mapping[str, float] | None = None,
) -> Member:
    """Save a policy as a checkpoint of the run and freeze it; one that was saved before a kill is not written again.

    Raises:
        LedgerFault: the disk is full or refuses.
    """
    if not run.checkpoint_path(version).is_dir():
        with run.checkpoint(version) as draft:
            policy.save(draft)
    member = seated(run, version)
    run.freeze(member, parent, stage=stage, data_digest=data_digest, figures=figures)
    return member


def opened(run: Run, version: str) -> Policy:
    """A checkpoint of the run, to be trained on."""
    return Policy.open(run.checkpoint_path(version), device=cast(str, run.settings["device"]))


def rate_as_set(run: Run, lineage: Sequence[Member]) -> None:
    """Have the lineage play the rated sets that the run's settings name, between themselves and with the bots."""
    sets, deals = cast(int, run.settings["sets"]), cast(int, run.settings["deals"])
    if sets:
        rate(run, lineage, bots(run.settings), sets=sets, deals=deals)
