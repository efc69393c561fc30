"""Bots for every variant of negotiation: they read nothing but the view that any agent gets."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import cast

from arena.core.agent import AgentFactory
from arena.core.options import Option
from arena.core.values import Config
from arena_negotiation.bots.concession import TimeDependent
from arena_negotiation.bots.imitation import TitForTat
from arena_negotiation.bots.whim import RandomOffers


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """A bot on offer; `make` takes what follows its name and its options."""

    name: str
    summary: str
    make: Callable[[str, Config], AgentFactory]
    options: tuple[Option, ...] = ()


def _time_dependent(rest: str, options: Config) -> AgentFactory:
    return partial(TimeDependent, beta=cast(float, options["beta"]))


def _beta(default: float, low: float, high: float) -> tuple[Option, ...]:
    words = "shape of the concession: below 1 late, above 1 early"
    return (Option(name="beta", kind="float", default=default, low=low, high=high, help=words),)


BOTS = (
    Bot(name="boulware", summary="concedes late", make=_time_dependent, options=_beta(0.2, 0.01, 1.0)),
    Bot(name="conceder", summary="concedes early", make=_time_dependent, options=_beta(5.0, 1.0, 100.0)),
    Bot(name="tit-for-tat", summary="concedes what it was conceded", make=lambda rest, options: TitForTat),
    Bot(name="random", summary="any offer it gains by, any deal it likes", make=lambda rest, options: RandomOffers),
)
