"""Two matches that one seat cannot tell apart, played in step for as long as the rules tell that seat no difference."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from arena.core.canonical import canonical
from arena.core.game import Game, State
from arena.core.legal import Choices
from arena.core.seed import Seed
from arena.core.values import SPECTATOR, Action, Fields, Seat
from arena.testing.drawing import drawn
from arena.testing.findings import require
from arena.wire.codec import CODEC

_DRAWS: Final = 6
"""Tries to choose actions that do not tell the viewer the two matches apart, before these are let go."""
_IDS: Final = 256

Actions = dict[Seat, Action]


def prompt_bytes(state: State, viewer: Seat, step: int, since: int, wants: Fields) -> bytes:
    """What a match worker sends a seat that is to move: all it may want, its events from `since` on, what is legal."""
    events = state.events(viewer, since)
    fields, legal = state.observe(viewer, wants), state.legal(viewer)
    return CODEC.encode_prompt(step, fields, events, legal, labels=True, from_start=not since)


def view_bytes(state: State, viewer: Seat, wants: Fields) -> bytes:
    """All that somebody may see of a state without being asked."""
    return CODEC.encode_view(0, state.observe(viewer, wants), state.events(viewer, 0))


@dataclass(slots=True, kw_only=True)
class TwinDeals:
    """A deal and another one that looks the same to `viewer`; `compared` counts the prompts that were the same."""

    game: Game
    seed: Seed
    viewer: Seat
    max_steps: int
    compared: int = 0

    def play(self) -> bool:
        """Play both at random, comparing all that the viewer is sent. False where this deal has no twin.

        Raises:
            Broken: the viewer is sent a difference, or a spectator is shown one that the viewer is not.
        """
        states = self._dealt([])
        if states is None:
            return False
        rng, since, past = self.seed.stream("twins"), 0, list[Sequence[Actions]]()
        self._require_same(states, step=0)
        for _ in range(self.max_steps):
            if not all(state.to_move() for state in states):
                break
            since = self._compare_prompts(states, since)
            followed = self._next(states, past, rng)
            if followed is None:
                break
            states = followed
        for state in states:
            state.close()
        return True

    @property
    def _wants(self) -> Fields:
        return frozenset(spec.name for spec in self.game.spec.fields)

    def _dealt(self, past: Sequence[Sequence[Actions]]) -> tuple[State, State] | None:
        other = self.game.indistinguishable(self.seed, self.viewer)
        if other is None:
            return None
        states = (self.game.new_state(self.seed, {}), other)
        for step in past:
            for state, actions in zip(states, step, strict=True):
                state.step(actions)
        return states

    def _compare_prompts(self, states: Sequence[State], since: int) -> int:
        asked = [self.viewer in state.to_move() for state in states]
        require(asked[0] == asked[1], f"seat {self.viewer} is asked in one of two states that it cannot tell apart")
        if not asked[0]:
            return since
        one, two = (prompt_bytes(state, self.viewer, self.compared, since, self._wants) for state in states)
        require(one == two, f"seat {self.viewer} can tell two states apart that it may not: {_difference(one, two)}")
        self.compared += 1
        return len(states[0].events(self.viewer, 0))

    def _next(
        self, states: tuple[State, State], past: list[Sequence[Actions]], rng: Random
    ) -> tuple[State, State] | None:
        """Both states one step on, by actions that leave them alike; None when no draw does that."""
        for attempt in range(_DRAWS):
            if attempt:
                again = self._dealt(past)
                assert again is not None
                states = again
            chosen = self._choose(states, rng)
            for state, actions in zip(states, chosen, strict=True):
                state.step(actions)
            over = not all(state.to_move() for state in states)  # then everything may be shown to everybody
            if over or self._alike(states, len(past) + 1):
                past.append(chosen)
                return states
            for state in states:
                state.close()
        return None

    def _choose(self, states: Sequence[State], rng: Random) -> Sequence[Actions]:
        """The same wish for each seat in both states; where one cannot have it, its next best."""
        order, draw = rng.sample(range(_IDS), _IDS), rng.random()
        return [{seat: _taken(state, seat, order, f"{draw}/{seat}") for seat in state.to_move()} for state in states]

    def _alike(self, states: Sequence[State], step: int) -> bool:
        """Whether the rules have told the viewer no difference: neither in public nor by an event of its own.

        Where a game has no events, the seat's view has to stand for them.
        """
        views = [view_bytes(state, self.viewer, self._wants) for state in states]
        public = [view_bytes(state, SPECTATOR, self._wants) for state in states]
        if public[0] != public[1]:
            require(views[0] != views[1], f"in step {step} a spectator is shown what seat {self.viewer} is not")
            return False
        events = [list(state.events(self.viewer, 0)) for state in states]
        return views[0] == views[1] if not any(events) else canonical(events[0]) == canonical(events[1])

    def _require_same(self, states: Sequence[State], step: int) -> None:
        for viewer in (self.viewer, SPECTATOR):
            one, two = (view_bytes(state, viewer, self._wants) for state in states)
            told = f"viewer {viewer} sees a difference between deals that are one to seat {self.viewer}"
            require(one == two, f"{told}: {_difference(one, two)}")


def _taken(state: State, seat: Seat, order: Sequence[int], draw: str) -> Action:
    """The first choice in `order`; where there are no choices, a draw that the rules take, else the default."""
    legal = state.legal(seat)
    if isinstance(legal, Choices):
        return state.check(seat, min(legal.ids, key=lambda number: order[number] if number < _IDS else _IDS))
    return drawn(state, seat, Random(draw))


def _difference(one: bytes, two: bytes) -> str:
    at = next((n for n, pair in enumerate(zip(one, two, strict=False)) if pair[0] != pair[1]), min(len(one), len(two)))
    return f"{one[max(at - 20, 0) : at + 30]!r} and {two[max(at - 20, 0) : at + 30]!r}"
