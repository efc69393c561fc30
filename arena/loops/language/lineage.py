"""Checkpoints of a language model: directories that `transformers:DIR` plays, frozen with what they came from."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, cast

from arena.core.values import AgentName
from arena.loops.language.policy import Policy
from arena.loops.language.seating import bots, seated
from arena.loops.meeting import Member
from arena.loops.rated import rate
from arena.loops.run import Run
from arena.rating.population import PayoffTable, payoff_table

_NAMED: Final = "checkpoint.json"
"""In a checkpoint's directory: whose it is."""


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
    """Save a policy as a checkpoint of the run and freeze it, its version being its step.

    One that was saved before a kill is not written again.

    Raises:
        LedgerFault: the disk is full or refuses.
    """
    member = seated(run, version)
    if not run.checkpoint_path(version).is_dir():
        with run.checkpoint(version) as draft:
            policy.save(draft)
            (draft / _NAMED).write_text(json.dumps({"agent": member.agent, "version": version}), encoding="utf-8")
    run.freeze(member, parent, stage=stage, data_digest=data_digest, step=int(version), figures=figures)
    return member


def origin(run: Run, folder: Path) -> Member | None:
    """The checkpoint that another run left in a directory, where this ledger knows it."""
    try:
        named = json.loads((folder / _NAMED).read_bytes())
        agent, version = AgentName(named["agent"]), str(named["version"])
    except (OSError, ValueError, LookupError, TypeError):
        return None
    known = any(line.version == version for line in run.grounds.ledger.checkpoints.all(agent))
    return Member(agent, "", version) if known else None


def opened(run: Run, version: str) -> Policy:
    """A checkpoint of the run, to be trained on."""
    return loaded(run, run.checkpoint_path(version))


def loaded(run: Run, folder: str | Path) -> Policy:
    """The model of a directory, on the device and the threads that the run's settings name.

    Raises:
        BadRequest: as `Policy.open`.
    """
    policy = Policy.open(folder, device=cast(str, run.settings["device"]))
    if threads := cast(int, run.settings["threads"]):
        import torch

        torch.set_num_threads(threads)
    return policy


def rate_as_set(run: Run, lineage: Sequence[Member]) -> PayoffTable:
    """Have the lineage play the rated sets that the run's settings name, between themselves and with the bots.

    The table is empty where they name none.
    """
    sets, deals = cast(int, run.settings["sets"]), cast(int, run.settings["deals"])
    if not sets:
        return payoff_table({}, [], [])
    return rate(run, lineage, bots(run.settings), sets=sets, deals=deals)
