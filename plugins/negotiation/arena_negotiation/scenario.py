"""One deal of the cards: what is negotiated, who values it how, and how a variant draws it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from arena.core.seed import Seed
from arena.core.values import Json, Seat
from arena_negotiation.domain import Domain, Outcome
from arena_negotiation.protocol import AlternatingOffers
from arena_negotiation.speech import Manners
from arena_negotiation.utility import Utility


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What one match is about. `utilities`, `disagreement`, `private` and `told` have one entry a seat.

    `disagreement` is a seat's utility without a deal. `private` is what the seat alone knows, as JSON, `told` the same
    in words. `openings` are offers that stand before the first turn, oldest first. `holdings` is the outcome that holds
    as long as there is no deal, where there is one. `turns` is when the table closes, where that is hidden.
    """

    domain: Domain
    utilities: tuple[Utility, ...]
    disagreement: tuple[float, ...]
    private: tuple[Mapping[str, Json], ...]
    told: tuple[str, ...]
    openings: tuple[tuple[Seat, Outcome], ...] = ()
    holdings: Outcome | None = None
    turns: int | None = None

    def surplus(self, seat: Seat, outcome: Outcome | None) -> float:
        """What `seat` gains over its disagreement point by a deal made at once; 0 without one."""
        return 0.0 if outcome is None else self.utilities[seat](outcome) - self.disagreement[seat]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What one seat knows of a deal beside the rules: its private entry, the highest quantity of each issue, and the
    outcome that holds, where there is one."""

    seat: Seat
    private: Mapping[str, Any]
    highs: Outcome
    holdings: Outcome | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant(ABC):
    """The pieces that make one game id: a protocol, a way to draw scenarios, and the words of its rules.

    `roles` has one name a seat, `issues` one name an issue. `score_low` and `score_high` bound a seat's surplus over
    all scenarios and outcomes.
    """

    id: str
    summary: str
    story: str
    roles: tuple[str, ...]
    issues: tuple[str, ...]
    protocol: AlternatingOffers
    manners: Manners
    score_low: float
    score_high: float
    set_deals: int = 1

    @abstractmethod
    def scenario(self, seed: Seed) -> Scenario:
        """The scenario of this seed."""

    def disguised(self, seed: Seed, viewer: Seat) -> Scenario | None:
        """A scenario that differs from `scenario(seed)` only in what `viewer` may not know; None when there is none."""
        return None

    @abstractmethod
    def rivals(self, known: Known, rival: Seat, rng: Random, most: int) -> Sequence[Utility]:
        """What the seat `rival` may gain by an outcome over what it has, as far as the rules tell the seat that knows
        this: at most `most` draws of equal weight, at least one. The rules are public, and so are options (5)."""

    def metrics(self, deal: Outcome) -> Mapping[str, float]:
        """What is worth knowing of a deal in this variant, beside what every negotiation measures."""
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed(Variant):
    """A variant in which nothing is drawn: one scenario for every seed."""

    only: Scenario

    def scenario(self, seed: Seed) -> Scenario:
        """Always the same."""
        return self.only

    def rivals(self, known: Known, rival: Seat, rng: Random, most: int) -> Sequence[Utility]:
        """No secret."""
        worth = self.only.utilities[rival]
        base = self.only.disagreement[rival] if known.holdings is None else worth(known.holdings)
        return [worth.less(base)]
