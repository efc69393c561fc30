"""The agent suite lets good agents pass, sync, async and batched, and names what a bad one does wrong."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from arena.agents.sampling import first, sample
from arena.core.agent import Agent, BatchAgent, Clock, Decision, Observation, Reply, Resign, SeatInfo
from arena.core.game import ClockSpec, Game, SeatOutcome
from arena.core.legal import Legal
from arena.core.values import TEXT, Action, Config, Json
from arena.testing import AGENT_PROMISES, ConformanceError, check_agent, examine_agent
from arena.testing.games import Chorus, Countdown, Guess, Poll
from arena.testing.games_of_form import Parley, Steer
from arena.testing.tiny import TinyGame


class Plain(Agent):
    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        return first(legal)


class Waiting(Agent):
    async def act(self, observation: Observation, legal: Legal, clock: Clock) -> Reply:
        return Reply(sample(legal, self.seat.rng()))


class Batched(BatchAgent):
    def __init__(self) -> None:
        self.heard: list[SeatOutcome] = []

    def act_batch(self, decisions: Sequence[Decision]) -> list[Action | Reply | Exception]:
        return [first(decision.legal) for decision in decisions]

    def ended(self, seat: SeatInfo, outcome: SeatOutcome) -> None:
        self.heard.append(outcome)


@pytest.mark.parametrize("game", [Countdown, Guess, Poll, Chorus, Steer, Parley], ids=lambda game: game.__name__)
@pytest.mark.parametrize("agent", [Plain, Waiting])
def test_good_agent_keeps_every_promise(agent: type[Agent], game: Callable[[], Game]) -> None:
    assert [finding.promise for finding in check_agent(agent, game())] == [p.__name__ for p in AGENT_PROMISES]


def test_batch_agent_plays_every_seat_and_hears_every_outcome() -> None:
    agent = Batched()
    check_agent(agent, Countdown(), matches=6)
    assert len(agent.heard) == 6


class Illegal(Plain):
    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        return 99


class Raising(Plain):
    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        raise KeyError("lost")


class Meddling(Plain):
    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        observation.fields = {TEXT: "mine"}
        return first(legal)


class Resigning(Plain):
    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        raise Resign


class Sulking(Plain):
    def ended(self, outcome: SeatOutcome) -> None:
        raise RuntimeError("not fair")


class Picky(Plain):
    def __init__(self, seat: SeatInfo) -> None:
        if seat.seat:
            raise ValueError("only seat 0 will do")
        super().__init__(seat)


class Pushy(Plain):
    @classmethod
    def entry(cls, game: str, config: Config) -> Json:
        return "x" * 100


BAD: dict[type[Agent], tuple[str, type[TinyGame]]] = {
    Illegal: ("its_actions_are_legal", Countdown),
    Raising: ("it_raises_nothing_of_its_own", Countdown),
    Meddling: ("it_leaves_observations_alone", Countdown),
    Resigning: ("it_answers", Countdown),
    Sulking: ("it_hears_the_outcome", Countdown),
    Picky: ("it_sits_down_in_every_seat", Countdown),
    Pushy: ("its_entry_is_accepted", Parley),
}


@pytest.mark.parametrize("agent", BAD, ids=lambda agent: agent.__name__)
def test_bad_agent_breaks_exactly_its_promise(agent: type[Agent]) -> None:
    promise, game = BAD[agent]
    findings = examine_agent(agent, game())
    assert [finding.promise for finding in findings if not finding.kept] == [promise]


def test_slow_agent_is_found() -> None:
    game = Countdown()
    game.spec = replace(game.spec, clock=ClockSpec(decision=0.0, bank=0.0))
    with pytest.raises(ConformanceError, match="it_keeps_the_clock"):
        check_agent(Plain, game)
