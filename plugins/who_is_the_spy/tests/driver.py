"""Plays matches of Who is the Spy by hand and by agents."""

from collections.abc import Callable, Sequence
from typing import Any

from arena.core.agent import Agent, Clock, Observation, SeatInfo
from arena.core.errors import ActionRefused
from arena.core.options import resolve
from arena.core.seed import Seed
from arena.core.values import EVENTS, Action, Json, MatchId, Seat
from arena_who_is_the_spy.game import SpyGame
from arena_who_is_the_spy.plugin import THEMES
from arena_who_is_the_spy.rules import OPTIONS
from arena_who_is_the_spy.state import SpyState

Factory = Callable[[SeatInfo], Agent]
EVERYTHING = frozenset({"text", "view", "card", "picture"})


def make(name: str = "text", **given: Json) -> SpyGame:
    """A variant with options."""
    theme = next(theme for theme in THEMES if theme.name == name)
    return SpyGame(theme, resolve((*OPTIONS, *theme.options), given))


def started(name: str = "text", number: int = 0, **given: Json) -> SpyState:
    """A first state."""
    return make(name, **given).new_state(Seed.of(number), {})


def say(state: SpyState, text: Action) -> Seat:
    """One clue of whoever is asked; its seat."""
    (seat,) = state.to_move()
    state.step({seat: state.check(seat, text)})
    return seat


def talk(state: SpyState) -> SpyState:
    """Every clue that is left, none of which means anything."""
    while state.phase == "clues":
        say(state, f"clue {len(state.clues)}")
    return state


def vote(state: SpyState, votes: dict[int, int | None]) -> SpyState:
    """The vote; whoever is not named votes N/A."""
    chosen = {seat: votes.get(seat) for seat in state.to_move()}
    none = state.rules.nothing
    state.step({seat: state.check(seat, none if vote is None else vote) for seat, vote in chosen.items()})
    return state


def voted(votes: dict[int, int | None], number: int = 0, **given: Json) -> SpyState:
    """A whole match with these votes, in which seat 0 is the spy: seats are counted from the spy on."""
    state = talk(started(number=number, **given))
    (spy,) = state.deal.spies
    n = state.rules.seats

    def real(seat: int | None) -> int | None:
        return None if seat is None else (seat + spy) % n

    return vote(state, {(seat + spy) % n: real(choice) for seat, choice in votes.items()})


def finish(game: SpyGame, seed: Seed, spies: Factory, civilians: Factory) -> SpyState:
    """The end of a match between agents; what is refused is asked again, and then lost, as the arena does."""
    state = game.new_state(seed, {})
    teams = game.teams(seed)
    agents = [(spies, civilians)[team](_info(game, seed, seat)) for seat, team in enumerate(teams)]
    read = [0] * len(agents)
    while movers := state.to_move():
        state.step({seat: _answer(state, seat, agents[seat], read, game.spec.max_refusals) for seat in movers})
    return state


def _answer(state: SpyState, seat: Seat, agent: Agent, read: list[int], tries: int) -> Action:
    for _ in range(tries):
        news = state.events(seat, read[seat]) if EVENTS in agent.wants else ()
        read[seat] += len(news)
        answer: Any = agent.act(
            Observation(0, state.observe(seat, agent.wants), news), state.legal(seat), Clock(1.0, 1.0)
        )
        try:
            return state.check(seat, answer)
        except ActionRefused:
            continue
    return state.default_action(seat)


def _info(game: SpyGame, seed: Seed, seat: int) -> SeatInfo:
    return SeatInfo(
        match_id=MatchId("m"),
        seat=Seat(seat),
        seats=game.spec.seats,
        game=game.spec.id,
        config=game.config,
        brief=game.spec.brief,
        seed=seed.derive("agent", seat),
    )


def spies_win(state: SpyState) -> bool:
    """Whether a match that is over was won by spies."""
    outcome: Sequence[Any] = state.outcome() or ()
    return any(entry.rank == 1 and entry.team == "spies" for entry in outcome)
