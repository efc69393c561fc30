"""Every tiny game keeps every promise, and a game that breaks one is found out by exactly that promise."""

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import pytest

from arena.core.errors import ActionRefused, IllegalAction
from arena.core.game import Entries, Event, Outcome, SeatOutcome, State
from arena.core.legal import Choices
from arena.core.seed import Seed
from arena.core.values import TENSOR, TEXT, Action, Fields, Media, Seat, Value
from arena.testing import GAME_PROMISES, ConformanceError, check_game, examine_game
from arena.testing.faulty import Printing, Raising
from arena.testing.games import Chorus, Countdown, CountdownState, Doublet, Guess, GuessState, Poll
from arena.testing.games_of_form import Parley, ParleyState, Steer, Swatch, SwatchState
from arena.testing.tiny import TinyGame

TINY = (Countdown, Guess, Doublet, Poll, Chorus, Steer, Parley, Swatch)


@pytest.mark.parametrize("game", TINY, ids=lambda game: game.__name__)
def test_tiny_game_keeps_every_promise(game: type[TinyGame]) -> None:
    findings = check_game(game())
    assert [finding.promise for finding in findings] == [promise.__name__ for promise in GAME_PROMISES]
    assert all(finding.sentence for finding in findings)


def test_entries_reach_the_state() -> None:
    assert len(check_game(Parley(), entries={Seat(0): "keep five"})) == len(GAME_PROMISES)
    with pytest.raises(ConformanceError, match="at most 20 characters"):
        check_game(Parley(), entries={Seat(0): "x" * 21})


def test_broken_promises_are_raised_together() -> None:
    with pytest.raises(ConformanceError, match="testing/raising breaks") as caught:
        check_game(Raising())
    assert "this game raises on purpose" in str(caught.value)


class Spoilt(Countdown):
    """A countdown whose states are of another, spoilt type."""

    state: ClassVar[type[CountdownState]]

    def new_state(self, seed: Seed, entries: Entries) -> State:
        return self.state(int(str(self.config["start"])))


class Wordless(CountdownState):
    def observe(self, viewer: Seat, want: Fields) -> Mapping[str, Value]:
        return {name: value for name, value in super().observe(viewer, want).items() if name != TEXT}


class Talkative(CountdownState):
    def observe(self, viewer: Seat, want: Fields) -> Mapping[str, Value]:
        return super().observe(viewer, frozenset({TEXT, TENSOR}))


class Misshapen(CountdownState):
    def observe(self, viewer: Seat, want: Fields) -> Mapping[str, Value]:
        return {
            n: v.astype(np.int64) if isinstance(v, np.ndarray) else v for n, v in super().observe(viewer, want).items()
        }


class Forgetful(CountdownState):
    def events(self, viewer: Seat, since: int) -> list[Event]:
        return [Event(n, "take", {"number": self.taken[-1]}) for n in range(since, len(self.taken))]


class Gapped(CountdownState):
    def events(self, viewer: Seat, since: int) -> list[Event]:
        return [Event(2 * n, "take", {}) for n in range(since, len(self.taken))]


class Counting(CountdownState):
    looks = 0

    def observe(self, viewer: Seat, want: Fields) -> Mapping[str, Value]:
        self.looks += 1
        return {TEXT: f"look {self.looks}"} if TEXT in want else super().observe(viewer, want)


class Careless(CountdownState):
    def check(self, seat: Seat, action: Any) -> Action:
        return min(3, max(1, int(action)))


class Gullible(CountdownState):
    def check(self, seat: Seat, action: Action) -> Action:
        try:
            return super().check(seat, action)
        except ActionRefused:
            return 1


class Strict(CountdownState):
    def check(self, seat: Seat, action: Action) -> Action:
        if action == 2:
            raise ActionRefused("two is not liked here")
        return super().check(seat, action)


class Hasty(CountdownState):
    def check(self, seat: Seat, action: Action) -> Action:
        self.taken.append(int(str(super().check(seat, action))))
        return self.taken[-1]


class Greedy(CountdownState):
    def default_action(self, seat: Seat) -> Action:
        return 3


class Endless(CountdownState):
    def outcome(self) -> Outcome | None:
        return None


class Lavish(CountdownState):
    def outcome(self) -> Outcome | None:
        return None if self.pile else [SeatOutcome(1, 5.0), SeatOutcome(2, 0.0)]


class Halved(CountdownState):
    def outcome(self) -> Outcome | None:
        return None if self.pile else [SeatOutcome(1, 1.0)]


class Reversed(CountdownState):
    def outcome(self) -> Outcome | None:
        return None if self.pile else [SeatOutcome(1, 0.0), SeatOutcome(2, 1.0)]


class Barren(CountdownState):
    def legal(self, seat: Seat) -> Choices:
        return Choices(()) if self.pile == 1 else super().legal(seat)


class Nameless(CountdownState):
    def legal(self, seat: Seat) -> Choices:
        return Choices(super().legal(seat).ids, lambda n: "")


class Gambling(CountdownState):
    def step(self, actions: Mapping[Seat, Action]) -> None:
        super().step({seat: random.randint(1, min(3, self.pile)) for seat in actions})


class Meeting(CountdownState):
    steps: ClassVar[list[int]] = []

    def step(self, actions: Mapping[Seat, Action]) -> None:
        super().step(actions)
        self.steps.append(1)

    def observe(self, viewer: Seat, want: Fields) -> Mapping[str, Value]:
        return {TEXT: f"{len(self.steps)}"} if TEXT in want else super().observe(viewer, want)


class Paying(CountdownState):
    def rewards(self) -> Mapping[Seat, Mapping[str, float]]:
        return {Seat(2): {"coins": 1.0}}


SPOILT = {
    Wordless: "only_what_is_wanted_is_built",
    Talkative: "only_what_is_wanted_is_built",
    Misshapen: "fields_are_as_promised",
    Forgetful: "events_are_numbered_and_appended",
    Gapped: "events_are_numbered_and_appended",
    Counting: "looking_changes_nothing",
    Careless: "bad_actions_are_refused",
    Gullible: "bad_actions_are_refused",
    Strict: "legal_actions_are_accepted",
    Hasty: "checking_changes_nothing",
    Greedy: "defaults_are_legal",
    Endless: "seats_owe_decisions_until_the_outcome",
    Lavish: "outcomes_are_whole",
    Halved: "outcomes_are_whole",
    Reversed: "outcomes_are_whole",
    Barren: "something_is_legal",
    Nameless: "choices_have_names",
    Gambling: "global_randomness_is_untouched",
    Meeting: "matches_do_not_meet",
    Paying: "rewards_belong_to_seats",
}


def broken(game: TinyGame) -> set[str]:
    """The names of the promises this game breaks."""
    return {finding.promise for finding in examine_game(game) if not finding.kept}


@pytest.mark.parametrize(("state", "promise"), SPOILT.items(), ids=lambda value: getattr(value, "__name__", value))
def test_broken_promise_is_found(state: type[CountdownState], promise: str) -> None:
    game = type("Game", (Spoilt,), {"state": state})()
    assert promise in broken(game)


def test_global_draws_also_spoil_the_replay() -> None:
    game = type("Game", (Spoilt,), {"state": Gambling})()
    assert "replay_gives_the_same" in broken(game)


def test_printing_is_found() -> None:
    assert broken(Printing()) == {"nothing_is_printed"}


def test_match_longer_than_the_spec_says_is_found() -> None:
    game = Countdown({"start": 200})
    game.spec = replace(game.spec, max_decisions=50)
    assert broken(game) == {"matches_end"}


def test_call_over_the_step_budget_is_found() -> None:
    game = Countdown()
    game.spec = replace(game.spec, step_seconds=0.0)
    assert broken(game) == {"calls_keep_the_step_budget"}


def test_contradiction_in_the_spec_is_found() -> None:
    game = Countdown()
    game.spec = replace(game.spec, score_low=1.0)
    assert "the_spec_is_sound" in broken(game)


class Unsteady(SwatchState):
    """Shows the time of day, as it were, in the file beside the picture."""

    drawn: ClassVar[list[int]] = []

    def observe(self, viewer: Seat, want: Fields) -> Mapping[str, Value]:
        self.drawn.append(viewer)
        fields = super().observe(viewer, want)
        return {
            name: Media(value.mime, value.data + bytes([len(self.drawn) % 251])) if isinstance(value, Media) else value
            for name, value in fields.items()
        }


class Pictureless(SwatchState):
    def observe(self, viewer: Seat, want: Fields) -> Mapping[str, Value]:
        shown = super().observe(viewer, want)
        return {name: "a red picture" if isinstance(value, Media) else value for name, value in shown.items()}


@pytest.mark.parametrize(
    ("state", "promises"),
    [(Unsteady, {"media_are_the_same_in_every_match"}), (Pictureless, {"fields_are_as_promised"})],
)
def test_pictures_that_differ_or_are_none_are_found(state: type[SwatchState], promises: set[str]) -> None:
    class Spoilt(Swatch):
        def new_state(self, seed: Seed, entries: Entries) -> State:
            return state([seed.stream("colour", seat).randrange(2) for seat in range(2)])

    assert promises <= broken(Spoilt())


def test_leak_of_a_picture_is_found() -> None:
    class Leaky(SwatchState):
        def observe(self, viewer: Seat, want: Fields) -> Mapping[str, Value]:
            return super().observe(Seat(1 - viewer) if viewer >= 0 else viewer, want)

    class Mixed(Swatch):
        def new_state(self, seed: Seed, entries: Entries) -> State:
            return Leaky([seed.stream("colour", seat).randrange(2) for seat in range(2)])

        def indistinguishable(self, seed: Seed, viewer: Seat) -> State | None:
            other = super().indistinguishable(seed, viewer)
            assert isinstance(other, SwatchState)
            return Leaky(other.colours)

    assert broken(Mixed()) == {"hidden_differences_stay_hidden"}


def test_a_text_that_the_rules_refuse_by_chance_breaks_no_promise() -> None:
    """Free text cannot say all that the rules forbid, such as what was said before."""

    class NewWords(ParleyState):
        def _check_speech(self, action: Any) -> str:
            text = super()._check_speech(action)
            if text in self.said or len(text) % 7 == 0:
                raise IllegalAction("say something else")
            return text

    class Fussy(Parley):
        def new_state(self, seed: Seed, entries: Entries) -> State:
            return NewWords({})

    game = Fussy()
    game.spec = replace(game.spec, max_refusals=20)
    assert broken(game) <= {"defaults_are_legal"}


def test_leak_of_a_hidden_number_is_found() -> None:
    class LeakyState(GuessState):
        def observe(self, viewer: Seat, want: Fields) -> Mapping[str, Value]:
            return {TEXT: f"{self.numbers}"} if TEXT in want else {}

    class Leaky(Guess):
        def new_state(self, seed: Seed, entries: Entries) -> State:
            state = super().new_state(seed, entries)
            assert isinstance(state, GuessState)
            return LeakyState(state.numbers)

        def indistinguishable(self, seed: Seed, viewer: Seat) -> State | None:
            other = super().indistinguishable(seed, viewer)
            assert isinstance(other, GuessState)
            return LeakyState(other.numbers)

    assert broken(Leaky()) == {"hidden_differences_stay_hidden"}
