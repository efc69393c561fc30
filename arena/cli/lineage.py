"""`arena agents --tree`: which version was trained from which, and which are frozen."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from arena.cli.output import print_json, print_table
from arena.core.errors import BadRequest

if TYPE_CHECKING:
    from arena.ledger import Checkpoint
    from arena.v1.population_pb2 import Checkpoint as Message

Line = dict[str, Any]
"""A version as --json prints it."""


def show_lineage(db: str, server: str | None, token: str | None, tls_ca: Path | None, *, as_json: bool) -> None:
    """Print every version below its parent: a line of descent is one column, and forks are further to the right."""
    lines = _from_server(server, token, tls_ca) if server else _from_ledger(db)
    if as_json:
        print_json({"checkpoints": lines})
        return
    if not lines:
        raise BadRequest("no agent has told a version yet; `arena population freeze` makes checkpoints")
    rows = [_row(depth, line) for depth, line in _tree(lines)]
    print_table("", ("version", "parent", "stage", "step", "figures", "frozen", "data digest"), rows)


def line_of(found: "Checkpoint") -> Line:
    """A version of a ledger."""
    frozen = found.frozen
    return {
        "agent": found.agent,
        "version": found.version,
        "parent": found.parent and {"agent": found.parent[0], "version": found.parent[1]},
        "created_ms": found.created_ms,
        "frozen_ms": frozen and frozen.frozen_ms,
        "stage": frozen.stage if frozen else "",
        "data_digest": frozen.data_digest if frozen else "",
        "step": frozen and frozen.step,
        "figures": dict(frozen.figures) if frozen else {},
    }


def told_line(found: "Message") -> Line:
    """A version as a server tells it."""
    return {
        "agent": found.agent,
        "version": found.version,
        "parent": {"agent": found.parent_agent, "version": found.parent_version} if found.parent_agent else None,
        "created_ms": found.created_ms,
        "frozen_ms": found.frozen_ms if found.frozen else None,
        "stage": found.stage,
        "data_digest": found.data_digest,
        "step": found.step if found.HasField("step") else None,
        "figures": dict(sorted(found.figures.items())),
    }


def _from_ledger(db: str) -> list[Line]:
    from arena.ledger import Ledger

    with Ledger.open(db, create=False) as ledger:
        return [*map(line_of, ledger.checkpoints.all())]


def _from_server(server: str, token: str | None, tls_ca: Path | None) -> list[Line]:
    from arena.client.remote import Remote

    with Remote(server, token=token, tls_ca=tls_ca) as remote:
        return [*map(told_line, remote.checkpoints())]


def _tree(lines: Sequence[Line]) -> Iterator[tuple[int, Line]]:
    """Depth first, with the number of forks above; what descends from itself begins anew somewhere.

    At a fork the only child that has children goes on in the column of its parent, below the others.
    """
    children: dict[str, list[Line]] = {}
    for line in lines:
        children.setdefault(line["parent"] and _label(line["parent"]), []).append(line)
    known = {_label(line) for line in lines}
    roots = [line for line in lines if line["parent"] is None or _label(line["parent"]) not in known]
    told: set[str] = set()
    for root in (*roots, *lines):
        below = [(0, root)]
        while below:
            depth, line = below.pop()
            if _label(line) in told:
                continue
            told.add(_label(line))
            yield depth, line
            young = children.get(_label(line), [])
            heirs = [child for child in young if _label(child) in children]
            heirs = heirs if len(heirs) == 1 else []
            others = [child for child in young if child not in heirs]
            below += [(depth, heir) for heir in heirs]
            below += [(depth + (len(young) > 1), child) for child in reversed(others)]


def _row(depth: int, line: Line) -> list[str | None]:
    mother = line["parent"] and _label(line["parent"])
    figures = ", ".join(f"{name} {value:.4g}" for name, value in line["figures"].items())
    step = None if line["step"] is None else str(line["step"])
    told = (line["stage"] or None, step, figures or None, _when(line), line["data_digest"] or None)
    return ["  " * depth + _label(line), mother, *told]


def _label(line: Line) -> str:
    return "@".join(filter(None, (line["agent"], line["version"])))


def _when(line: Line) -> str | None:
    if line["frozen_ms"] is None:
        return None
    return datetime.fromtimestamp(line["frozen_ms"] / 1000, UTC).strftime("%Y-%m-%d %H:%M")
