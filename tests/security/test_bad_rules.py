"""What the rules of a game of words do not allow is refused in a sentence that names their section."""

from itertools import count
from random import Random
from typing import Any

import pytest

from arena.core.errors import ActionRefused, BadOption
from arena.core.game import State
from arena.core.legal import Choices
from arena.core.seed import Seed
from arena.core.values import Action, Json, Seat
from arena.testing.drawing import drawn
from tests.security.installed import made


@pytest.mark.parametrize(
    ("game", "options", "complaint"),
    [
        ("werewolf/ww7-lspo", {"roles": {"werewolf": 4, "villager": 3}}, "fewer werewolves than others (RULES.md 8.2)"),
        ("werewolf/ww7-lspo", {"roles": {"villager": 7}}, "at least one werewolf"),
        ("werewolf/ww7-lspo", {"roles": {"dragon": 1, "villager": 6}}, "no role 'dragon'"),
        ("werewolf/ww7-lspo", {"threshold": "majority"}, "(RULES.md 8.3)"),
        ("werewolf/ww7-lspo", {"bids": "public"}, "(RULES.md 8.3)"),
        ("werewolf/mafia-n", {"seats": 7, "roles": {"werewolf": 1, "villager": 6}}, "not both (RULES.md 8.3)"),
        ("negotiation/multi-issue", {"parties": 3, "quota": 4}, "(RULES.md 11.6)"),
        ("negotiation/multi-issue", {"issues": 6, "levels": 20}, "(RULES.md 11.6)"),
        ("negotiation/balloon", {"bid": 20}, "(RULES.md 8.3)"),
        ("negotiation/buysell", {"value": 40}, "(RULES.md 8.3)"),
        ("who_is_the_spy/text", {"spies": 2}, "(RULES.md 1)"),
    ],
)
def test_options_that_cannot_be_played_are_refused(game: str, options: dict[str, Json], complaint: str) -> None:
    with pytest.raises(BadOption) as refused:
        made(game, **options)
    assert complaint in str(refused.value)
    assert "RULES.md" in str(refused.value)


def refusal(state: State, seat: int, action: Action) -> str:
    """Why this answer is refused."""
    with pytest.raises(ActionRefused) as refused:
        state.check(Seat(seat), action)
    return str(refused.value)


def test_an_offer_of_what_does_not_exist_is_refused() -> None:
    state = made("negotiation/dond").new_state(Seed.of(1), {})
    wrong: list[Any] = [{"book": 0, "hat": 0, "ball": 0, "sword": 1}, {"sword": 1}, {}, [], {"book": 0, "hat": 0}]
    for offer in wrong:
        assert "RULES.md 2.1" in refusal(state, 0, {"act": "propose", "offer": offer})
    assert "RULES.md 2.2" in refusal(state, 0, {"act": "propose", "offer": {"book": 99, "hat": 0, "ball": 0}})
    assert "RULES.md 3" in refusal(state, 0, {"act": "accept", "offer_id": 7})


def voting(game: str, seed: int = 0) -> State:
    """A match at its first vote: everybody drew by chance until then."""
    state, rng = made(game).new_state(Seed.of(seed), {}), Random(seed)
    while not isinstance(state.legal(min(state.to_move())), Choices) or phase(state) != "vote":
        state.step({seat: drawn(state, seat, rng) for seat in state.to_move()})
    return state


def phase(state: State) -> str:
    """The phase that everybody asked is in."""
    card: Any = state.observe(min(state.to_move()), frozenset({"card"}))["card"]
    return str(card["phase"])


def test_a_vote_for_oneself_or_for_nobody_there_is_refused() -> None:
    for game, section in (("werewolf/ww7-lspo", "RULES.md 3.3"), ("who_is_the_spy/text", "RULES.md 4.1")):
        state = voting(game)
        for target in (0, 99, -1, "0", None, 0.5, True):
            assert section in refusal(state, 0, target)


def test_a_vote_for_the_dead_is_refused() -> None:
    state = next(met for met in (voting("werewolf/ww7-lspo", seed) for seed in count()) if len(met.to_move()) < 7)
    living = sorted(state.to_move())
    dead = next(seat for seat in range(7) if seat not in living)
    assert "RULES.md 3.3" in refusal(state, living[0], dead)


def test_who_is_not_asked_says_nothing() -> None:
    """Two speeches in a turn: the second one comes when it is somebody else's."""
    for game, section in (("who_is_the_spy/text", "RULES.md 3"), ("negotiation/dond", "RULES.md 1.2")):
        state = made(game).new_state(Seed.of(2), {})
        (seat,) = state.to_move()
        state.step({seat: state.check(seat, state.default_action(seat))})
        assert section in refusal(state, seat, {"act": "reject"} if "negotiation" in game else "And another one.")
        assert refusal(state, seat, ["one", "two"])


def test_an_empty_clue_and_a_clue_repeated_are_refused() -> None:
    state = made("who_is_the_spy/text").new_state(Seed.of(2), {})
    (first,) = state.to_move()
    assert "RULES.md 3.2" in refusal(state, first, " \u200b\n ")
    assert "RULES.md 3.2" in refusal(state, first, "?!")
    state.step({first: state.check(first, "Seen in many homes.")})
    (second,) = state.to_move()
    assert "RULES.md 3" in refusal(state, second, "seen in MANY homes")
