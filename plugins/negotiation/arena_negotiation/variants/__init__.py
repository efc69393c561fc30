"""Every negotiation on offer, as data: its options, and how they become a variant."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from arena.core.options import Option
from arena.core.values import Config
from arena_negotiation.scenario import Variant
from arena_negotiation.variants import dond, exchange, multi_issue, price, ultimatum


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A variant before its options are applied; `make` raises BadOption when they contradict each other."""

    make: Callable[[Config], Variant]
    options: tuple[Option, ...]
    min_seats: int = 2
    max_seats: int = 2


VARIANTS: Final[dict[str, Entry]] = {
    "negotiation/balloon": Entry(make=price.balloon, options=price.BALLOON),
    "negotiation/buysell": Entry(make=price.buysell, options=price.BUYSELL),
    "negotiation/ultimatum": Entry(make=ultimatum.ultimatum, options=ultimatum.OPTIONS),
    "negotiation/trade": Entry(make=exchange.trade, options=exchange.TRADE),
    "negotiation/simple": Entry(make=exchange.simple, options=exchange.SIMPLE),
    "negotiation/simple-spiral": Entry(make=exchange.spiral, options=exchange.SPIRAL),
    "negotiation/dond": Entry(make=dond.deal_or_no_deal, options=dond.OPTIONS),
    "negotiation/multi-issue": Entry(
        make=multi_issue.multi_issue, options=multi_issue.OPTIONS, max_seats=multi_issue.MOST_PARTIES
    ),
}


def variant(rated_id: str, config: Config) -> Variant:
    """The variant of a rated id; all its options are in `config`."""
    return VARIANTS[rated_id.partition("?")[0]].make(config)
