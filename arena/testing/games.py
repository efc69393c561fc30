"""Tiny games answered by choices; the arena's own tests play them. `games_of_form` has the other forms of answer.

countdown  two seats in turn, perfect information, events, a tensor
guess      simultaneous, a hidden number each, leak-testable
doublet    the same seat moves twice in a row
poll       a question beside the moves, and a metric
chorus     cooperative and scored, with a reward channel
"""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from arena.core.game import Entries, Event, FieldSpec, GameSpec, Outcome, State
from arena.core.legal import Choices
from arena.core.options import Option
from arena.core.seed import Seed
from arena.core.values import OMNISCIENT, SPECTATOR, TENSOR, TEXT, Action, Fields, Seat, Value
from arena.testing.tiny import TEXT_FIELD, TinyGame, by_score, chosen, listed, spec


@listed("countdown", seats=2, options=(Option(name="start", kind="int", default=10, low=1, high=1000, help="matches"),))
class Countdown(TinyGame):
    """Two seats take one to three from a pile in turn; who takes the last one wins."""

    def make_spec(self) -> GameSpec:
        """Its one option is the size of the pile."""
        tensor = FieldSpec(name=TENSOR, kind="tensor", help="pile, seat to move", shape=(2,), dtype="int32")
        summary = "Take one to three from the pile in turn; who takes the last one wins."
        return spec(self, summary, fields=(TEXT_FIELD, tensor), perfect_information=True)

    def new_state(self, seed: Seed, entries: Entries) -> State:
        """The full pile, seat 0 to move."""
        return CountdownState(int(str(self.config["start"])))


class CountdownState(State):
    """A pile and whose turn it is."""

    __slots__ = ("mover", "pile", "taken")

    def __init__(self, pile: int) -> None:
        self.pile, self.mover, self.taken = pile, Seat(0), list[int]()

    def to_move(self) -> Collection[Seat]:
        return (self.mover,) if self.pile else ()

    def legal(self, seat: Seat) -> Choices:
        return Choices(range(1, min(3, self.pile) + 1), lambda n: f"take {n}")

    def check(self, seat: Seat, action: Action) -> Action:
        return chosen(self.legal(seat), action)

    def step(self, actions: Mapping[Seat, Action]) -> None:
        number = int(str(actions[self.mover]))
        self.pile -= number
        self.taken.append(number)
        self.mover = Seat(1 - self.mover)

    def observe(self, viewer: Seat, want: Fields) -> Mapping[str, Value]:
        fields: dict[str, Value] = {}
        if TEXT in want:
            fields[TEXT] = f"{self.pile} left, seat {self.mover} to move"
        if TENSOR in want:
            fields[TENSOR] = np.array([self.pile, self.mover], dtype=np.int32)
        return fields

    def events(self, viewer: Seat, since: int) -> Sequence[Event]:
        return [Event(n, "take", {"number": self.taken[n]}, Seat(n % 2)) for n in range(since, len(self.taken))]

    def default_action(self, seat: Seat) -> Action:
        return 1

    def outcome(self) -> Outcome | None:
        return None if self.pile else by_score([float(self.mover == 1), float(self.mover == 0)])


@listed("guess", seats=2)
class Guess(TinyGame):
    """Both seats hold a hidden number below ten and guess the other's at once, twice; the nearer one wins."""

    def make_spec(self) -> GameSpec:
        """Guesses become public after each round."""
        summary = "Guess the number the other seat holds, twice; the smaller error wins."
        return spec(self, summary, dynamics="simultaneous", score_low=-18.0, score_high=0.0)

    def new_state(self, seed: Seed, entries: Entries) -> State:
        """A number from 0 to 9 for each seat, each from a stream of its own."""
        return GuessState([seed.stream("number", seat).randrange(10) for seat in range(2)])

    def indistinguishable(self, seed: Seed, viewer: Seat) -> State | None:
        """The other seat holds another number."""
        numbers = [seed.stream("number", seat).randrange(10) for seat in range(2)]
        numbers[1 - viewer] = (numbers[1 - viewer] + 1) % 10
        return GuessState(numbers)


class GuessState(State):
    """The hidden numbers and the public guesses."""

    __slots__ = ("guesses", "numbers")

    def __init__(self, numbers: Sequence[int]) -> None:
        self.numbers, self.guesses = numbers, list[tuple[int, int]]()

    def to_move(self) -> Collection[Seat]:
        return (Seat(0), Seat(1)) if len(self.guesses) < 2 else ()

    def legal(self, seat: Seat) -> Choices:
        return Choices(range(10))

    def check(self, seat: Seat, action: Action) -> Action:
        return chosen(self.legal(seat), action)

    def step(self, actions: Mapping[Seat, Action]) -> None:
        self.guesses.append((int(str(actions[Seat(0)])), int(str(actions[Seat(1)]))))

    def observe(self, viewer: Seat, want: Fields) -> Mapping[str, Value]:
        if TEXT not in want:
            return {}
        known = {SPECTATOR: "", OMNISCIENT: f"numbers {self.numbers}; "}
        return {TEXT: known.get(viewer, f"you hold {self.numbers[viewer]}; ") + f"guesses {self.guesses}"}

    def events(self, viewer: Seat, since: int) -> Sequence[Event]:
        return [Event(n, "guesses", {"guesses": list(pair)}) for n, pair in enumerate(self.guesses)][since:]

    def default_action(self, seat: Seat) -> Action:
        return 0

    def outcome(self) -> Outcome | None:
        if len(self.guesses) < 2:
            return None
        return by_score([-float(sum(abs(pair[s] - self.numbers[1 - s]) for pair in self.guesses)) for s in range(2)])


class _ListState(State):
    """A state that is the list of choices made so far."""

    __slots__ = ("made",)

    def __init__(self) -> None:
        self.made: list[Mapping[Seat, int]] = []

    def check(self, seat: Seat, action: Action) -> Action:
        legal = self.legal(seat)
        assert isinstance(legal, Choices)
        return chosen(legal, action)

    def step(self, actions: Mapping[Seat, Action]) -> None:
        self.made.append({seat: int(str(action)) for seat, action in actions.items()})

    def observe(self, viewer: Seat, want: Fields) -> Mapping[str, Value]:
        return {TEXT: f"choices so far: {[list(made.values()) for made in self.made]}"} if TEXT in want else {}

    def default_action(self, seat: Seat) -> Action:
        return 0


@listed("doublet", seats=2)
class Doublet(TinyGame):
    """Each seat chooses twice in a row; the higher sum wins."""

    def make_spec(self) -> GameSpec:
        """Nothing is hidden."""
        return spec(self, "Choose twice, 0 to 4; the higher sum wins.", score_high=8.0, perfect_information=True)

    def new_state(self, seed: Seed, entries: Entries) -> State:
        """Nothing chosen."""
        return DoubletState()


class DoubletState(_ListState):
    """Seat 0 owes the first two choices, seat 1 the others."""

    __slots__ = ()

    def to_move(self) -> Collection[Seat]:
        return (Seat(len(self.made) // 2),) if len(self.made) < 4 else ()

    def legal(self, seat: Seat) -> Choices:
        return Choices(range(5))

    def outcome(self) -> Outcome | None:
        sums = [float(sum(made.get(Seat(seat), 0) for made in self.made)) for seat in range(2)]
        return by_score(sums) if len(self.made) == 4 else None


@listed("poll", seats=2)
class Poll(TinyGame):
    """Both seats show a number of fingers and then, as a question, say who they think has won."""

    def make_spec(self) -> GameSpec:
        """The question touches the metric `foresight` alone."""
        return spec(self, "Show 0 to 5 fingers; more wins. Then say who won.", dynamics="simultaneous", score_high=5.0)

    def new_state(self, seed: Seed, entries: Entries) -> State:
        """Nobody has shown anything."""
        return PollState()


class PollState(_ListState):
    """First the fingers, then the question, hidden from each other until the end."""

    __slots__ = ()

    def to_move(self) -> Collection[Seat]:
        return (Seat(0), Seat(1)) if len(self.made) < 2 else ()

    def legal(self, seat: Seat) -> Choices:
        return Choices(range(2), lambda n: f"seat {n}", question=True) if self.made else Choices(range(6))

    def observe(self, viewer: Seat, want: Fields) -> Mapping[str, Value]:
        return {TEXT: "who won?" if self.made else "show your fingers"} if TEXT in want else {}

    def outcome(self) -> Outcome | None:
        if len(self.made) < 2:
            return None
        shown, said = self.made
        winner = int(shown[Seat(1)] > shown[Seat(0)])
        foresight = [{"foresight": float(said[Seat(s)] == winner)} for s in range(2)]
        return by_score([float(shown[Seat(s)]) for s in range(2)], foresight)


@listed("chorus", seats=3)
class Chorus(TinyGame):
    """Three seats try to choose alike, four times; all score the number of times they did."""

    def make_spec(self) -> GameSpec:
        """Cooperative: one rank for all."""
        summary = "Choose as the others do, four times; everybody scores the successes."
        return spec(self, summary, dynamics="simultaneous", scored=True, score_high=4.0)

    def new_state(self, seed: Seed, entries: Entries) -> State:
        """Nothing sung."""
        return ChorusState()


class ChorusState(_ListState):
    """Four rounds, each public once it is over."""

    __slots__ = ()

    def to_move(self) -> Collection[Seat]:
        return (Seat(0), Seat(1), Seat(2)) if len(self.made) < 4 else ()

    def legal(self, seat: Seat) -> Choices:
        return Choices(range(2), ("low", "high").__getitem__)

    def rewards(self) -> Mapping[Seat, Mapping[str, float]]:
        won = bool(self.made) and self._alike(self.made[-1])
        return {Seat(seat): {"harmony": float(won)} for seat in range(3)}

    def outcome(self) -> Outcome | None:
        return by_score([float(sum(map(self._alike, self.made)))] * 3) if len(self.made) == 4 else None

    @staticmethod
    def _alike(made: Mapping[Seat, int]) -> bool:
        return len(set(made.values())) == 1
