"""The rows of the wanted matches, part by part; with what cannot be in an export refused."""

from collections.abc import Iterator
from typing import Self

from arena.core.errors import GameUnavailable
from arena.core.match import MatchPlan
from arena.training.formats import FORMATS
from arena.training.never import Never
from arena.training.parts import Part
from arena.training.progress import Progress
from arena.training.request import Request
from arena.training.source import Match, Source
from arena.training.tokenizer import Tokenizer
from arena.training.trajectory import ruleset


class Portions:
    """A source's matches from where the progress stands; where a part ends depends on the matches alone."""

    def __init__(self, source: Source, request: Request, progress: Progress, tokenizer: Tokenizer | None) -> None:
        self._request = request
        self.form = FORMATS[request.format]
        self._where = source.where
        self._progress = progress
        self._tokenizer = tokenizer
        self._matches = source.matches(progress.after)
        self.more = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._matches.close()

    def fill(self, part: Part) -> None:
        """Write rows until the part is full, or there are no more.

        Raises:
            Never: several versions of a game's rules, or not what the format is made of.
            GameUnavailable: a match was played by rules that are not installed.
            BadRequest: as `Part.add`.
            ArenaError: as `Source.matches`.
        """
        for match in self._matches:
            self._check(match.trajectories[0].result.plan, seen=match.trajectories[0].brief is not None)
            self._add(match, part)
            self._progress.after = match.place
            if part.full:
                return
        self.more = False

    def require_rows(self) -> None:
        """Raises Never where nothing fits."""
        if not self._progress.counts["rows"]:
            seats = self._progress.counts["trajectories"]
            made = f"none of the {seats} seats that fit makes a row of {self.form.name} ({self.form.help})"
            raise Never(f"there is nothing to export: {made if seats else 'no seat of any match fits'}")

    def _add(self, match: Match, part: Part) -> None:
        plan, counts = match.trajectories[0].result.plan, self._progress.counts
        self._progress.count(plan.game)
        split = self._request.splits.of(_deal_set(plan))
        for one in match.trajectories:
            if self._tokenizer is not None:
                self._tokenizer.fill(one)
            counts["trajectories"] += 1
            counts["rows"] += part.add(split, self.form.rows(one, split))

    def _check(self, plan: MatchPlan, *, seen: bool) -> None:
        if self._request.mixed:
            self._progress.counts.update(() if seen else ["matches_without_views"])
            return
        for version in self._other_versions(plan):
            raise Never(
                f"{plan.game.id} was played by version {version} of its rules and by version {plan.game.version}; "
                f"choose one by --since, or take both by --mixed-rules"
            )
        if not seen:
            raise GameUnavailable(
                f"match {plan.match_id} was played by version {plan.game.version} of {plan.game.id}, which is not "
                f"installed{self._where}; install it, leave such matches out, or take them without views by "
                f"--mixed-rules"
            )

    def _other_versions(self, plan: MatchPlan) -> Iterator[str]:
        if ruleset(plan.game) not in self._progress.rulesets:
            versions = [each["version"] for each in self._progress.rulesets.values() if each["game"] == plan.game.id]
            yield from (version for version in versions if version != plan.game.version)


def _deal_set(plan: MatchPlan) -> str:
    """The set that its deal was first played in: a deal is of one split, however often it is played."""
    return plan.set_id if plan.origin is None else plan.origin.set_id
