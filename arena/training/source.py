"""The chosen matches, played again, and their rows; with what cannot be in an export refused."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from arena.agents.language.conversation import settings_of
from arena.core.errors import Fault, GameFault, GameUnavailable
from arena.core.match import MatchPlan, MatchResult, Seen
from arena.core.values import AgentName
from arena.ledger import Ledger
from arena.ledger.ratings import RatingsBefore
from arena.ledger.stream import StoredMatch, kin, stream
from arena.rating import Rating
from arena.training.formats import FORMATS, Format
from arena.training.never import Never
from arena.training.pairs import same_deal
from arena.training.parts import Part
from arena.training.progress import Progress
from arena.training.request import Request
from arena.training.tokenizer import Tokenizer
from arena.training.trajectory import Parents, Replay, Trajectory, ruleset, trajectories

_LINEAGE: Final = 10_000
"""Versions whose parents are kept in memory."""
_KIN: Final = 16
"""Earlier matches of its set that a match is compared with."""


class Source:
    """The chosen matches, and their rows part by part; where a part ends depends on the matches alone."""

    def __init__(
        self, ledger: Ledger, request: Request, replay: Replay, progress: Progress, tokenizer: Tokenizer | None
    ) -> None:
        self._request = request
        self.form = FORMATS[request.format]
        self._settings = settings_of(request.told)
        self._replay = replay
        self._progress = progress
        self._ledger = ledger
        self._kept: dict[int, list[Trajectory]] = {}
        self._tokenizer = tokenizer
        self._ratings = RatingsBefore(ledger, request.system)
        self._parents = _parents(ledger)
        self._matches = stream(ledger, request.wanted, progress.ledger, progress.after)
        self.more = True

    def fill(self, part: Part) -> None:
        """Write rows until the part is full, or there are no more.

        Raises:
            Never: several versions of a game's rules, or not what the format is made of.
            GameUnavailable, GameFault: a match cannot be played again.
            BadRequest, LedgerFault: as `Part.add` and `stream`.
        """
        for stored in self._matches:
            _check_rules(self._request, self._progress, stored)
            self._progress.count(stored.result.plan.game)
            split = self._request.splits.of(_deal_set(stored.result.plan))
            for one in self._chosen(stored):
                self._progress.counts["trajectories"] += 1
                self._progress.counts["rows"] += part.add(split, self.form.rows(one, split))
            self._progress.after = stored.number
            if part.full:
                return
        self.more = False

    def _chosen(self, stored: StoredMatch) -> Iterator[Trajectory]:
        seen = self._seen(stored.result)
        if seen is None:
            _check_views(self._request, stored)
            self._progress.counts["matches_without_views"] += 1
        ratings = self._ratings.of(stored)
        akin = self._kin(stored, ratings) if self.form.kin else ()
        for one in filter(self._request.takes, trajectories(stored, seen, ratings, self._parents, self._settings)):
            one.kin = [each for each in akin if each.seat.seat == one.seat.seat]
            if self._tokenizer is not None:
                self._tokenizer.fill(one)
            yield one

    def _kin(self, stored: StoredMatch, ratings: Mapping[AgentName, Rating]) -> list[Trajectory]:
        """The wanted seats of earlier matches of the same deal that may have come through the same positions.

        What they are must not depend on what is kept, or a killed export would go on to other bytes.
        """
        wanted = self._request.wanted
        if stored.result.void:
            return []
        found = kin(self._ledger, stored, _KIN)
        same = [each for each in found if same_deal(each.result.plan, stored.result.plan)]
        akin = [one for each in same if each.result.ended_ms >= wanted.since_ms for one in self._known(each)]
        for one in akin:
            one.rating = ratings.get(one.agent)
        return list(filter(self._request.takes, akin))

    def _known(self, stored: StoredMatch) -> list[Trajectory]:
        """Its seats, kept for the next match that is akin."""
        if stored.number not in self._kept:
            self._kept[stored.number] = [
                *trajectories(stored, self._seen(stored.result), {}, self._parents, self._settings)
            ]
            if len(self._kept) > _KIN + 1:
                del self._kept[next(iter(self._kept))]
        return self._kept[stored.number]

    def _seen(self, result: MatchResult) -> Seen | None:
        try:
            return self._replay(result, self.form.views)
        except Fault as fault:
            raise GameFault(f"match {result.plan.match_id} cannot be played again: {fault}") from fault


def _deal_set(plan: MatchPlan) -> str:
    """The set that its deal was first played in: a deal is of one split, however often it is played."""
    return plan.set_id if plan.origin is None else plan.origin.set_id


def _check_views(request: Request, stored: StoredMatch) -> None:
    game = stored.result.plan.game
    if not request.mixed:
        raise GameUnavailable(
            f"match {stored.result.plan.match_id} was played by version {game.version} of {game.id}, which is not "
            f"installed; install it, leave such matches out, or take them without views by --mixed-rules"
        )


def _check_rules(request: Request, progress: Progress, stored: StoredMatch) -> None:
    game = stored.result.plan.game
    if request.mixed or ruleset(game) in progress.rulesets:
        return
    for other in progress.rulesets.values():
        if other["game"] == game.id and other["version"] != game.version:
            raise Never(
                f"{game.id} was played by version {other['version']} of its rules and by version {game.version}; "
                f"choose one by --since, or take both by --mixed-rules"
            )


def _parents(ledger: Ledger) -> Parents:
    @lru_cache(maxsize=_LINEAGE)
    def parent(agent: AgentName, checkpoint: str) -> tuple[str, str] | None:
        return ledger.agents.parent(agent, checkpoint)

    return parent


def require_rows(form: Format, progress: Progress) -> None:
    """Raises Never where nothing fits."""
    if not progress.counts["rows"]:
        counts = progress.counts
        raise Never(
            f"there is nothing to export: {counts['matches']} matches fit, with {counts['trajectories']} seats "
            f"that fit, and none of them makes a row of {form.name} ({form.help})"
        )
