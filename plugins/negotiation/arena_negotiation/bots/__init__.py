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
from arena_negotiation.bots.micro import Micro
from arena_negotiation.bots.modelling import Modeller
from arena_negotiation.bots.models import BayesianModel, FrequencyModel, OpponentModel
from arena_negotiation.bots.planner import Planner
from arena_negotiation.bots.stubborn import HardLiner
from arena_negotiation.bots.whim import RandomOffers


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """A bot on offer; `make` takes what follows its name and its options, and a `null` one cannot negotiate."""

    name: str
    summary: str
    make: Callable[[str, Config], AgentFactory]
    options: tuple[Option, ...] = ()
    null: bool = False


def _plain(agent: AgentFactory) -> Callable[[str, Config], AgentFactory]:
    return lambda rest, options: agent


def _time_dependent(rest: str, options: Config) -> AgentFactory:
    return partial(TimeDependent, beta=cast(float, options["beta"]))


def _modeller(model: Callable[[int, bool], OpponentModel]) -> Callable[[str, Config], AgentFactory]:
    return lambda rest, options: partial(Modeller, model=model, beta=cast(float, options["beta"]))


def _beta(default: float, low: float, high: float) -> tuple[Option, ...]:
    words = "shape of the concession: below 1 late, above 1 early"
    return (Option(name="beta", kind="float", default=default, low=low, high=high, help=words),)


BOTS = (
    Bot(name="hard-liner", summary="its best offer, again and again", make=_plain(HardLiner)),
    Bot(name="random", summary="any offer it gains by, any deal it likes", make=_plain(RandomOffers), null=True),
    Bot(name="conceder", summary="concedes early", make=_time_dependent, options=_beta(5.0, 1.0, 100.0)),
    Bot(name="linear", summary="concedes evenly", make=_time_dependent, options=_beta(1.0, 0.01, 100.0)),
    Bot(name="boulware", summary="concedes late", make=_time_dependent, options=_beta(0.2, 0.01, 1.0)),
    Bot(name="tit-for-tat", summary="concedes what it was conceded", make=_plain(TitForTat)),
    Bot(name="micro", summary="a new offer for a new offer, and no more", make=_plain(Micro)),
    Bot(
        name="frequency",
        summary="concedes late; counts what the others ask for, and offers what they seem to like",
        make=_modeller(FrequencyModel),
        options=_beta(0.5, 0.01, 1.0),
    ),
    Bot(
        name="bayesian",
        summary="concedes late; infers the others' values, and offers what they seem to like",
        make=_modeller(BayesianModel),
        options=_beta(0.5, 0.01, 1.0),
    ),
    Bot(
        name="planner",
        summary="infers what the others value and how they concede, and plays its plans against that in its head",
        make=_plain(Planner),
    ),
)
