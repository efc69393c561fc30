"""How far an export is, as a killed one left it, and as the manifest of a whole one tells it."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, Final

from arena.core.errors import BadRequest, LedgerFault
from arena.core.match import GameRef
from arena.training.files import Folder, Row
from arena.training.request import Request
from arena.training.source import Source
from arena.training.trajectory import ruleset

MANIFEST_VERSION: Final = 2
"""Of what a manifest says. 2: chats are those of play."""


@dataclass(slots=True)
class Progress:
    """How far an export is: everything up to the place `after` lies in `parts`."""

    request: Row
    source: Source
    after: str = ""
    portions: int = 0
    parts: list[Row] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    rulesets: dict[str, dict[str, Any]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For the folder to keep."""
        return {
            "request": self.request,
            self.source.kind: self.source.origin,
            "after": self.after,
            "portions": self.portions,
            "parts": self.parts,
            "counts": dict(sorted(self.counts.items())),
            "rulesets": self.rulesets,
        }

    def count(self, game: GameRef) -> None:
        """One more match was read."""
        about = {"game": game.id, "version": game.version, "config": dict(game.config), "matches": 0}
        self.rulesets.setdefault(ruleset(game), about)["matches"] += 1
        self.counts["matches"] += 1

    def manifest(self, beside: Sequence[Row] = ()) -> Row:
        """What a whole export says of itself and of the files beside its parts, with a digest of that."""
        told = self.as_json()
        del told["after"], told["portions"]
        told |= {"version": MANIFEST_VERSION, "arena": version("arena"), "beside": list(beside)}
        return told | {"digest": hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()}


def begun(source: Source, request: Request, folder: Folder) -> Progress:
    """Where to go on: where an earlier process stood, else at the beginning, up to the ledger's present end.

    Raises:
        BadRequest: the ledger is empty, or the folder holds an unfinished export of something else.
        LedgerFault: it holds one that was begun with another ledger.
        ArenaError: as `Source.begin`.
    """
    found = folder.progress()
    same = found is not None and found["request"] == request.as_json() and source.kind in found
    if found is None or not (same or found["parts"]):
        source.begin()
        progress = Progress(request.as_json(), source)
        folder.begin(progress.as_json())
        return progress
    if not same:
        raise BadRequest(
            f"{str(folder.partial)!r} holds an unfinished export of something else; finish that by the same command, "
            f"remove it, or name another folder"
        )
    if why := source.resume(found[source.kind]):
        raise LedgerFault(f"{str(folder.partial)!r} {why}")
    counts = Counter(found["counts"])
    return Progress(
        found["request"], source, found["after"], found["portions"], found["parts"], counts, found["rulesets"]
    )
