"""The balloon: one price between two fixed openings.

The setting of Fu et al. (arXiv 2305.10142): the balloon costs its seller 8, who opens at 20; the buyer opens at 10.
What it is worth to the buyer is not theirs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from arena.core.errors import BadOption
from arena.core.options import Option
from arena.core.seed import Seed
from arena.core.values import Config, Seat
from arena_negotiation.domain import Issue, Outcome, Terms
from arena_negotiation.protocol import AlternatingOffers
from arena_negotiation.scenario import Scenario, Variant
from arena_negotiation.utility import Linear

SELLER, BUYER = Seat(0), Seat(1)

OPTIONS = (
    Option(name="cost", kind="int", default=8, low=0, high=1000, help="what the balloon costs the seller"),
    Option(name="value", kind="int", default=20, low=0, high=1000, help="what the balloon is worth to the buyer"),
    Option(name="ask", kind="int", default=20, low=0, high=1000, help="the seller's opening, and the highest price"),
    Option(name="bid", kind="int", default=10, low=0, high=1000, help="the buyer's opening, and the lowest price"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Balloon(Variant):
    """One scenario for every seed: nothing is drawn."""

    only: Scenario

    def scenario(self, seed: Seed) -> Scenario:
        """Price is the only issue; both openings stand when the seller has its first turn."""
        return self.only

    def metrics(self, deal: Outcome) -> Mapping[str, float]:
        """The price."""
        return {"price": float(deal[0])}


def balloon(config: Config) -> Balloon:
    """The variant with its options applied.

    Raises:
        BadOption: bid or cost is not below ask and value both, so that a side could gain by no price.
    """
    cost, value, ask, bid = (cast(int, config[name]) for name in ("cost", "value", "ask", "bid"))
    for high_name, high in (("ask", ask), ("value", value)):
        _require_below("bid", bid, high_name, high)
        _require_below("cost", cost, high_name, high)
    surpluses = (0, bid - cost, ask - cost, value - bid, value - ask)
    return Balloon(
        id="negotiation/balloon",
        summary="Bargain over the price of one balloon between two fixed openings",
        story=(
            f"A seller and a buyer bargain over one balloon. The seller has asked {ask}, the buyer has bid {bid}, and "
            f"both offers stand. An offer names a whole price from {bid} to {ask}. The seller scores price less "
            "cost, the buyer what the balloon is worth to it less the price; without a deal both score 0."
        ),
        roles=("seller", "buyer"),
        issues=("price",),
        protocol=AlternatingOffers(rounds=cast(int, config["rounds"])),
        max_chars=cast(int, config["max_chars"]),
        score_low=float(min(surpluses)),
        score_high=float(max(surpluses)),
        only=_scenario(cost, value, ask, bid),
    )


def _scenario(cost: int, value: int, ask: int, bid: int) -> Scenario:
    return Scenario(
        domain=Terms((Issue("price", bid, ask),)),
        utilities=(Linear((1,), -cost), Linear((-1,), value)),
        disagreement=(0.0, 0.0),
        private=({"cost": cost}, {"value": value}),
        told=(f"The balloon costs you {cost}.", f"The balloon is worth {value} to you."),
        openings=((SELLER, (ask,)), (BUYER, (bid,))),
    )


def _require_below(low_name: str, low: int, high_name: str, high: int) -> None:
    if low >= high:
        raise BadOption(f"option {low_name}: {low} must be below {high_name}, which is {high}")
