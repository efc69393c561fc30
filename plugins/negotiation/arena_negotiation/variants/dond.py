"""Deal or No Deal: three types of items to share, each worth something else to each side.

The setting of Lewis et al. (arXiv 1706.05125); scenarios are drawn from its constraints, none is taken from its data.
"""

from collections.abc import Sequence
from functools import cache
from itertools import product
from operator import mul
from random import Random
from typing import Final, TypeAlias

from arena.core.seed import Seed
from arena.core.values import OMNISCIENT, Config, Seat
from arena_negotiation.domain import Issue, Split
from arena_negotiation.protocol import AlternatingOffers
from arena_negotiation.scenario import Known, Scenario, Variant
from arena_negotiation.utility import Linear, Utility
from arena_negotiation.variants.table_talk import TALK, manners, rounds, whole

OPTIONS = (rounds(10), *TALK)

ITEMS: Final = ("book", "hat", "ball")
TOTAL: Final = 10
"""What all items together are worth to each side."""

Counts: TypeAlias = tuple[int, ...]
Values: TypeAlias = tuple[int, ...]
"""Points for one piece of each type."""


class DealOrNoDeal(Variant):
    """Draws counts uniformly among the allowed ones, then values uniformly among the pairs that fit them."""

    def scenario(self, seed: Seed) -> Scenario:
        """1-4 pieces of each type, 5-7 in all; values as `pairs` has them."""
        return _scenario(*_draw(seed))

    def disguised(self, seed: Seed, viewer: Seat) -> Scenario | None:
        """The same items and the viewer's own values; other values elsewhere."""
        counts, values = _draw(seed)
        others = [
            pair for pair in pairs(counts) if all((pair[s] == values[s]) == (s == viewer) for s in range(len(values)))
        ]
        if viewer == OMNISCIENT or not others:
            return None
        return _scenario(counts, seed.stream("disguise", viewer).choice(others))

    def rivals(self, known: Known, rival: Seat, rng: Random, most: int) -> Sequence[Utility]:
        """Those that make a pair with one's own values."""
        own = tuple(known.private["values"].values())
        others = [pair[rival] for pair in pairs(known.highs) if pair[known.seat] == own]
        return [_utility(rival, values) for values in rng.sample(others, min(most, len(others)))]


def deal_or_no_deal(config: Config) -> DealOrNoDeal:
    """The variant with its options applied."""
    return DealOrNoDeal(
        id="negotiation/dond",
        summary="Deal or No Deal: share 5-7 items of three types whose worth to the other side is hidden",
        story=(
            "Two sides share books, hats and balls. To each side all of them together are worth 10 points, but the "
            "sides value the types differently, and neither knows the other's values. An offer says how many pieces of "
            "each type its proposer keeps; the other side gets the rest. Without a deal both score 0."
        ),
        roles=("first", "second"),
        issues=ITEMS,
        manners=manners(config),
        protocol=AlternatingOffers(rounds=whole(config, "rounds")),
        score_low=0.0,
        score_high=float(TOTAL),
        set_deals=5,
    )


@cache
def piece_counts() -> Sequence[Counts]:
    """Every allowed number of pieces of each type."""
    return [counts for counts in product(range(1, 5), repeat=len(ITEMS)) if 5 <= sum(counts) <= 7]


@cache
def pairs(counts: Counts) -> Sequence[tuple[Values, Values]]:
    """Every pair of valuations: each makes all pieces worth 10, every type has a taker, and some type has two."""
    worth_ten = [
        values for values in product(range(TOTAL + 1), repeat=len(counts)) if sum(map(mul, counts, values)) == TOTAL
    ]
    return [(one, other) for one in worth_ten for other in worth_ten if _fit(one, other)]


def _fit(one: Values, other: Values) -> bool:
    takers = list(zip(one, other, strict=True))
    return all(a or b for a, b in takers) and any(a and b for a, b in takers)


def _draw(seed: Seed) -> tuple[Counts, tuple[Values, Values]]:
    rng = seed.stream("scenario")
    counts = rng.choice(piece_counts())
    return counts, rng.choice(pairs(counts))


def _scenario(counts: Counts, values: tuple[Values, Values]) -> Scenario:
    return Scenario(
        domain=Split(tuple(Issue(item, 0, n) for item, n in zip(ITEMS, counts, strict=True))),
        utilities=tuple(_utility(Seat(seat), own) for seat, own in enumerate(values)),
        disagreement=(0.0, 0.0),
        private=tuple({"values": dict(zip(ITEMS, own, strict=True))} for own in values),
        told=tuple(_told(counts, own) for own in values),
    )


def _utility(seat: Seat, values: Values) -> Linear:
    return Linear(tuple(-value for value in values), TOTAL) if seat else Linear(values)


def _told(counts: Counts, values: Values) -> str:
    pieces = ", ".join(f"{n} x {item}" for n, item in zip(counts, ITEMS, strict=True))
    worth = ", ".join(f"a {item} {value}" for item, value in zip(ITEMS, values, strict=True))
    return f"To share: {pieces}. Points to you: {worth}."
