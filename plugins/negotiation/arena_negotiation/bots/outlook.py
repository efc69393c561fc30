"""A view as a bot reads it: what it could offer, what that is worth to it, and what it may accept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from operator import mul
from typing import Any, cast

from arena.core.agent import Observation
from arena.core.values import VIEW, Action


@dataclass(frozen=True, slots=True)
class Candidate:
    """An offer the bot could make, and its own surplus from it."""

    quantities: Mapping[str, int]
    surplus: float
    asked: int
    """All quantities together: of offers worth the same, the smaller asks less of the other side."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An open offer to the bot, and its own surplus from it."""

    id: int
    surplus: float


class Outlook:
    """The view of one seat in its turn (RULES.md 5.1)."""

    def __init__(self, observation: Observation) -> None:
        self._view = cast(dict[str, Any], observation.fields[VIEW])
        self._seat: int = self._view["seat"]

    @property
    def time(self) -> float:
        """0 in the first turn of the match, 1 in its last two: Faratin's t / t_max."""
        last = self._view["turns"] - 2
        return min(1.0, self._view["turn"] / last) if last > 0 else 1.0

    @property
    def can_propose(self) -> bool:
        """Whether somebody is left to answer an offer."""
        return bool(self._view["turn"] + 2 <= self._view["turns"])

    @property
    def candidates(self) -> Sequence[Candidate]:
        """Every offer that harms the bot in nothing, the best for it first."""
        issues, payoff = self._view["issues"], self._view["payoff"]
        linear = payoff["offered_by"][self._seat]
        bounds = tuple((issue["name"], issue["low"], issue["high"]) for issue in issues)
        return _candidates(bounds, tuple(linear["weights"].values()), linear["constant"] - payoff["disagreement"])

    @property
    def standing(self) -> Standing | None:
        """The best open offer to the bot."""
        offers = [o for o in self._view["open_offers"] if self._seat not in o["backers"]]
        best = max(offers, key=lambda offer: offer["surplus"], default=None)
        return None if best is None else Standing(best["id"], best["surplus"])

    def cheapest(self, target: float) -> Candidate:
        """Of the offers worth at least `target` the one worth least to the bot, then the one that asks least."""
        enough = [candidate for candidate in self.candidates if candidate.surplus >= target]
        return min(enough or self.candidates[:1], key=lambda candidate: (candidate.surplus, candidate.asked))

    def answer(self, offer: Candidate, accepts_from: float) -> Action:
        """Accept what is worth at least `accepts_from` and any gain, else propose `offer`.

        In its last turn any gain is accepted, since nothing better can follow.
        """
        standing = self.standing
        if standing is not None and standing.surplus > 0 and (standing.surplus >= accepts_from or self._is_last):
            return {"act": "accept", "offer_id": standing.id}
        return {"act": "propose", "offer": offer.quantities} if self.can_propose else {"act": "reject"}

    @property
    def _is_last(self) -> bool:
        return bool(self._view["turn"] + len(self._view["roles"]) >= self._view["turns"])


@lru_cache(maxsize=256)
def _candidates(
    bounds: tuple[tuple[str, int, int], ...], weights: tuple[float, ...], constant: float
) -> Sequence[Candidate]:
    """The same in every turn of a match, hence kept."""
    names = [name for name, _, _ in bounds]
    offers = product(*(range(low, high + 1) for _, low, high in bounds))
    worth = ((offer, sum(map(mul, weights, offer), constant)) for offer in offers)
    found = [Candidate(dict(zip(names, offer, strict=True)), surplus, sum(offer)) for offer, surplus in worth]
    harmless = (candidate for candidate in found if candidate.surplus >= 0)
    return sorted(harmless, key=lambda candidate: (-candidate.surplus, candidate.asked))
