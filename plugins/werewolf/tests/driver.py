"""Plays werewolf matches by hand: deals as strings of letters, nights and votes by who does what."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from arena.core.agent import Agent, Clock, Observation, SeatInfo
from arena.core.canonical import canonical, parse
from arena.core.legal import Choices
from arena.core.options import resolve
from arena.core.seed import Seed
from arena.core.values import EVENTS, OMNISCIENT, SPECTATOR, Action, Json, MatchId, Seat
from arena_werewolf.game import WerewolfGame
from arena_werewolf.presets import BY_NAME
from arena_werewolf.roles import DOCTOR, GUARD, HUNTER, SEER, VILLAGER, WEREWOLF, WITCH
from arena_werewolf.state import WerewolfState

EVERYTHING = frozenset({"text", "view", "card", "tensor"})
LETTERS = {"W": WEREWOLF, "S": SEER, "D": DOCTOR, "V": VILLAGER, "H": HUNTER, "G": GUARD, "X": WITCH}
"""An X marks the witch."""


def make(name: str = "ww7-lspo", **given: Json) -> WerewolfGame:
    """A preset with options."""
    preset = BY_NAME[name]
    return WerewolfGame(preset, resolve(preset.options, given))


def seated(letters: str, number: int = 0, **given: Json) -> WerewolfState:
    """A first state with these roles, such as "WWSDVVV"."""
    deal = tuple(LETTERS[letter] for letter in letters)
    roles = Counter(role.name for role in deal)
    game = make("ww7-lspo" if len(letters) == 7 else "ww4-mini", **{"roles": dict(roles), **given})
    return WerewolfState(game.rules, Seed.of(number), deal)


def turn(state: WerewolfState, wishes: Mapping[int, Action]) -> None:
    """One step: each asked seat gets its wish where that is legal, else its default."""
    actions = {}
    for seat in state.to_move():
        legal: Any = state.legal(seat)
        wish = wishes.get(seat, state.default_action(seat))
        fits = not hasattr(legal, "ids") or wish in legal.ids
        actions[seat] = state.check(seat, wish if fits else state.default_action(seat))
    state.step(actions)


def night(state: WerewolfState, kill: int, *, see: int | None = None, save: int | None = None) -> None:
    """A whole night: all wolves name `kill`; the doctor saves somebody else unless told."""
    wishes: dict[int, Action] = {}
    for seat in state.table.living:
        role = state.table.deal[seat]
        other = next(s for s in state.table.living if s != kill)
        if role is WEREWOLF:
            wishes[seat] = kill
        elif role is DOCTOR:
            wishes[seat] = other if save is None else save
        elif see is not None:
            wishes[seat] = see
    while state.phase.name == "night":
        before = state.table.day
        turn(state, wishes)
        if state.table.day != before:
            return


def talk(state: WerewolfState, said: Mapping[int, str] | None = None) -> None:
    """A whole discussion."""
    while state.phase.name == "discussion":
        turn(state, said or {})


def vote(state: WerewolfState, choices: Mapping[int, int]) -> None:
    """A vote; whoever is not named abstains."""
    assert state.phase.name == "vote"
    turn(state, choices)


def day(state: WerewolfState, kill: int, exile: int | None = None) -> None:
    """A night, a silent discussion and a unanimous vote, as far as the match lasts."""
    night(state, kill)
    talk(state)
    if state.phase.name == "vote":
        vote(state, {} if exile is None else dict.fromkeys(state.table.living, exile))


def winner(state: WerewolfState) -> str | None:
    """The side that won, "draw", or None while the match lasts."""
    outcome = state.outcome()
    if outcome is None:
        return None
    teams = {entry.team for entry in outcome if entry.rank == 1}
    return teams.pop() if len(teams) == 1 else "draw"


def viewers(state: WerewolfState) -> list[Seat]:
    """Everybody who may look."""
    return [*state.table.seats, SPECTATOR, OMNISCIENT]


def seen(state: WerewolfState, viewer: Seat) -> bytes:
    """Everything a viewer can see, as bytes: fields, events, and its legal actions when it is asked."""
    legal = repr(_legal(state, viewer)) if viewer in state.to_move() else ""
    return canonical([state.observe(viewer, EVERYTHING), list(state.events(viewer, 0)), legal])


def _legal(state: WerewolfState, seat: Seat) -> list[Any]:
    legal: Any = state.legal(seat)
    return [list(legal.ids), legal.labels] if hasattr(legal, "ids") else [repr(legal)]


def field(state: WerewolfState, viewer: int, name: str) -> Any:
    """One field of a viewer's observation."""
    return state.observe(Seat(viewer), frozenset({name}))[name]


def menu(state: WerewolfState, seat: int) -> Choices:
    """What a seat may choose from."""
    legal = state.legal(Seat(seat))
    assert isinstance(legal, Choices)
    return legal


def kinds(state: WerewolfState, viewer: int) -> list[str]:
    """The kinds of a viewer's events."""
    return [event.kind for event in state.events(Seat(viewer), 0)]


def told(state: WerewolfState, viewer: int, kind: str) -> list[Any]:
    """The data of a viewer's events of one kind."""
    return [parse(canonical(event.data)) for event in state.events(Seat(viewer), 0) if event.kind == kind]


Factory = Callable[[SeatInfo], Agent]


def info(game: WerewolfGame, seed: Seed, seat: int) -> SeatInfo:
    """What the agent of a seat knows before its first decision."""
    return SeatInfo(
        match_id=MatchId(seed.hex()),
        seat=Seat(seat),
        seats=game.spec.seats,
        game=game.spec.id,
        config=game.config,
        brief=game.spec.brief,
        seed=seed.derive("agent", seat),
    )


@dataclass
class Asked:
    """One decision as it was asked and answered."""

    state: WerewolfState
    seat: Seat
    action: Action


def play(game: WerewolfGame, seed: Seed, wolves: Factory, village: Factory) -> Iterator[Asked]:
    """A match of agents, decision by decision; the last one's state holds the outcome once the iterator ends."""
    state = game.new_state(seed, {})
    agents = [(wolves, village)[team](info(game, seed, n)) for n, team in enumerate(game.teams(seed))]
    read = [0] * len(agents)
    while movers := state.to_move():
        actions = {}
        for seat in movers:
            agent = agents[seat]
            news = state.events(seat, read[seat]) if EVENTS in agent.wants else ()
            read[seat] += len(news)
            answer: Any = agent.act(
                Observation(0, state.observe(seat, agent.wants), news), state.legal(seat), Clock(1.0, 1.0)
            )
            actions[seat] = state.check(seat, answer)
            yield Asked(state, seat, actions[seat])
        state.step(actions)


def finish(game: WerewolfGame, seed: Seed, wolves: Factory, village: Factory) -> WerewolfState:
    """The last state of such a match."""
    *_, last = play(game, seed, wolves, village)
    return last.state
