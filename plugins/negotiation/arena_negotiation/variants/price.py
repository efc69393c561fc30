"""One price between a seller and a buyer: the balloon, and buying and selling.

The balloon is the setting of Fu et al. (arXiv 2305.10142): it costs its seller 8, who opens at 20; the buyer opens at
10. What it is worth to the buyer is not theirs. Buying and selling is that of NegotiationArena (arXiv 2402.05863):
cost 40, value 60, 100 to spend, ten iterations and at most four proposals a side.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from arena.core.errors import BadOption
from arena.core.options import Option
from arena.core.seed import Seed
from arena.core.values import OMNISCIENT, Config, Seat
from arena_negotiation.domain import Issue, Outcome, Terms
from arena_negotiation.protocol import AlternatingOffers
from arena_negotiation.scenario import Known, Scenario, Variant
from arena_negotiation.utility import Linear, Utility
from arena_negotiation.variants.table_talk import TALK, manners, rounds, whole

SELLER, BUYER = Seat(0), Seat(1)

BALLOON = (
    rounds(10),
    *TALK,
    Option(name="cost", kind="int", default=8, low=0, high=1000, help="what the balloon costs the seller"),
    Option(name="value", kind="int", default=20, low=0, high=1000, help="what the balloon is worth to the buyer"),
    Option(name="ask", kind="int", default=20, low=0, high=1000, help="the seller's opening, and the highest price"),
    Option(name="bid", kind="int", default=10, low=0, high=1000, help="the buyer's opening, and the lowest price"),
)
BUYSELL = (
    rounds(5),
    *TALK,
    Option(name="cost", kind="int", default=40, low=0, high=1000, help="what the object costs the seller"),
    Option(name="value", kind="int", default=60, low=0, high=1000, help="what the object is worth to the buyer"),
    Option(name="budget", kind="int", default=100, low=1, high=1000, help="the highest price"),
    Option(name="proposals", kind="int", default=4, low=1, high=100, help="offers each side may make"),
    Option(
        name="spread", kind="int", default=0, low=0, high=500, help="cost and value are drawn up to so far from theirs"
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Haggle(Variant):
    """Cost and value are drawn from ranges of whole numbers; a range of one number is no draw."""

    thing: str
    costs: range
    values: range
    low: int
    high: int
    opened: bool

    def scenario(self, seed: Seed) -> Scenario:
        """Cost and value, each uniform in its range."""
        return self._scenario(*self._draw(seed.stream("scenario")))

    def disguised(self, seed: Seed, viewer: Seat) -> Scenario | None:
        """The viewer's own limit, and another one elsewhere."""
        if viewer == OMNISCIENT:
            return None
        limits, rng = self._draw(seed.stream("scenario")), seed.stream("disguise", viewer)
        ranges = (self.costs, self.values)
        if any(len(spread) == 1 for seat, spread in enumerate(ranges) if seat != viewer):
            return None
        cost, value = (
            limit if seat == viewer else rng.choice([other for other in spread if other != limit])
            for seat, (limit, spread) in enumerate(zip(limits, ranges, strict=True))
        )
        return self._scenario(cost, value)

    def rivals(self, known: Known, rival: Seat, rng: Random, most: int) -> Sequence[Utility]:
        """Every limit of its range, or evenly spaced ones."""
        limits = self.costs if rival == SELLER else self.values
        spaced = limits[:: -(-len(limits) // most)]
        return [Linear((1,), -limit) if rival == SELLER else Linear((-1,), limit) for limit in spaced]

    def metrics(self, deal: Outcome) -> Mapping[str, float]:
        """The price."""
        return {"price": float(deal[0])}

    def _draw(self, rng: Random) -> tuple[int, int]:
        return rng.choice(self.costs), rng.choice(self.values)

    def _scenario(self, cost: int, value: int) -> Scenario:
        return Scenario(
            domain=Terms((Issue("price", self.low, self.high),)),
            utilities=(Linear((1,), -cost), Linear((-1,), value)),
            disagreement=(0.0, 0.0),
            private=({"cost": cost}, {"value": value}),
            told=(f"The {self.thing} costs you {cost}.", f"The {self.thing} is worth {value} to you."),
            openings=((SELLER, (self.high,)), (BUYER, (self.low,))) if self.opened else (),
        )


def balloon(config: Config) -> Haggle:
    """The variant with its options applied.

    Raises:
        BadOption: bid or cost is not below ask and value both, so that a side could gain by no price.
    """
    cost, value, ask, bid = (whole(config, name) for name in ("cost", "value", "ask", "bid"))
    for high_name, high in (("ask", ask), ("value", value)):
        _require_below("bid", bid, high_name, high)
        _require_below("cost", cost, high_name, high)
    return _haggle(
        config,
        id="negotiation/balloon",
        summary="Bargain over the price of one balloon between two fixed openings",
        story=(
            f"A seller and a buyer bargain over one balloon. The seller has asked {ask}, the buyer has bid {bid}, and "
            f"both offers stand. An offer names a whole price from {bid} to {ask}. The seller scores price less "
            "cost, the buyer what the balloon is worth to it less the price; without a deal both score 0."
        ),
        thing="balloon",
        protocol=AlternatingOffers(rounds=whole(config, "rounds")),
        costs=range(cost, cost + 1),
        values=range(value, value + 1),
        low=bid,
        high=ask,
        opened=True,
    )


def buysell(config: Config) -> Haggle:
    """The variant with its options applied.

    Raises:
        BadOption: cost is not below value and budget, so that a side could gain by no price.
    """
    cost, value, budget, spread = (whole(config, name) for name in ("cost", "value", "budget", "spread"))
    _require_below("cost", cost, "value", value)
    _require_below("cost", cost, "budget", budget)
    proposals = whole(config, "proposals")
    drawn = f" Cost and value are drawn up to {spread} from {cost} and {value}." if spread else ""
    return _haggle(
        config,
        id="negotiation/buysell",
        summary="Sell one object to a buyer who knows neither your cost nor your patience",
        story=(
            f"A seller and a buyer bargain over one object.{drawn} An offer names a whole price from 0 to {budget}. "
            f"Each side may make at most {proposals} offers, and an acceptance or a rejection ends the match. "
            "The seller scores price less cost, the buyer what the object is worth to it less the price; without a "
            "deal both score 0."
        ),
        thing="object",
        protocol=AlternatingOffers(rounds=whole(config, "rounds"), proposals=proposals, final=True),
        costs=range(max(0, cost - spread), cost + spread + 1),
        values=range(max(0, value - spread), value + spread + 1),
        low=0,
        high=budget,
        opened=False,
        set_deals=5 if spread else 1,
    )


def _haggle(
    config: Config, *, costs: range, values: range, low: int, high: int, set_deals: int = 1, **kind: object
) -> Haggle:
    surpluses = (0, low - costs[-1], high - costs[0], values[-1] - low, values[0] - high)
    return Haggle(
        roles=("seller", "buyer"),
        issues=("price",),
        manners=manners(config),
        score_low=float(min(surpluses)),
        score_high=float(max(surpluses)),
        costs=costs,
        values=values,
        low=low,
        high=high,
        set_deals=set_deals,
        **kind,  # type: ignore[arg-type]  # the callers above name the rest
    )


def _require_below(low_name: str, low: int, high_name: str, high: int) -> None:
    if low >= high:
        raise BadOption(f"option {low_name}: {low} must be below {high_name}, which is {high} (RULES.md 8.3)")
