"""Nobody learns another side's values from the engine, at any time (RULES.md 5)."""

import dataclasses
from random import Random

import pytest

from arena.agents.sampling import sample
from arena.core.canonical import canonical
from arena.core.game import State
from arena.core.seed import Seed
from arena.core.values import EVENTS, OMNISCIENT, SPECTATOR, TENSOR, TEXT, VIEW, Seat
from arena_negotiation.state import Negotiation
from plugins.negotiation.tests.negotiating import BALLOON, DOND, FIRST, SECOND, accept, act, game, keep, price, start

FIELDS = frozenset({TEXT, VIEW, TENSOR, EVENTS})


def seen(state: State, viewer: Seat) -> bytes:
    legal = repr(state.legal(viewer)) if viewer in state.to_move() else ""
    return canonical([state.observe(viewer, FIELDS), list(state.events(viewer, 0)), list(state.to_move()), legal])


@pytest.mark.parametrize("viewer", [FIRST, SECOND, SPECTATOR])
def test_other_values_change_nothing_a_viewer_sees_in_a_whole_match(viewer: Seat) -> None:
    """RULES.md 5, 5.1, 5.2, 5.3"""
    dond, compared = game(), 0
    for seed in range(60):
        state, other = dond.new_state(Seed.of(seed), {}), dond.indistinguishable(Seed.of(seed), viewer)
        if other is None:
            continue
        rng = Random(seed)
        while movers := state.to_move():
            assert seen(state, viewer) == seen(other, viewer)
            actions = {seat: state.check(seat, sample(state.legal(seat), rng)) for seat in movers}
            state.step(actions)
            other.step(actions)
        assert seen(state, viewer) == seen(other, viewer)
        compared += 1
    assert compared > 50


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
            assert found == [viewer in (seat, OMNISCIENT) for seat in (FIRST, SECOND)]
        if step is not None:
            act(state, step)


def test_events_are_numbered_for_each_viewer_without_gaps() -> None:
    """RULES.md 5.3"""
    state = act(start(BALLOON), {"act": "reject", "message": "no"}, {"act": "walk"})
    told = {viewer: list(state.events(viewer, 0)) for viewer in (FIRST, SECOND, SPECTATOR, OMNISCIENT)}
    public = ["opening", "opening", "reject", "walk", "end"]
    assert [e.kind for e in told[SPECTATOR]] == public
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
    assert state.observe(SECOND, FIELDS)[TEXT].endswith("The match is over: agreement.\nYour score is 6.")
