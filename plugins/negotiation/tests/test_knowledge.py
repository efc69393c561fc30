"""Nobody learns another side's values from the engine, at any time (RULES.md 5)."""

import dataclasses
from random import Random

import pytest

from arena.agents.sampling import sample
from arena.core.canonical import canonical
from arena.core.game import State
from arena.core.seed import Seed
from arena.core.values import EVENTS, OMNISCIENT, SPECTATOR, TENSOR, TEXT, VIEW, Seat
from arena_negotiation.game import NegotiationGame
from arena_negotiation.state import Negotiation
from plugins.negotiation.tests.negotiating import (
    BALLOON,
    BUYSELL,
    DOND,
    FIRST,
    MULTI,
    REJECT,
    SECOND,
    SIMPLE,
    SPIRAL,
    TRADE,
    ULTIMATUM,
    WALK,
    accept,
    act,
    game,
    keep,
    price,
    start,
    view,
)

FIELDS = frozenset({TEXT, VIEW, TENSOR, EVENTS})


def seen(state: State, viewer: Seat) -> bytes:
    legal = repr(state.legal(viewer)) if viewer in state.to_move() else ""
    return canonical([state.observe(viewer, FIELDS), list(state.events(viewer, 0)), list(state.to_move()), legal])


HIDING = [
    (DOND, {}),
    (SIMPLE, {}),
    (BUYSELL, {"spread": 20}),
    (MULTI, {}),
    (MULTI, {"parties": 3, "quota": 2, "league": "strict"}),
]
"""Every variant in which something is drawn that not all may know."""


@pytest.mark.parametrize("viewer", [FIRST, SECOND, SPECTATOR])
@pytest.mark.parametrize(("name", "options"), HIDING, ids=str)
def test_other_values_change_nothing_a_viewer_sees_in_a_whole_match(name: str, options, viewer: Seat) -> None:
    """RULES.md 5, 5.1, 5.2, 5.3: for spectators until the match is over."""
    assert compared(game(name, **options), viewer, range(60)) > 50


@pytest.mark.chaos
@pytest.mark.parametrize("viewer", [FIRST, SECOND, SPECTATOR])
@pytest.mark.parametrize(("name", "options"), HIDING, ids=str)
def test_other_values_change_nothing_in_a_thousand_matches(name: str, options, viewer: Seat) -> None:
    """RULES.md 5, 5.1, 5.2, 5.3"""
    assert compared(game(name, **options), viewer, range(1000)) > 900


def compared(rules: NegotiationGame, viewer: Seat, seeds: range) -> int:
    """Matches played in step with a disguise of theirs, all bytes of the viewer compared in every turn."""
    count = 0
    for seed in seeds:
        state, other = rules.new_state(Seed.of(seed), {}), rules.indistinguishable(Seed.of(seed), viewer)
        if other is None:
            continue
        rng = Random(seed)
        while movers := state.to_move():
            assert seen(state, viewer) == seen(other, viewer)
            actions = {seat: state.check(seat, sample(state.legal(seat), rng)) for seat in movers}
            state.step(actions)
            other.step(actions)
        if viewer != SPECTATOR:
            assert own_view(state, viewer) == own_view(other, viewer)
        count += 1
    return count


@pytest.mark.parametrize("viewer", [FIRST, SECOND, SPECTATOR])
def test_a_hidden_deadline_shows_only_when_it_comes(viewer: Seat) -> None:
    """RULES.md 11.5, 5"""
    state = start(MULTI, rounds=4)
    soon, late = (Negotiation(state._variant, dataclasses.replace(state._scenario, turns=n)) for n in (5, 8))
    for _ in range(5):
        assert seen(soon, viewer) == seen(late, viewer)
        act(soon, REJECT)
        act(late, REJECT)
    assert not soon.to_move()
    assert late.to_move()


def own_view(state: State, viewer: Seat) -> bytes:
    """What a seat sees at the end."""
    return canonical([state.observe(viewer, FIELDS), list(state.events(viewer, 0))])


@pytest.mark.parametrize(("name", "options"), HIDING, ids=str)
def test_a_disguise_changes_the_values_of_everybody_else(name: str, options) -> None:
    """RULES.md 5"""
    rules = game(name, **options)
    for seed in range(30):
        truth = rules.new_state(Seed.of(seed), {})._scenario
        for viewer in range(rules.spec.seats):
            other = rules.indistinguishable(Seed.of(seed), Seat(viewer))
            if other is not None:
                pairs = enumerate(zip(truth.private, other._scenario.private, strict=True))
                assert [one == two for _, (one, two) in pairs] == [n == viewer for n in range(rules.spec.seats)]


@pytest.mark.parametrize("name", [BALLOON, BUYSELL, ULTIMATUM, TRADE, SPIRAL])
def test_where_nothing_is_drawn_there_is_nothing_to_disguise(name: str) -> None:
    """RULES.md 8.4"""
    assert game(name).indistinguishable(Seed.of(1), FIRST) is None


def test_spectators_learn_all_values_at_the_end_and_no_earlier() -> None:
    """RULES.md 5, 5.1, 5.3"""
    state = act(start(MULTI), REJECT)
    before = view(state, SPECTATOR)
    assert "private" not in before
    assert "closes" not in before
    act(state, WALK)
    assert view(state, SPECTATOR)["private"] == view(state, OMNISCIENT)["private"]
    assert [e.kind for e in state.events(SPECTATOR, 0)][-2:] == ["revealed", "revealed"]
    assert "To the party 1:" in state.observe(SPECTATOR, FIELDS)[TEXT]
    assert [e.kind for e in state.events(FIRST, 0)][-1] == "end"
    assert view(state, FIRST)["private"] == view(state, OMNISCIENT)["private"][0]


def test_the_disguise_is_real() -> None:
    """What the comparison above compares does differ, for those who may know."""
    dond, seed = game(), Seed.of(1)
    other = dond.indistinguishable(seed, FIRST)
    assert other is not None
    for viewer in (SECOND, OMNISCIENT):
        assert seen(other, viewer) != seen(dond.new_state(seed, {}), viewer)


@pytest.mark.parametrize(("name", "actions"), [(DOND, [keep(1, 1, 0), accept(0)]), (BALLOON, [price(14), accept(2)])])
def test_a_canary_in_a_seats_private_entry_reaches_that_seat_alone(name: str, actions) -> None:
    """RULES.md 5"""
    plain = start(name)
    canaries = ("CANARY-0", "CANARY-1")
    scenario = dataclasses.replace(
        plain._scenario, private=tuple({"note": canary} for canary in canaries), told=canaries
    )
    state = Negotiation(plain._variant, scenario)
    for step in [*actions, None]:
        for viewer in (FIRST, SECOND, SPECTATOR, OMNISCIENT):
            found = [canary.encode() in seen(state, viewer) for canary in canaries]
            over = viewer == SPECTATOR and not state.to_move()
            assert found == [over or viewer in (seat, OMNISCIENT) for seat in (FIRST, SECOND)]
        if step is not None:
            act(state, step)


def test_events_are_numbered_for_each_viewer_without_gaps() -> None:
    """RULES.md 5.3"""
    state = act(start(BALLOON), {"act": "reject", "message": "no"}, {"act": "walk"})
    told = {viewer: list(state.events(viewer, 0)) for viewer in (FIRST, SECOND, SPECTATOR, OMNISCIENT)}
    public = ["opening", "opening", "reject", "walk", "end"]
    assert [e.kind for e in told[SPECTATOR]] == [*public, "revealed", "revealed"]
    assert [e.kind for e in told[FIRST]] == [e.kind for e in told[SECOND]] == ["dealt", *public]
    assert [e.kind for e in told[OMNISCIENT]] == ["dealt", "dealt", *public]
    for viewer, events in told.items():
        assert [e.number for e in events] == list(range(len(events)))
        for since in range(len(events) + 1):
            assert list(state.events(viewer, since)) == events[since:]


def test_the_view_tells_what_an_offer_is_worth_to_the_viewer() -> None:
    """RULES.md 5.1"""
    state = act(start(), keep(1, 0, 1))
    for seat, other in ((FIRST, SECOND), (SECOND, FIRST)):
        view = state.observe(seat, FIELDS)[VIEW]
        (offer,) = view["open_offers"]
        linear = view["payoff"]["offered_by"][offer["by"]]
        worth = linear["constant"] + sum(linear["weights"][name] * n for name, n in offer["offer"].items())
        assert worth == offer["surplus"]
        assert view["seat"] == seat != other
    assert "surplus" not in state.observe(SPECTATOR, FIELDS)[VIEW]["open_offers"][0]


def test_the_tensor_is_in_the_viewers_own_words() -> None:
    """RULES.md 5.2"""
    state = act(start(), keep(1, 0, 0))
    view = state.observe(SECOND, FIELDS)[VIEW]
    ranges = [issue["high"] for issue in view["issues"]]
    left = [n - k for n, k in zip(ranges, (1, 0, 0), strict=True)]
    tensor = state.observe(SECOND, FIELDS)[TENSOR]
    assert tensor[:3].tolist() == ranges
    assert tensor[3:6].tolist() == list(view["private"]["values"].values())
    assert tensor[6] == pytest.approx(1 / 20)
    assert tensor[7:11].tolist() == [0.0] * 4
    assert tensor[11:].tolist() == pytest.approx([1.0, *(q / n for q, n in zip(left, ranges, strict=True))])


def test_the_text_tells_a_seat_its_values_its_offers_and_its_score() -> None:
    """RULES.md 5, 6.1"""
    state = act(start(BALLOON), price(14))
    text = state.observe(SECOND, FIELDS)[TEXT]
    assert "You are the buyer. The balloon is worth 20 to you." in text
    assert "Offer 2 is open to you and worth 6 to you." in text
    assert "It is your turn: reject, propose, accept, walk." in text
    assert "It is the buyer's turn." in state.observe(FIRST, FIELDS)[TEXT]
    act(state, accept(2))
    assert state.observe(SECOND, FIELDS)[TEXT].endswith(
        "The match is over: agreement.\nTurns taken: 2 of 20.\nYour score is 6."
    )
