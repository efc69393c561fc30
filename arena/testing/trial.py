"""Random matches of the game under test, and what can be seen of a state from outside."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random

from arena.agents.sampling import sample
from arena.core.canonical import canonical
from arena.core.game import Entries, Event, Game, State
from arena.core.legal import FreeText
from arena.core.seed import Seed
from arena.core.values import OMNISCIENT, SPECTATOR, Action, Fields, Media, Seat, Value
from arena.testing.drawing import drawn

Actions = Mapping[Seat, Action]


@dataclass(frozen=True, slots=True, kw_only=True)
class GameTrial:
    """A game under test: which matches are played, and how long each may get.

    `max_steps` cuts long matches short; promises about the end then rest on those that end before.
    """

    game: Game
    seeds: tuple[int, ...]
    max_steps: int
    entries: Entries = field(default_factory=dict)

    @property
    def seats(self) -> list[Seat]:
        """Every seat of the game."""
        return [Seat(n) for n in range(self.game.spec.seats)]

    @property
    def viewers(self) -> list[Seat]:
        """Everybody who may look: seats, the spectator, the omniscient."""
        return [*self.seats, SPECTATOR, OMNISCIENT]

    @property
    def fields(self) -> Fields:
        """The names of all fields that the game promises."""
        return frozenset(spec.name for spec in self.game.spec.fields)

    def start(self, seed: int) -> State:
        """A first state."""
        return self.game.new_state(Seed.of(seed), self.entries)

    def draw(self, state: State, rng: Random) -> Actions:
        """A checked random action for each seat that owes one."""
        return {seat: state.check(seat, self.answer(state, seat, rng)) for seat in sorted(state.to_move())}

    def answer(self, state: State, seat: Seat, rng: Random) -> Action:
        """A random answer that `legal` allows, of texts one that the rules take: not what was said before, say."""
        legal = state.legal(seat)
        return drawn(state, seat, rng) if isinstance(legal, FreeText) else sample(legal, rng)

    def walk(self, seed: int) -> Iterator[State]:
        """One random match, state by state, the first and the last included."""
        rng, state = Random(seed), self.start(seed)
        try:
            yield state
            for _ in range(self.max_steps):
                if not state.to_move():
                    return
                state.step(self.draw(state, rng))
                yield state
        finally:
            state.close()

    def states(self) -> Iterator[State]:
        """Every state of every match of the trial, one match after the other."""
        for seed in self.seeds:
            yield from self.walk(seed)

    def decisions(self) -> Iterator[tuple[State, Seat]]:
        """Every decision owed in `states`."""
        for state in self.states():
            for seat in sorted(state.to_move()):
                yield state, seat

    def seen(self, state: State, viewer: Seat) -> bytes:
        """All that one viewer can see of a state, as bytes."""
        fields = {name: _told(value) for name, value in state.observe(viewer, self.fields).items()}
        return canonical([fields, events(state, viewer)])

    def snapshot(self, state: State) -> bytes:
        """All that can be seen of a state from outside, by anybody, as bytes."""
        movers = sorted(state.to_move())
        outcome = state.outcome()
        ends = None if outcome is None else [[s.rank, s.score, s.role, s.team, dict(s.metrics)] for s in outcome]
        return canonical([movers, ends, [self.seen(state, viewer).decode() for viewer in self.viewers]])


def _told(value: Value) -> Value:
    """A value as `canonical` takes it: media, which it refuses, by type and digest."""
    return [value.mime, sha256(value.data).hexdigest()] if isinstance(value, Media) else value


def events(state: State, viewer: Seat, since: int = 0) -> list[Event]:
    """The viewer's events as a list."""
    return list(state.events(viewer, since))
