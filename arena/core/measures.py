"""What a plugin can tell of a game beside its results: columns of ladders, which moves are votes, what chance wins.

All of it is optional. It is asked for by the commands that show it and nowhere else, never while a match runs.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

from arena.core.errors import GameFault
from arena.core.values import AgentName, Seat

if TYPE_CHECKING:
    from arena.core.game import Game, State


class RatedAgent(NamedTuple):
    """An agent on a ladder. `spec` is the SPEC it last ran under in a worker; "" for one that came over a network."""

    name: AgentName
    spec: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A number for each agent of a ladder that results do not hold, such as the exploitability of a known policy.

    `name` is its key in JSON and CSV, a small identifier that ladders do not use already; `heading` stands above the
    table, `help` below it, in one line. `measure` takes the game and the agents of its ladder and leaves out those that
    it knows nothing of; it may raise GameUnavailable when it has nothing to say of this game.

    Raises:
        GameFault: `name` is no identifier.
    """

    name: str
    heading: str
    help: str
    measure: "Callable[[Game, Sequence[RatedAgent]], Mapping[AgentName, float]]"

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise GameFault(f"a column's name must be an identifier such as nash_conv, not {self.name!r}")


class Vote(NamedTuple):
    """One vote of a match: in which round of voting, whose, for whom. An abstention is none."""

    round: int
    voter: Seat
    target: Seat


class BaseRate(NamedTuple):
    """How often a side wins alone when a bot that cannot play well has all seats: `rate`, 0 to 1.

    `agent` is the bot's registered name; `side` is the team's name, or the number of the seat in games without teams.
    `matches` is how many were simulated; 0 when the rate is exact.
    """

    agent: str
    side: str
    rate: float
    matches: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What is known of one game, its options included.

    `votes` takes a state whose match is over and gives its votes in order; agents of one side that vote alike more
    often than others of their side are then reported. `base_rates` stand by rated id: against them is tested whether
    a null-class bot wins more than it should.

    Raises:
        GameFault: a rate is not between 0 and 1.
    """

    columns: tuple[Column, ...] = ()
    votes: "Callable[[State], Iterable[Vote]] | None" = None
    base_rates: Mapping[str, Sequence[BaseRate]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for rated_id, rates in self.base_rates.items():
            for one in rates:
                if not (isfinite(one.rate) and 0 <= one.rate <= 1 and one.matches >= 0):
                    raise GameFault(f"{rated_id}: the base rate of {one.agent} must be 0 to 1, not {one.rate:g}")
