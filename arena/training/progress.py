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
from arena.ledger import Ledger
from arena.ledger.stream import Checkpoint, head, is_past
from arena.training.files import Folder, Row
from arena.training.request import Request
from arena.training.trajectory import ruleset

MANIFEST_VERSION: Final = 2
"""Of what a manifest says. 2: chats are those of play."""


@dataclass(slots=True)
class Progress:
    """How far an export is: everything up to match number `after` lies in `parts`."""

    request: Row
    ledger: Checkpoint
    after: int = -1
    portions: int = 0
    parts: list[Row] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    rulesets: dict[str, dict[str, Any]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For the folder to keep."""
        return {
            "request": self.request,
            "ledger": {"entry": self.ledger.entry, "hash": self.ledger.hash.hex()},
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


def begun(ledger: Ledger, request: Request, folder: Folder) -> Progress:
    """Where to go on: where an earlier process stood, else at the beginning, up to the ledger's present end.

    Raises:
        BadRequest: the ledger is empty, or the folder holds an unfinished export of something else.
        LedgerFault: it holds one that was begun with another ledger.
    """
    found = folder.progress()
    if found is None or (found["request"] != request.as_json() and not found["parts"]):
        now = head(ledger)
        if now is None:
            raise BadRequest("the ledger is empty; play something first, or name another one by --db")
        progress = Progress(request.as_json(), now)
        folder.begin(progress.as_json())
        return progress
    if found["request"] != request.as_json():
        raise BadRequest(
            f"{str(folder.partial)!r} holds an unfinished export of something else; finish that by the same command, "
            f"remove it, or name another folder"
        )
    stood = Checkpoint(found["ledger"]["entry"], bytes.fromhex(found["ledger"]["hash"]))
    if not is_past(ledger, stood):
        raise LedgerFault(f"{str(folder.partial)!r} was begun with another ledger; remove it, or name that one by --db")
    counts = Counter(found["counts"])
    return Progress(
        found["request"], stood, found["after"], found["portions"], found["parts"], counts, found["rulesets"]
    )
