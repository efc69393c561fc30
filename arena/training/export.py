"""From a ledger to files: one pass in constant memory, which a killed process goes on with where it stood."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from arena.core.errors import BadRequest, Fault, GameFault, GameUnavailable, LedgerFault
from arena.core.match import GameRef, MatchResult, Seen
from arena.core.values import AgentName
from arena.ledger import Ledger
from arena.ledger.stream import Checkpoint, StoredMatch, head, is_past, stream
from arena.training.files import Folder, Row
from arena.training.formats import FORMATS, Format
from arena.training.parts import Part
from arena.training.ratings import RatingsBefore
from arena.training.request import Request
from arena.training.trajectory import Parents, Replay, Trajectory, ruleset, trajectories

_LINEAGE: Final = 10_000
"""Versions whose parents are kept in memory."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What came of it: the folder, and its manifest."""

    folder: Path
    manifest: Row


@dataclass(slots=True)
class _Progress:
    """How far an export is: everything up to match number `after` lies in `parts`."""

    request: Row
    ledger: Checkpoint
    after: int = -1
    portions: int = 0
    parts: list[Row] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    rulesets: dict[str, dict[str, Any]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
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


def export(
    ledger: Ledger,
    request: Request,
    out: Path,
    replay: Replay,
    tell: Callable[[int, int], None] = lambda matches, rows: None,
) -> Exported:
    """Write what is asked for into the new folder `out`; `replay` plays matches again, `tell` hears how far it is.

    The folder has its name only once it is whole; an export that was killed goes on when the same is asked for again.

    Raises:
        BadRequest: nothing fits, what fits cannot be in one export, or `out` is there or cannot be written.
        GameUnavailable: a match was played by rules that are not installed.
        LedgerFault: the ledger is not what was written, or not the one that the export was begun with.
    """
    if find_spec("pyarrow") is None:
        raise BadRequest("an export needs pyarrow; install arena[train]")
    with Folder(out) as folder:
        return _written(ledger, request, folder, replay, tell)


def _written(
    ledger: Ledger, request: Request, folder: Folder, replay: Replay, tell: Callable[[int, int], None]
) -> Exported:
    progress = _begun(ledger, request, folder)
    source = _Source(ledger, request, replay, progress)
    try:
        while source.more:
            with Part(folder, FORMATS[request.format].encoding, progress.portions) as part:
                source.fill(part)
                progress.parts += part.finish()
            progress.portions += 1
            folder.note(progress.as_json())
            tell(progress.counts["matches"], progress.counts["rows"])
        _require_rows(request, progress)
    except _Never as never:
        folder.forget()
        raise never.error from None
    manifest = _manifest(progress)
    folder.finish(manifest)
    return Exported(folder.out, manifest)


class _Never(Exception):
    """However often it is tried again: this export cannot be."""

    def __init__(self, error: BadRequest) -> None:
        super().__init__()
        self.error = error


def _begun(ledger: Ledger, request: Request, folder: Folder) -> _Progress:
    found = folder.progress()
    if found is None or (found["request"] != request.as_json() and not found["parts"]):
        now = head(ledger)
        if now is None:
            raise BadRequest("the ledger is empty; play something first, or name another one by --db")
        progress = _Progress(request.as_json(), now)
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
    return _Progress(
        found["request"], stood, found["after"], found["portions"], found["parts"], counts, found["rulesets"]
    )


class _Source:
    """The chosen matches, and their rows part by part; where a part ends depends on the matches alone."""

    def __init__(self, ledger: Ledger, request: Request, replay: Replay, progress: _Progress) -> None:
        self._request = request
        self._form = FORMATS[request.format]
        self._replay = replay
        self._progress = progress
        self._ratings = RatingsBefore(ledger, request.system)
        self._parents = _parents(ledger)
        self._matches = stream(ledger, request.wanted, progress.ledger, progress.after)
        self.more = True

    def fill(self, part: Part) -> None:
        """Write rows until the part is full, or there are no more."""
        for stored in self._matches:
            _check_rules(self._request, self._progress, stored)
            self._progress.count(stored.result.plan.game)
            split = self._request.splits.of(stored.result.plan.set_id)
            for one in self._chosen(stored):
                if self._form.tokens:
                    _check_tokens(self._form, one)
                self._progress.counts["trajectories"] += 1
                self._progress.counts["rows"] += part.add(split, self._form.rows(one, split))
            self._progress.after = stored.number
            if part.full:
                return
        self.more = False

    def _chosen(self, stored: StoredMatch) -> Iterator[Trajectory]:
        seen = self._seen(stored.result)
        if seen is None:
            _check_views(self._request, stored)
            self._progress.counts["matches_without_views"] += 1
        found = trajectories(stored, seen, self._ratings.of(stored), self._parents)
        return filter(self._request.takes, found)

    def _seen(self, result: MatchResult) -> Seen | None:
        try:
            return self._replay(result)
        except Fault as fault:
            raise GameFault(f"match {result.plan.match_id} cannot be played again: {fault}") from fault


def _check_views(request: Request, stored: StoredMatch) -> None:
    game = stored.result.plan.game
    if not request.mixed:
        raise GameUnavailable(
            f"match {stored.result.plan.match_id} was played by version {game.version} of {game.id}, which is not "
            f"installed; install it, leave such matches out, or take them without views by --mixed-rules"
        )


def _check_rules(request: Request, progress: _Progress, stored: StoredMatch) -> None:
    game = stored.result.plan.game
    if request.mixed or ruleset(game) in progress.rulesets:
        return
    for other in progress.rulesets.values():
        if other["game"] == game.id and other["version"] != game.version:
            raise _Never(
                BadRequest(
                    f"{game.id} was played by version {other['version']} of its rules and by version {game.version}; "
                    f"choose one by --since, or take both by --mixed-rules"
                )
            )


def _check_tokens(form: Format, one: Trajectory) -> None:
    for turn in one.turns:
        if turn.valid and not turn.has_tokens:
            raise _Never(
                BadRequest(
                    f"{form.name} is made of the token ids that were sampled, and {one.agent!r} sent none with move "
                    f"{turn.move} of match {one.result.plan.match_id}; choose an agent that does by --agent, or "
                    f"another format"
                )
            )


def _parents(ledger: Ledger) -> Parents:
    @lru_cache(maxsize=_LINEAGE)
    def parent(agent: AgentName, checkpoint: str) -> tuple[str, str] | None:
        return next((line.parent for line in ledger.agents.versions(agent) if line.version == checkpoint), None)

    return parent


def _require_rows(request: Request, progress: _Progress) -> None:
    if not progress.counts["rows"]:
        counts = progress.counts
        raise _Never(
            BadRequest(
                f"there is nothing to export: {counts['matches']} matches fit, with {counts['trajectories']} seats "
                f"that fit, and none of them makes a row of {request.format} ({FORMATS[request.format].help})"
            )
        )


def _manifest(progress: _Progress) -> Row:
    told = progress.as_json()
    del told["after"], told["portions"]
    told |= {"version": 1, "arena": version("arena")}
    return told | {"digest": hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()}
