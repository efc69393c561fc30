"""Swapping goods: each side owns some of everything, and an offer says what its proposer would own afterwards.

`trade` is the resource exchange of NegotiationArena (arXiv 2402.05863): two resources, (25, 5) against (5, 25), and
each maximises its own total. `simple` is TextArena's SimpleNegotiation (arXiv 2504.11442): five resources, 5 to 25 of
each, values up to a fifth from 5, 10, 15, 25 and 40 and never outside 5 to 40, deal after deal in ten turns.
`simple-spiral` is its preset in SPIRAL (arXiv 2506.24119): ten of each of two, worth (5, 15) to one side and (15, 5)
to the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import starmap
from operator import add, mul
from random import Random
from typing import Final

from arena.core.options import Option
from arena.core.seed import Seed
from arena.core.values import OMNISCIENT, Config, Seat
from arena_negotiation.domain import Issue, Outcome, Split
from arena_negotiation.protocol import AlternatingOffers
from arena_negotiation.scenario import Fixed, Known, Scenario, Variant
from arena_negotiation.utility import Linear, Utility
from arena_negotiation.variants.table_talk import TALK, manners, rounds, whole

TRADE = (rounds(4), *TALK)
SIMPLE = (
    rounds(5),
    *TALK,
    Option(
        name="deals",
        kind="str",
        default="many",
        choices=("many", "one"),
        help="many: deals follow one another until the last turn; one: the first ends the match",
    ),
)
SPIRAL = SIMPLE

SIDES: Final = ("first", "second")
RESOURCES: Final = ("wheat", "wood", "sheep", "brick", "ore")
BASES: Final = (5, 10, 15, 25, 40)
LEAST, MOST = 5, 25
"""Pieces of each resource that a side may own at first."""
CHEAPEST, DEAREST = 5, 40
"""Values of one piece, whatever was drawn."""

Goods = tuple[int, ...]
"""One number a resource: pieces, or the value of one piece."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange(Variant):
    """Draws what each side owns, which everybody sees, and what a piece is worth to it, which nobody else does."""

    def scenario(self, seed: Seed) -> Scenario:
        """Pieces from LEAST to MOST, values from `value_range`, all uniform."""
        stocks, values = _draw(seed.stream("scenario"))
        return swap(RESOURCES, stocks, values)

    def disguised(self, seed: Seed, viewer: Seat) -> Scenario | None:
        """The same pieces and the viewer's own values; other values elsewhere."""
        if viewer == OMNISCIENT:
            return None
        stocks, values = _draw(seed.stream("scenario"))
        rng = seed.stream("disguise", viewer)
        others = [own if seat == viewer else _other_values(rng, own) for seat, own in enumerate(values)]
        return swap(RESOURCES, stocks, others)

    def rivals(self, known: Known, rival: Seat, rng: Random, most: int) -> Sequence[Utility]:
        """Values drawn anew, over what it owns by now."""
        assert known.holdings is not None
        drawn = [_utility(rival, _values(rng), known.highs) for _ in range(most)]
        return [each.less(each(known.holdings)) for each in drawn]


def trade(config: Config) -> Fixed:
    """The variant with its options applied."""
    names, stocks, values = ("x", "y"), ((25, 5), (5, 25)), ((1, 1), (1, 1))
    return Fixed(
        id="negotiation/trade",
        roles=SIDES,
        issues=names,
        manners=manners(config),
        summary="Swap two resources, each side for the largest total of its own",
        story=_story("Every piece counts one", "The match ends with the first deal"),
        protocol=AlternatingOffers(rounds=whole(config, "rounds"), proposals=max(1, whole(config, "rounds") - 1)),
        score_low=-30.0,
        score_high=30.0,
        only=swap(names, stocks, values),
    )


def simple(config: Config) -> Exchange:
    """The variant with its options applied."""
    bound = float(MOST * sum(value_range(base)[-1] for base in BASES))
    return Exchange(
        id="negotiation/simple",
        roles=SIDES,
        issues=RESOURCES,
        manners=manners(config),
        summary="Swap five resources whose worth to the other side is hidden; the larger gain wins",
        story=_story("Neither side is told what a piece is worth to the other", _deals(config)),
        protocol=AlternatingOffers(rounds=whole(config, "rounds"), repeat=config["deals"] == "many"),
        score_low=-bound,
        score_high=bound,
        set_deals=5,
    )


def spiral(config: Config) -> Fixed:
    """The variant with its options applied."""
    names, stocks, values = ("wood", "gold"), ((10, 10), (10, 10)), ((5, 15), (15, 5))
    return Fixed(
        id="negotiation/simple-spiral",
        roles=SIDES,
        issues=names,
        manners=manners(config),
        summary="Swap wood and gold that the sides value the other way round; the larger gain wins",
        story=_story("Neither side is told what a piece is worth to the other", _deals(config)),
        protocol=AlternatingOffers(rounds=whole(config, "rounds"), repeat=config["deals"] == "many"),
        score_low=-200.0,
        score_high=200.0,
        only=swap(names, stocks, values),
    )


def value_range(base: int) -> range:
    """What a piece may be worth: up to a fifth from `base`, rounded down, within CHEAPEST and DEAREST."""
    return range(max(base - base // 5, CHEAPEST), min(base + base // 5, DEAREST) + 1)


def swap(names: Sequence[str], stocks: Sequence[Goods], values: Sequence[Goods]) -> Scenario:
    """The scenario in which two sides own `stocks` and value a piece at `values`; an outcome is what seat 0 owns."""
    pools = tuple(starmap(add, zip(*stocks, strict=True)))
    worth = [float(sum(map(mul, own, stock))) for own, stock in zip(values, stocks, strict=True)]
    return Scenario(
        domain=Split(tuple(Issue(name, 0, n) for name, n in zip(names, pools, strict=True))),
        utilities=tuple(_utility(Seat(seat), own, pools) for seat, own in enumerate(values)),
        disagreement=(worth[0], worth[1]),
        private=tuple({"values": dict(zip(names, own, strict=True))} for own in values),
        told=tuple(map(_told, (names, names), stocks, values)),
        holdings=tuple(stocks[0]),
    )


def _utility(seat: Seat, values: Goods, pools: Goods) -> Linear:
    return Linear(tuple(-v for v in values), sum(map(mul, values, pools))) if seat else Linear(values)


def _draw(rng: Random) -> tuple[list[Goods], list[Goods]]:
    stocks = [tuple(rng.randint(LEAST, MOST) for _ in RESOURCES) for _ in range(2)]
    return stocks, [_values(rng) for _ in range(2)]


def _values(rng: Random) -> Goods:
    return tuple(rng.choice(value_range(base)) for base in BASES)


def _other_values(rng: Random, own: Goods) -> Goods:
    while (other := _values(rng)) == own:
        pass
    return other


def _told(names: Sequence[str], stock: Outcome, values: Goods) -> str:
    pieces = ", ".join(f"{n} {name} (worth {v} each)" for name, n, v in zip(names, stock, values, strict=True))
    return f"You own at first: {pieces}."


def _deals(config: Config) -> str:
    many = config["deals"] == "many"
    return "Deals may follow one another until the last turn" if many else "The match ends with the first deal"


def _story(worth: str, deals: str) -> str:
    return (
        "Two sides own resources and may swap them. An offer says how many pieces of each resource its proposer owns "
        f"afterwards; the other side owns the rest. {worth}. {deals}. A side scores what its goods are worth to it at "
        "the end less what they were worth at first."
    )
