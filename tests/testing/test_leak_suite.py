"""The leak scan finds what is planted, whatever its disguise, and lets honest games pass."""

import base64
from collections.abc import Callable

import pytest

from arena.core.game import Event
from arena.core.legal import Choices
from arena.core.values import OMNISCIENT, SPECTATOR, TEXT
from arena.testing import examine_leaks
from arena.testing.encodings import encodings_of, found_in
from arena.testing.games import Guess, GuessState

SECRET = "the number is "


def leaky(**methods: Callable[..., object]) -> Guess:
    """Guess with states of other methods; what is hidden stands in an event of each seat."""

    def events(self: GuessState, viewer: int, since: int) -> list[Event]:
        told = [
            Event(0, "dealt", {"words": f"{SECRET}{number} of seat {seat}"})
            for seat, number in enumerate(self.numbers)
            if viewer in (seat, OMNISCIENT)
        ]
        told += [Event(0, "guesses", {"guesses": list(pair)}) for pair in self.guesses]
        return [event._replace(number=n) for n, event in enumerate(told)][since:]

    state = type("LeakyState", (GuessState,), {"__slots__": (), "events": events, **methods})

    class Leaky(Guess):
        def new_state(self, seed, entries):
            return state(Guess.new_state(self, seed, entries).numbers)

        def indistinguishable(self, seed, viewer):
            return state(Guess.indistinguishable(self, seed, viewer).numbers)

    return Leaky()


def broken(game: Guess) -> set[str]:
    return {finding.promise for finding in examine_leaks(game, matches=30) if not finding.kept}


def words(show: Callable[[GuessState, int], str]) -> Callable[..., dict[str, str]]:
    def observe(self: GuessState, viewer: int, want: frozenset[str]) -> dict[str, str]:
        return {TEXT: f"guesses {self.guesses} {show(self, viewer)}"} if TEXT in want else {}

    return observe


def other(state: GuessState, viewer: int) -> str:
    return f"{SECRET}{state.numbers[1 - viewer]} of seat {1 - viewer}" if viewer >= 0 else ""


def test_an_honest_game_passes():
    assert broken(leaky()) == set()


DISGUISES: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in hexadecimal": lambda text: text.encode().hex(),
    "in base64": lambda text: base64.b64encode(b"x" + f'{{"words":"{text}"}}'.encode()).decode(),
    "backwards": lambda text: f'{{"words":"{text}"}}'[::-1],
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_another_seats_secret_in_a_prompt_is_found(disguise):
    hide = DISGUISES[disguise]
    show = words(lambda state, viewer: hide(other(state, viewer)) if state.guesses or viewer >= 0 else "")
    assert "twins_look_the_same" in broken(leaky(observe=show))


def test_a_secret_that_comes_late_is_found():
    show = words(lambda state, viewer: other(state, viewer) if state.guesses else "")
    assert "twins_look_the_same" in broken(leaky(observe=show))


def test_a_menu_that_depends_on_a_secret_is_found():
    def legal(self, seat):
        return Choices(range(10 + (self.numbers[1 - seat] > 4)))

    assert "twins_look_the_same" in broken(leaky(legal=legal))


def test_who_is_asked_must_not_depend_on_a_secret():
    def to_move(self):
        return [seat for seat in (0, 1) if len(self.guesses) < 2 - (self.numbers[seat] % 2)]

    assert "twins_look_the_same" in broken(leaky(to_move=to_move))


def test_a_spectator_that_is_shown_a_secret_is_found():
    show = words(lambda state, viewer: f"{SECRET}{state.numbers[0]} of seat 0" if viewer == SPECTATOR else "")
    assert "twins_look_the_same" in broken(leaky(observe=show))


def test_a_seat_that_is_shown_its_seed_is_found():
    class Seeded(Guess):
        def new_state(self, seed, entries):
            state = super().new_state(seed, entries)
            return leaky_state(state.numbers, seed)

    class leaky_state(GuessState):  # noqa: N801 - a detail of this test
        __slots__ = ("seed",)

        def __init__(self, numbers, seed):
            super().__init__(numbers)
            self.seed = seed

        def observe(self, viewer, want):
            return {TEXT: base64.b64encode(b"--" + self.seed.value).decode()} if TEXT in want else {}

    assert "the_seed_is_in_no_prompt" in broken(Seeded())


@pytest.mark.parametrize("secret", ["CANARY-é", b"\x00\x01\xfe\xffsecret"])
def test_every_form_is_found_wherever_it_stands(secret):
    raw = secret.encode() if isinstance(secret, str) else secret
    for before in (b"", b"a", b"ab", b"abc"):
        for data in (before + raw, (before + raw).hex().encode(), base64.b64encode(before + raw + b"tail")):
            assert found_in(b"<" + data + b">", [secret]) == [secret]
    assert found_in(b"nothing of the kind", [secret]) == []
    assert all(len(form) >= 6 for form in encodings_of(secret))
