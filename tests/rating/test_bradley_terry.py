"""Bradley-Terry ratings: reference values, the model's promises, and a stated answer to every awkward table."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from arena.core.errors import BadRequest
from arena.core.values import AgentName, SetId
from arena.rating.bradley_terry import (
    BradleyTerry,
    Comparisons,
    Entrant,
    PairResult,
    Strength,
    fit,
    pairs,
    pairs_of_set,
)
from arena.rating.results import SetResult, Standing

WINS = [("A", "B", 2), ("B", "A", 3), ("A", "D", 1), ("D", "A", 4), ("B", "C", 5), ("C", "B", 3), ("C", "D", 1)]
REFERENCE = [*WINS, ("D", "C", 3)]


def results(table: list[tuple[str, str, int]], score: float = 1.0) -> list[PairResult]:
    """So many results of each first agent against the second, each a set of its own."""
    return [
        PairResult(AgentName(one), AgentName(two), score, cluster=f"{one}{two}{score}{at}")
        for one, two, count in table
        for at in range(count)
    ]


def test_a_pair_weighs_as_much_of_the_match_as_both_took_part_in() -> None:
    one, two, three = (
        Entrant(AgentName(name), rank, weight=share)
        for name, rank, share in [("a", 1, 1.0), ("b", 2, 0.5), ("c", 3, 0.25)]
    )
    assert [pair.weight for pair in pairs([one, two, three], cluster="m")] == [0.5, 0.25, 0.125]


def test_a_result_of_weight_one_half_twice_is_one_result() -> None:
    table = [("A", "B", 2), ("B", "A", 1), ("B", "C", 1), ("C", "A", 1)]
    halves = [PairResult(r.agent, r.opponent, r.score, r.cluster, 0.5) for r in results(table) for _ in range(2)]
    whole, split = fit(Comparisons.of(results(table))), fit(Comparisons.of(halves))
    assert {row.agent: row.rating for row in whole.agents} == pytest.approx({r.agent: r.rating for r in split.agents})


def found(best: BradleyTerry) -> dict[str, Strength]:
    return {row.agent: row for row in best.agents}


def test_strengths_without_a_ridge_are_the_reference_values() -> None:
    rows = found(fit(results(REFERENCE), ridge=0))
    strengths = [rows[agent].strength for agent in "ABCD"]
    assert strengths == pytest.approx([0.63983, 1.04331, 0.65981, 2.27038], abs=5e-6)


def test_strengths_with_draws_maximise_davidsons_likelihood() -> None:
    table = results(REFERENCE) + results([("A", "B", 4), ("B", "C", 2), ("C", "D", 1)], score=0.5)
    best = fit(table, ridge=0)

    def cost(params: np.ndarray) -> float:
        strength, log_nu = dict(zip("ABCD", params[:4], strict=True)), params[4]
        total = 0.0
        for row in table:
            half = (strength[row.agent] - strength[row.opponent]) / 2
            weights = {1.0: half, 0.5: log_nu, 0.0: -half}
            total += np.log(np.exp(list(weights.values())).sum()) - weights[row.score]
        return total

    other = minimize(cost, np.zeros(5), method="BFGS", options={"gtol": 1e-8}).x
    rows = found(best)
    assert [rows[agent].log_strength for agent in "ABCD"] == pytest.approx(other[:4] - other[:4].mean(), abs=1e-5)
    assert best.draw == pytest.approx(np.exp(other[4]), abs=1e-5)


def test_forecast_states_the_probabilities_of_the_model() -> None:
    best = fit(results([("a", "b", 3), ("b", "a", 1)]) + results([("a", "b", 2)], score=0.5), ridge=0)
    forecast = best.predict(AgentName("a"), AgentName("b"))
    assert forecast == pytest.approx((3 / 6, 2 / 6, 1 / 6), abs=1e-5)
    assert forecast.score == pytest.approx(4 / 6, abs=1e-5)
    assert best.predict(AgentName("b"), AgentName("a")) == pytest.approx(forecast[::-1])


def test_four_hundred_points_are_odds_of_ten_to_one() -> None:
    rows = found(fit(results([("a", "b", 10), ("b", "a", 1)]), ridge=0))
    assert rows["a"].rating - rows["b"].rating == pytest.approx(400, abs=0.01)
    assert rows["a"].rating + rows["b"].rating == pytest.approx(3000, abs=0.01)


def test_best_agents_come_first_within_their_intervals() -> None:
    best = fit(results(REFERENCE))
    assert [row.agent for row in best.agents] == ["D", "B", "C", "A"]
    assert all(row.low < row.rating < row.high for row in best.agents)
    assert (best.connected, best.all_win, best.all_loss, best.draw) == (True, (), (), 0.0)
    assert found(best)["B"].results == 13


@given(st.permutations(results(REFERENCE)), st.data())
def test_ratings_depend_on_neither_order_nor_orientation(table: list[PairResult], data: st.DataObject) -> None:
    turned = [
        PairResult(row.opponent, row.agent, 1 - row.score, row.cluster) if data.draw(st.booleans()) else row
        for row in table
    ]
    ours, theirs = found(fit(turned)), found(fit(results(REFERENCE)))
    assert all(ours[agent].rating == pytest.approx(theirs[agent].rating, abs=1e-6) for agent in "ABCD")
    assert all(ours[agent].low == pytest.approx(theirs[agent].low, abs=1e-6) for agent in "ABCD")


def test_a_weight_of_two_counts_as_two_results() -> None:
    doubled = [PairResult(row.agent, row.opponent, row.score, row.cluster, weight=2) for row in results(REFERENCE)]
    twice = results(REFERENCE) + results(REFERENCE)
    ours, theirs = found(fit(doubled)), found(fit(twice))
    assert all(ours[agent].rating == pytest.approx(theirs[agent].rating, abs=1e-6) for agent in "ABCD")
    assert all(ours[agent].results == theirs[agent].results for agent in "ABCD")


def test_columns_rate_as_the_same_results_one_by_one() -> None:
    table = Comparisons.of(results(REFERENCE))
    columns = Comparisons(table.agents, table.first, table.second, table.score)
    assert fit(columns) == fit(results(REFERENCE))


def test_winner_of_everything_is_named_and_rated_finitely() -> None:
    best = fit(results([("top", "mid", 5), ("top", "low", 5), ("mid", "low", 5)]))
    rows = found(best)
    assert (best.all_win, best.all_loss) == (("top",), ("low",))
    assert 1500 < rows["top"].rating < 3000
    assert rows["top"].high - rows["top"].low > 400


def test_interval_of_an_unbounded_rating_rests_on_the_prior_in_every_way() -> None:
    table = results([("top", "mid", 50), ("mid", "low", 20), ("low", "mid", 20)])
    widths = [found(fit(table, interval=way))["top"] for way in ("sandwich", "bootstrap", "curvature")]
    assert min(row.high - row.low for row in widths) == pytest.approx(widths[2].high - widths[2].low)
    assert widths[2].error > 0.5


def test_a_few_matches_of_many_do_not_look_certain() -> None:
    entrants = [Entrant(AgentName(agent), rank) for rank, agent in enumerate("abcdef")]
    turned = [Entrant(one.agent, -one.rank) for one in entrants]
    table = pairs(entrants, "m1") + pairs(turned, "m2")
    trusting = found(fit(table, interval="curvature"))
    for way in ("sandwich", "bootstrap"):
        rows = found(fit(table, interval=way))
        assert all(rows[agent].error >= trusting[agent].error for agent in "abcdef")


def test_unbounded_ratings_are_refused_without_a_ridge() -> None:
    with pytest.raises(BadRequest, match="set the ridge above 0"):
        fit(results([("top", "low", 5)]), ridge=0)
    with pytest.raises(BadRequest, match="set the ridge above 0"):
        fit(results([("a", "b", 5)], score=0.5), ridge=0)


def test_nothing_but_draws_rates_all_alike() -> None:
    best = fit(results([("a", "b", 5), ("b", "c", 5)], score=0.5))
    assert [row.rating for row in best.agents] == pytest.approx([1500] * 3)
    assert best.predict(AgentName("a"), AgentName("c")).draw > 0.9


def test_groups_that_never_met_are_told_apart() -> None:
    best = fit(results([("a", "b", 3), ("b", "a", 1), ("x", "y", 2), ("y", "x", 2), ("y", "z", 1)]))
    assert best.components == (("a", "b"), ("x", "y", "z"))
    assert not best.connected
    rows = found(best)
    assert (rows["a"].rating + rows["b"].rating) / 2 == pytest.approx(1500)
    assert (rows["x"].rating + rows["y"].rating + rows["z"].rating) / 3 == pytest.approx(1500)
    assert (rows["a"].component, rows["z"].component) == (0, 1)


def test_bootstrap_is_the_same_for_the_same_seed() -> None:
    table = results(REFERENCE) + results([("A", "B", 1)], score=0.5)
    one, two, other = (fit(table, interval="bootstrap", resamples=50, seed=seed) for seed in (1, 1, 2))
    assert one == two
    assert one != other
    assert found(one)["A"].low < found(one)["A"].rating < found(one)["A"].high


def test_a_wider_level_widens_intervals() -> None:
    narrow, wide = (found(fit(results(REFERENCE), level=level))["A"] for level in (0.9, 0.99))
    assert wide.low < narrow.low < narrow.high < wide.high


def test_ranking_of_many_becomes_pairs_of_different_agents_and_teams() -> None:
    entrants = [
        Entrant(AgentName(agent), rank, team) for agent, rank, team in zip("abca", [1, 1, 3, 4], "rrg ", strict=True)
    ]
    found_pairs = [(row.agent, row.opponent, row.score) for row in pairs(entrants, cluster="m")]
    assert found_pairs == [("a", "c", 1.0), ("b", "c", 1.0), ("b", "a", 1.0), ("c", "a", 1.0)]


def test_a_finished_set_is_one_cluster_of_its_pairs() -> None:
    standings = [Standing(AgentName(agent), rank, 0.0, 2, 0, 0, 0, 0) for agent, rank in (("a", 1), ("b", 2), ("c", 2))]
    rows = pairs_of_set(SetResult(1, SetId("s1"), True, standings))
    assert [(row.agent, row.opponent, row.score) for row in rows] == [("a", "b", 1), ("a", "c", 1), ("b", "c", 0.5)]
    assert {row.cluster for row in rows} == {"s1"}


A, B = AgentName("a"), AgentName("b")


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ([], "there are no results to rate"),
        ([PairResult(A, A, 1, "s")], "agent 'a' has a result against itself"),
        ([PairResult(A, B, 3, "s")], "a score is outside 0..1"),
        ([PairResult(A, B, float("nan"), "s")], "a score is outside 0..1"),
        ([PairResult(A, B, 1, "s", weight=0)], "a weight is not a positive number"),
        ([PairResult(A, B, 1, "s", weight=float("nan"))], "a weight is not a positive number"),
        ([PairResult(A, B, 1, "s"), PairResult(A, B, 1, "s", factors={"seat": ("0", "1")})], "need the same factors"),
    ],
)
def test_a_table_that_cannot_be_rated_gets_one_clear_sentence(table: list[PairResult], sentence: str) -> None:
    with pytest.raises(BadRequest, match=sentence):
        fit(table)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"ridge": -1}, "give a finite number of at least 0"),
        ({"ridge": float("nan")}, "give a finite number of at least 0"),
        ({"interval": "exact"}, "choose from sandwich, bootstrap, curvature"),
        ({"level": 95}, "give a probability between 0 and 1"),
        ({"resamples": 1}, "give at least 2"),
        ({"by": "side"}, "no factor 'side'"),
    ],
)
def test_options_out_of_bounds_get_one_clear_sentence(options: dict[str, object], sentence: str) -> None:
    with pytest.raises(BadRequest, match=sentence):
        fit(results(REFERENCE), **options)  # type: ignore[arg-type]  # that is the point


def test_an_agent_without_a_result_is_refused_by_name() -> None:
    one = np.array([0])
    with pytest.raises(BadRequest, match="agent 'c' has no result"):
        fit(Comparisons((A, B, AgentName("c")), one, one + 1, one.astype(np.float64)))


def test_a_forecast_of_strangers_is_refused() -> None:
    with pytest.raises(BadRequest, match="agent 'nobody' was in no result"):
        fit(results(REFERENCE)).predict(AgentName("A"), AgentName("nobody"))
