"""The leak scan for authors of games: what a seat is sent, byte for byte, holds nothing that it may not know."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from arena.core.canonical import canonical
from arena.core.game import Game, State
from arena.core.seed import Seed
from arena.core.values import OMNISCIENT, SPECTATOR, Seat
from arena.testing.encodings import encodings_of
from arena.testing.findings import Finding, all_kept, examine, require
from arena.testing.trial import GameTrial
from arena.testing.twin_deals import TwinDeals, prompt_bytes, view_bytes

_TELLING: Final = 12
"""Bytes of a secret that is looked for as it stands; a shorter one may be in a view for another reason."""
_ENOUGH: Final = 20
"""Matches in which twins that never go on are no accident."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakTrial:
    """A game with secrets, and how many matches of it are looked at."""

    game: Game
    matches: int
    max_steps: int
    seed: int = 0

    @property
    def seeds(self) -> range:
        """One a match."""
        return range(self.seed, self.seed + self.matches)

    @property
    def seats(self) -> list[Seat]:
        """Every seat of the game."""
        return [Seat(n) for n in range(self.game.spec.seats)]


def twins_look_the_same(trial: LeakTrial) -> None:
    """Deals that a seat cannot tell apart send it the same bytes, in every prompt until the rules tell them apart."""
    played = [twins for twins in (_twins(trial, number) for number in trial.seeds) if twins.play()]
    deepest = max((twins.compared for twins in played), default=0)
    if len(played) >= _ENOUGH:
        usual = max(_prompts(trial, number) for number in trial.seeds[:_ENOUGH])
        require(deepest >= min(2, usual), "in no match do twins go on beyond the first prompt of a seat")


def _prompts(trial: LeakTrial, number: int) -> int:
    """How often the seat that is asked most is asked in a match."""
    asked = [seat for state in _unfinished(trial, number) for seat in state.to_move()]
    return max(map(asked.count, asked), default=0)


def _twins(trial: LeakTrial, number: int) -> TwinDeals:
    viewer = trial.seats[number % len(trial.seats)]
    return TwinDeals(game=trial.game, seed=Seed.of(number), viewer=viewer, max_steps=trial.max_steps)


def secrets_are_in_no_prompt(trial: LeakTrial) -> None:
    """What is told to others alone stands in no byte of a seat's prompts or the public view, however it is written."""
    for number in trial.seeds:
        for viewer, sent, told, everything in _streams(trial, number):
            known = {canonical(data) for data in told}
            hidden = {secret for data in everything if (secret := canonical(data)) not in known}
            for secret in hidden:
                found = len(secret) >= _TELLING and any(form in sent for form in encodings_of(secret.decode()))
                require(not found, f"match {number}: viewer {viewer} is sent {secret.decode():.120}")


def _streams(trial: LeakTrial, number: int) -> Iterator[tuple[Seat, bytes, Sequence[Any], Sequence[Any]]]:
    """For each viewer of one match: all its bytes, the events it was told by then, and all that there were."""
    wants = frozenset(spec.name for spec in trial.game.spec.fields)
    sent: dict[Seat, bytes] = {}
    told: dict[Seat, Sequence[Any]] = {}
    everything: Sequence[Any] = ()
    for state in _unfinished(trial, number):
        for seat in sorted(state.to_move()):
            sent[seat] = sent.get(seat, b"") + prompt_bytes(state, seat, 0, len(told.get(seat, ())), wants)
            told[seat] = _data(state, seat)
        sent[SPECTATOR], told[SPECTATOR] = view_bytes(state, SPECTATOR, wants), _data(state, SPECTATOR)
        everything = _data(state, OMNISCIENT)
    for viewer, data in sent.items():
        yield viewer, data, told[viewer], everything


def _unfinished(trial: LeakTrial, number: int) -> Iterator[State]:
    course = GameTrial(game=trial.game, seeds=(number,), max_steps=trial.max_steps)
    return (state for state in course.walk(number) if state.to_move())


def _data(state: State, viewer: Seat) -> list[Mapping[str, Any]]:
    return [event.data for event in state.events(viewer, 0)]


def the_seed_is_in_no_prompt(trial: LeakTrial) -> None:
    """Neither the match's seed, nor that of another seat's agent, can be read from what a seat is sent."""
    for number in trial.seeds:
        seed = Seed.of(number)
        for viewer, sent, _, _ in _streams(trial, number):
            for secret in (seed, *(seed.derive("agent", seat) for seat in trial.seats)):
                found = any(form in sent for form in encodings_of(secret.value) | encodings_of(secret.hex()))
                require(not found, f"match {number}: viewer {viewer} is sent a seed")


def others_choices_change_no_menu(trial: LeakTrial) -> None:
    """Seats that choose at the same time are asked the same whatever the others choose in that step."""
    for number in trial.seeds:
        first, second = (_after_first_step(trial, number, draw) for draw in (1, 2))
        for viewer in trial.seats:
            if first is None or second is None or _knows_more(first, second, viewer):
                continue
            asked = [viewer in state.to_move() for state in (first, second)]
            require(
                asked[0] == asked[1], f"match {number}: seat {viewer} is asked or not by what others chose in secret"
            )


def _after_first_step(trial: LeakTrial, number: int, draw: int) -> State | None:
    course = GameTrial(game=trial.game, seeds=(number,), max_steps=trial.max_steps)
    state = course.start(number)
    if len(state.to_move()) < 2:
        return None
    state.step(course.draw(state, Random(draw)))
    return state


def _knows_more(first: State, second: State, viewer: Seat) -> bool:
    return any(_data(first, seat) != _data(second, seat) for seat in (viewer, SPECTATOR))


LEAK_PROMISES: tuple[Callable[[LeakTrial], None], ...] = (
    twins_look_the_same,
    secrets_are_in_no_prompt,
    the_seed_is_in_no_prompt,
    others_choices_change_no_menu,
)
"""Every promise; name and docstring are what a report shows."""


def examine_leaks(game: Game, *, matches: int = 100, seed: int = 0, max_steps: int = 200) -> list[Finding]:
    """One finding a promise, kept or broken, from `matches` random matches each."""
    return examine(LeakTrial(game=game, matches=matches, seed=seed, max_steps=max_steps), LEAK_PROMISES)


def check_leaks(game: Game, **settings: int) -> list[Finding]:
    """The findings of `examine_leaks` when every promise is kept.

    Raises:
        ConformanceError: a promise is broken; it is an AssertionError that lists each.
    """
    return all_kept(game.spec.id, examine_leaks(game, **settings))
