"""What may be known (RULES.md 6): nobody's bytes depend on what the rules hide from it."""

import re
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from arena.agents.sampling import sample
from arena.core.canonical import canonical
from arena.core.errors import IllegalAction
from arena.core.seed import Seed
from arena.core.values import OMNISCIENT, SPECTATOR, Action, Json, Media, Seat, Value
from arena.testing import check_game
from arena_who_is_the_spy.state import SpyState
from arena_who_is_the_spy.words import Word, pairs
from plugins.who_is_the_spy.tests.driver import EVERYTHING, make, say, started, talk, vote, voted

SETTINGS: list[tuple[str, dict[str, Json]]] = [
    ("text", {}),
    ("text", {"role": "unknown"}),
    ("text", {"seats": 7, "spies": 3, "league": "strict"}),
    ("picture", {}),
    ("picture", {"role": "unknown", "describe": True}),
]


def plain(value: Value) -> Any:
    return [value.mime, value.data.hex()] if isinstance(value, Media) else value


def seen(state: SpyState, viewer: Seat) -> bytes:
    fields = {name: plain(value) for name, value in state.observe(viewer, EVERYTHING).items()}
    legal = repr(state.legal(viewer)).partition(" at 0x")[0] if viewer in state.to_move() else ""
    return canonical([fields, list(state.events(viewer, 0)), legal])


@pytest.mark.parametrize(("name", "given"), SETTINGS)
def test_every_promise_of_the_contract_is_kept(name: str, given: dict[str, Json]) -> None:
    """RULES.md 6"""
    assert check_game(make(name, **given))


@pytest.mark.parametrize(("name", "given"), SETTINGS)
def test_what_a_viewer_may_not_know_never_changes_its_bytes(name: str, given: dict[str, Json]) -> None:
    """RULES.md 6: from the first clue to the last vote; what hidden players say and vote is the same in both."""
    game, rng = make(name, **given), Random(1)
    for number in range(3):
        for viewer in [SPECTATOR, *map(Seat, range(game.rules.seats))]:
            first, other = game.new_state(Seed.of(number), {}), game.indistinguishable(Seed.of(number), viewer)
            assert isinstance(other, SpyState)
            assert (first.deal.spies, first.deal.civilian, first.deal.spy) != (
                other.deal.spies, other.deal.civilian, other.deal.spy
            )  # fmt: skip
            while first.phase != "over":
                assert seen(first, viewer) == seen(other, viewer)
                actions = {seat: answer(first, other, seat, rng) for seat in first.to_move()}
                for state in (first, other):
                    state.step(actions)


def answer(first: SpyState, other: SpyState, seat: Seat, rng: Random) -> Action:
    """An answer that both states take alike."""
    while True:
        action = sample(first.legal(seat), rng)
        try:
            canonical_form = first.check(seat, action)
            assert other.check(seat, action) == canonical_form
            return canonical_form
        except IllegalAction:
            continue


@pytest.mark.parametrize("role", ["known", "unknown"])
def test_no_word_reaches_who_does_not_hold_it_before_the_end(role: str) -> None:
    """RULES.md 2, 2.2, 6: over 100 matches, every byte of every viewer."""
    canaries = {"civilian": Word("canarycivilian"), "spy": Word("canaryspy")}
    for number in range(100):
        state = started(number=number, role=role)
        state.deal = replace(state.deal, **canaries)
        while state.phase != "over":
            for viewer in [SPECTATOR, *state.deal.order]:
                held = {f"canary{state.deal.role(viewer)}"} if viewer >= 0 else set()
                assert {*re.findall(r"canary\w+", seen(state, viewer).decode())} == held
            if state.phase == "clues":
                say(state, f"clue {len(state.clues)}")
            else:
                vote(state, {})


def test_roles_are_told_only_where_they_are_known() -> None:
    """RULES.md 2.2"""
    known, unknown = started(role="known"), started(role="unknown")
    for seat in known.deal.order:
        assert known.card(seat)["role"] == known.deal.role(seat)
        assert "role" not in unknown.card(seat)
        assert 'spy"' not in seen(unknown, seat).decode()


def test_a_spectator_knows_what_is_public_and_after_the_end_everything() -> None:
    """RULES.md 6"""
    state = started()
    assert [event.kind for event in state.events(SPECTATOR, 0)] == ["table"]
    talk(state)
    vote(state, {})
    told = {event.kind: event.data for event in state.events(SPECTATOR, 0)}
    assert [*told] == ["table", "clue", "votes", "end", "reveal"]
    assert told["reveal"]["spies"] == sorted(state.deal.spies)
    assert isinstance(state.deal.spy, Word)
    assert state.deal.spy.word in str(state.observe(SPECTATOR, EVERYTHING)["text"])


def test_a_spectator_sees_no_picture_before_the_end_and_both_afterwards() -> None:
    """RULES.md 6"""
    state = started("picture")
    assert "picture" not in state.observe(SPECTATOR, EVERYTHING)
    assert "picture" in state.observe(OMNISCIENT, EVERYTHING)
    own = state.observe(Seat(0), EVERYTHING)["picture"]
    vote(talk(state), {})
    assert state.observe(SPECTATOR, EVERYTHING)["picture"] == state.observe(OMNISCIENT, EVERYTHING)["picture"] != own
    assert state.observe(Seat(0), EVERYTHING)["picture"] == own


def test_a_picture_is_told_in_words_only_where_it_is_described() -> None:
    """RULES.md 2.3"""
    assert "row" not in seen(started("picture"), Seat(0)).decode()
    assert "row 1" in seen(started("picture", describe=True, objects=12), Seat(0)).decode()


def test_the_end_names_who_tied() -> None:
    """RULES.md 6"""
    state = voted({0: 1, 1: 0})
    ended = next(event.data for event in state.events(SPECTATOR, 0) if event.kind == "end")
    (spy,) = state.deal.spies
    assert (ended["accused"], ended["tied"], ended["winner"]) == (None, sorted([spy, (spy + 1) % 4]), "spies")
    assert "Nobody is accused. The spies win." in str(state.observe(SPECTATOR, EVERYTHING)["text"])


def test_hints_of_the_list_are_no_part_of_any_view() -> None:
    """RULES.md 6"""
    assert not any(hint in seen(started(), SPECTATOR).decode() for hint in pairs()[0].both)
