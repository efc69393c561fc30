"""The scenarios of Deal or No Deal (RULES.md 7)."""

from collections import Counter
from collections.abc import Sequence

import pytest

from arena.core.seed import Seed
from arena.core.values import OMNISCIENT, SPECTATOR, Seat
from arena_negotiation.scenario import Scenario
from arena_negotiation.state import Negotiation
from arena_negotiation.variants.dond import ITEMS, Counts, Values, pairs, piece_counts
from plugins.negotiation.tests.negotiating import WALK, accept, act, ended, game, keep

DRAWS = 100_000


def scenario(state: Negotiation) -> Scenario:
    return state._scenario


def counts(drawn: Scenario) -> Counts:
    return tuple(issue.high for issue in drawn.domain.issues)


def values(drawn: Scenario) -> tuple[Values, Values]:
    first, second = (tuple(private["values"][item] for item in ITEMS) for private in drawn.private)
    return first, second


def meets_constraints(drawn: Scenario) -> bool:
    pieces, (one, other) = counts(drawn), values(drawn)
    return (
        5 <= sum(pieces) <= 7
        and all(1 <= n <= 4 for n in pieces)
        and all(0 <= value <= 10 for value in (*one, *other))
        and all(sum(n * value for n, value in zip(pieces, own, strict=True)) == 10 for own in (one, other))
        and all(max(pair) > 0 for pair in zip(one, other, strict=True))
        and any(min(pair) > 0 for pair in zip(one, other, strict=True))
    )


@pytest.fixture(scope="module")
def drawn() -> Sequence[Scenario]:
    """The scenarios of DRAWS seeds."""
    variant = game()._variant
    return [variant.scenario(Seed.of(seed)) for seed in range(DRAWS)]


def test_every_scenario_meets_the_constraints(drawn: Sequence[Scenario]) -> None:
    """RULES.md 7.1, 7.2"""
    assert [seed for seed, scenario in enumerate(drawn) if not meets_constraints(scenario)] == []


def test_counts_are_drawn_evenly(drawn: Sequence[Scenario]) -> None:
    """RULES.md 7.1"""
    found = Counter(map(counts, drawn))
    expected = DRAWS / len(piece_counts())
    assert set(found) == set(piece_counts())
    assert sum((n - expected) ** 2 / expected for n in found.values()) < 60  # chi-squared, 27 degrees: p < 0.001


def test_the_roles_draw_from_the_same_values() -> None:
    """RULES.md 7.2"""
    for pieces in piece_counts():
        assert pairs(pieces)
        assert Counter(pairs(pieces)) == Counter((other, one) for one, other in pairs(pieces))


@pytest.mark.parametrize("viewer", [Seat(0), Seat(1), SPECTATOR])
def test_a_disguise_keeps_what_the_viewer_knows_and_changes_the_rest(viewer: Seat) -> None:
    """RULES.md 5, 7.2"""
    dond, disguised = game(), 0
    for seed in range(300):
        truth = scenario(dond.new_state(Seed.of(seed), {}))
        state = dond.indistinguishable(Seed.of(seed), viewer)
        if state is None:
            assert viewer in (0, 1)
            assert _is_told_all(truth, viewer)
            continue
        disguise = scenario(state)
        assert meets_constraints(disguise)
        assert counts(disguise) == counts(truth)
        same = [one == other for one, other in zip(values(truth), values(disguise), strict=True)]
        assert same == [viewer == 0, viewer == 1]
        disguised += 1
    assert disguised > 100


def _is_told_all(drawn: Scenario, seat: Seat) -> bool:
    """Whether the seat's own values leave the other side only one possibility."""
    own = values(drawn)[seat]
    return sum(pair[seat] == own for pair in pairs(counts(drawn))) == 1


def test_nothing_is_hidden_from_the_omniscient() -> None:
    assert game().indistinguishable(Seed.of(1), OMNISCIENT) is None


def test_an_accepted_split_gives_each_side_its_own_worth_of_its_pieces() -> None:
    """RULES.md 2.3, 3.2, 6.1"""
    for seed in range(100):
        state = game().new_state(Seed.of(seed), {})
        drawn = scenario(state)
        kept = (1, 0, counts(drawn)[2])
        act(state, keep(*kept), accept(0))
        left = [n - k for n, k in zip(counts(drawn), kept, strict=True)]
        expected = [sum(map(int.__mul__, v, q)) for v, q in zip(values(drawn), (kept, left), strict=True)]
        assert [seat.score for seat in ended(state)] == expected


def test_an_offer_of_the_second_seat_says_what_the_second_keeps() -> None:
    """RULES.md 2.3"""
    state = game().new_state(Seed.of(4), {})
    drawn = scenario(state)
    act(state, {"act": "reject"}, keep(*counts(drawn)), accept(0))
    assert [seat.score for seat in ended(state)] == [0.0, 10.0]


def test_without_a_deal_both_score_nothing() -> None:
    """RULES.md 7.3, 1.3"""
    assert [(s.score, s.rank) for s in ended(act(game().new_state(Seed.of(1), {}), WALK))] == [(0.0, 1), (0.0, 1)]
