"""Matches between agents of this process, without server or ledger, and means with intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from arena.agents.simple import DefaultAgent, RandomAgent
from arena.core.agent import AgentFactory, Clock, Observation, SeatInfo
from arena.core.game import Outcome
from arena.core.options import parse_query, resolve
from arena.core.seed import Seed
from arena.core.values import MatchId, Seat
from arena_negotiation.bots import BOTS
from arena_negotiation.game import NegotiationGame
from arena_negotiation.variants import VARIANTS

MULTI: Final = "negotiation/multi-issue?parties=3&quota=2"
GAMES: Final = (*VARIANTS, "negotiation/ultimatum?proposals=3", MULTI)
"""Rated ids: every variant, the ultimatum with several proposals, and three parties of which two make a deal."""
_Z: Final = 1.96


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over independent deals, and half the width of its 95 % interval (normal approximation)."""

    value: float
    half: float

    def __str__(self) -> str:
        return f"{self.value:.2f} ± {self.half:.2f}"

    @property
    def is_positive(self) -> bool:
        """Whether the whole interval is."""
        return self.value - self.half > 0.0


def mean_of(deals: NDArray[np.float64]) -> Mean:
    """Of one number a deal."""
    return Mean(float(deals.mean()), float(_Z * deals.std(ddof=1) / np.sqrt(len(deals))))


def made(rated_id: str) -> NegotiationGame:
    """The game that a rated id names."""
    name, _, query = rated_id.partition("?")
    entry = VARIANTS[name]
    config = resolve(entry.options, parse_query(entry.options, query))
    return NegotiationGame(entry.make(config), config)


def agents() -> dict[str, AgentFactory]:
    """Every bot with its default options, by name; the arena's `null`, and its `random` as `chance`."""
    bots: dict[str, AgentFactory] = {bot.name: bot.make("", resolve(bot.options, {})) for bot in BOTS}
    return {"null": DefaultAgent, **bots, "chance": RandomAgent}


def play(game: NegotiationGame, deal: int, makers: Sequence[AgentFactory]) -> Outcome:
    """One match of deal number `deal`."""
    seed, state = Seed.of(deal), game.new_state(Seed.of(deal), {})
    seats: list[Any] = [make(_info(game, seed, seat)) for seat, make in enumerate(makers)]
    while movers := state.to_move():
        (seat,) = movers
        seen = Observation(0, state.observe(seat, seats[seat].wants))
        action = seats[seat].act(seen, state.legal(seat), Clock(1.0, 1.0))
        state.step({seat: state.check(seat, action)})
    outcome = state.outcome()
    assert outcome is not None
    return outcome


def own_surplus(
    game: NegotiationGame, deals: int, agent: AgentFactory, others: Sequence[AgentFactory]
) -> NDArray[np.float64]:
    """The rated unit for each deal: the mean own surplus of `agent` over all seats, `others` in the rest in turn."""
    return np.array(
        [
            np.mean([_placed(game, deal, agent, others, seat) for seat in range(game.spec.seats)])
            for deal in range(deals)
        ]
    )


def _placed(game: NegotiationGame, deal: int, agent: AgentFactory, others: Sequence[AgentFactory], seat: int) -> float:
    makers = [others[n % len(others)] for n in range(game.spec.seats - 1)]
    return play(game, deal, [*makers[:seat], agent, *makers[seat:]])[seat].score


def _info(game: NegotiationGame, seed: Seed, seat: int) -> SeatInfo:
    return SeatInfo(
        match_id=MatchId("study"),
        seat=Seat(seat),
        seats=game.spec.seats,
        game=game.spec.id,
        config=game.config,
        brief="",
        seed=seed.derive("agent", seat),
    )
