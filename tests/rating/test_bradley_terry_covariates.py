"""Seat, side and role in the logit: advantages are found, and do not leak into ratings."""

import numpy as np
import pytest

from arena.core.errors import BadRequest
from arena.core.values import AgentName
from arena.rating.bradley_terry import BradleyTerry, Comparisons, Effect, Entrant, Factor, PairResult, fit, pairs
from arena.rating.bradley_terry_covariates import design

A, B, C = AgentName("a"), AgentName("b"), AgentName("c")


def seated(first: AgentName, second: AgentName, wins: int, losses: int) -> list[PairResult]:
    """Results of agents on the first and the second seat."""
    seats = {"seat": ("1st", "2nd")}
    scores = [1.0] * wins + [0.0] * losses
    return [PairResult(first, second, score, f"{first}{second}{at}", factors=seats) for at, score in enumerate(scores)]


def effects(best: BradleyTerry) -> dict[str, Effect]:
    return {effect.level: effect for effect in best.effects}


def test_seat_advantage_is_found_and_equals_stay_equal() -> None:
    best = fit(seated(A, B, 30, 10) + seated(B, A, 30, 10), ridge=0)
    advantage = effects(best)["1st"].logit - effects(best)["2nd"].logit
    assert advantage == pytest.approx(np.log(3), abs=1e-5)
    assert [row.rating for row in best.agents] == pytest.approx([1500, 1500], abs=1e-4)
    assert effects(best)["1st"].low > 0 > effects(best)["2nd"].high


def test_unequal_seats_do_not_leak_into_ratings() -> None:
    table = seated(A, B, 300, 100) + seated(B, A, 3, 1)
    plain = fit([PairResult(row.agent, row.opponent, row.score, row.cluster) for row in table])
    best = fit(table)
    assert plain.agents[0].rating - plain.agents[1].rating > 150
    assert abs(best.agents[0].rating - best.agents[1].rating) < 50


def test_forecast_takes_the_seat_into_account() -> None:
    best = fit(seated(A, B, 30, 10) + seated(B, A, 30, 10), ridge=0)
    assert best.predict(A, B, {"seat": ("1st", "2nd")}).win == pytest.approx(0.75, abs=1e-5)
    assert best.predict(A, B, {"seat": ("2nd", "1st")}).win == pytest.approx(0.25, abs=1e-5)
    assert best.predict(A, B).win == pytest.approx(0.5, abs=1e-5)
    with pytest.raises(BadRequest, match="seat '3rd' was in no result"):
        best.predict(A, B, {"seat": ("3rd", "1st")})


def test_always_winning_from_one_seat_stays_finite() -> None:
    best = fit(seated(A, B, 20, 0) + seated(B, A, 20, 0))
    assert 100 < effects(best)["1st"].points < 3000
    assert effects(best)["1st"].high - effects(best)["1st"].low > 300
    assert [row.rating for row in best.agents] == pytest.approx([1500, 1500], abs=1e-6)


def test_a_level_that_always_wins_is_refused_without_a_ridge() -> None:
    with pytest.raises(BadRequest, match="set the ridge above 0"):
        fit(seated(A, B, 20, 0) + seated(B, A, 20, 0), ridge=0)


def sided(wolf: AgentName, villager: AgentName, wins: int, losses: int) -> list[PairResult]:
    """Results of a wolf against a villager."""
    sides = {"side": ("wolf", "villager")}
    scores = [1.0] * wins + [0.0] * losses
    return [
        PairResult(wolf, villager, score, f"{wolf}{villager}{at}", factors=sides) for at, score in enumerate(scores)
    ]


WEREWOLF = [
    *sided(A, B, 30, 10),  # a is a good wolf
    *sided(A, C, 30, 10),
    *sided(B, A, 10, 10),
    *sided(C, A, 10, 10),
    *sided(B, C, 10, 10),
    *sided(C, B, 10, 10),
]


def test_each_agent_has_a_strength_for_each_side() -> None:
    best = fit(WEREWOLF, by="side")
    rows = {(row.agent, row.side): row for row in best.sides}
    assert len(rows) == 6
    assert rows[A, "wolf"].rating > rows[B, "wolf"].rating + 100
    assert rows[A, "villager"].rating == pytest.approx(rows[B, "villager"].rating, abs=10)
    for side in ("wolf", "villager"):
        assert np.mean([row.rating for row in best.sides if row.side == side]) == pytest.approx(1500)


def test_rating_of_an_agent_is_the_mean_of_its_sides() -> None:
    best = fit(WEREWOLF, by="side")
    for row in best.agents:
        own = [side.rating for side in best.sides if side.agent == row.agent]
        assert row.rating == pytest.approx(np.mean(own))
        assert row.low < row.rating < row.high


def test_side_intercept_carries_the_mean_advantage_of_the_side() -> None:
    tilted = sided(A, B, 30, 10) + sided(B, A, 30, 10)
    best = fit(tilted, by="side", ridge=1e-4)
    assert effects(best)["wolf"].logit - effects(best)["villager"].logit == pytest.approx(np.log(3), abs=1e-3)
    assert [row.rating for row in best.sides] == pytest.approx([1500] * 4, abs=0.1)


def test_forecast_by_side_uses_the_strength_of_that_side() -> None:
    best = fit(WEREWOLF, by="side", ridge=1e-4)
    assert best.predict(A, B, {"side": ("wolf", "villager")}).win == pytest.approx(0.75, abs=0.02)
    assert best.predict(B, A, {"side": ("wolf", "villager")}).win == pytest.approx(0.5, abs=0.02)
    with pytest.raises(BadRequest, match="was in no result with side ''"):
        best.predict(A, B)


def test_two_agents_on_swapped_sides_compare_overall() -> None:
    best = fit(sided(A, B, 30, 10) + sided(B, A, 20, 20), by="side")
    assert best.connected
    assert best.agents[0].agent == A
    assert best.agents[0].low < best.agents[0].rating


def test_sides_that_results_do_not_link_are_told_by_wide_intervals() -> None:
    best = fit(sided(A, B, 300, 100) + sided(B, A, 200, 200), by="side")
    assert all(row.high - row.low > 1000 for row in best.sides)
    linked = fit([row for row in WEREWOLF for _ in range(10)], by="side")
    assert all(row.high - row.low < 400 for row in linked.sides)


def test_factors_of_entrants_become_levels_of_pairs() -> None:
    rows = pairs([Entrant(A, 1, factors={"role": "seer"}), Entrant(B, 2, factors={"role": "wolf"})], cluster="m")
    assert [row.factors for row in rows] == [{"role": ("seer", "wolf")}]


def test_cells_keep_their_levels_where_possible_keys_outgrow_64_bits() -> None:
    rng = np.random.default_rng(4)
    count, sizes = 400, {"seat": 300, "role": 300, "map": 300, "hour": 300}
    agents = tuple(AgentName(f"a{at:02}") for at in range(40))
    first, second = rng.integers(0, 20, count), rng.integers(20, 40, count)
    first[:20], second[:20] = np.arange(20), np.arange(20, 40)
    factors = {
        name: Factor(tuple(f"{name}{at:03}" for at in range(size)), *rng.integers(0, size, (2, count)))
        for name, size in sizes.items()
    }
    assert len(agents) ** 2 * np.prod([float(size) ** 2 for size in sizes.values()]) > 2**64
    table = Comparisons(agents, first, second, np.ones(count), factors=factors)
    _, cells, rows = design(table, None)
    assert rows.count.sum() == count
    found = {(cells.first[at], cells.second[at], tuple(cells.levels[at])) for at in rows.cell}
    told = np.zeros((count, 4, 300))
    for at, factor in enumerate(factors.values()):
        np.add.at(told, (np.arange(count), at, factor.first), 1.0)
        np.add.at(told, (np.arange(count), at, factor.second), -1.0)
    assert found == {(first[at], second[at], tuple(told[at].ravel())) for at in range(count)}


def test_more_levels_than_a_fit_takes_are_refused() -> None:
    rows = [PairResult(A, B, 1.0, f"{at}", factors={"seat": (f"{at}x", f"{at}y")}) for at in range(2_500)]
    with pytest.raises(BadRequest, match="2 strengths and 5000 levels of seat, role or the like"):
        fit(rows)
