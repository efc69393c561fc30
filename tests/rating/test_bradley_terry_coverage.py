"""Intervals of Bradley-Terry ratings cover the truth as often as they say, on agents drawn from the model itself."""

import numpy as np
import pytest

from arena.core.values import AgentName
from arena.rating.bradley_terry import BradleyTerry, Comparisons, Factor, Interval, fit
from arena.rating.bradley_terry_model import CENTRE, POINTS
from arena.rating.bradley_terry_pairs import Floats, Ints

NU = 0.5
SEAT = 0.4
"""The first seat's advantage over the second one, in logits."""


def names(count: int) -> tuple[AgentName, ...]:
    return tuple(AgentName(f"agent-{at:03}") for at in range(count))


def centred(values: Floats) -> Floats:
    return values - values.mean()


def scores(logit: Floats, nu: float, rng: np.random.Generator) -> Floats:
    """One result for each logit, drawn from Davidson's model."""
    win, loss = np.exp(logit / 2), np.exp(-logit / 2)
    at = rng.random(len(logit)) * (win + nu + loss)
    return np.where(at < win, 1.0, np.where(at < win + nu, 0.5, 0.0))


def round_robin(agents: int, sets: int, rng: np.random.Generator) -> tuple[Floats, Comparisons]:
    """True strengths, and `sets` seat-swapped sets of two matches between each two agents."""
    truth = centred(rng.normal(size=agents))
    one, two = (np.repeat(column, sets) for column in np.triu_indices(agents, 1))
    first, second = np.concatenate([one, two]), np.concatenate([two, one])
    seat = Factor(("first", "second"), np.zeros_like(first), np.ones_like(first))
    score = scores(truth[first] - truth[second] + SEAT, NU, rng)
    sets_of = np.tile(np.arange(len(one)), 2)
    return truth, Comparisons(names(agents), first, second, score, sets_of, factors={"seat": seat})


def covered(best: BradleyTerry, truth: Floats) -> list[bool]:
    found = {row.agent: row for row in best.agents}
    rows = zip(names(len(truth)), CENTRE + POINTS * truth, strict=True)
    return [found[agent].low <= rating <= found[agent].high for agent, rating in rows]


def coverage(interval: Interval, tournaments: int, sets: int) -> tuple[float, float]:
    """The shares of covered ratings and of covered seat advantages."""
    rng = np.random.default_rng(20)
    agents: list[bool] = []
    seats: list[bool] = []
    for _ in range(tournaments):
        truth, results = round_robin(8, sets, rng)
        best = fit(results, interval=interval, resamples=100)
        agents += covered(best, truth)
        seats.append(best.effects[0].low <= POINTS * SEAT / 2 <= best.effects[0].high)
    return float(np.mean(agents)), float(np.mean(seats))


@pytest.mark.parametrize(("interval", "sets"), [("sandwich", 5), ("sandwich", 2), ("curvature", 5)])
def test_centred_intervals_cover_the_truth_with_draws_and_a_seat_advantage(interval: Interval, sets: int) -> None:
    agents, seats = coverage(interval, tournaments=500, sets=sets)
    assert 0.93 <= agents <= 0.97
    assert 0.92 <= seats <= 0.98


def test_bootstrapped_intervals_cover_the_truth() -> None:
    agents, _ = coverage("bootstrap", tournaments=20, sets=8)
    assert 0.88 <= agents <= 0.99


def plackett_luce(agents: int, matches: int, rng: np.random.Generator) -> tuple[Floats, Comparisons]:
    """Matches of four drawn agents each, ranked by Plackett and Luce's model, as clustered pairs."""
    truth = centred(rng.normal(size=agents))
    seated = np.argsort(rng.random((matches, agents)), axis=1)[:, :4]
    ranked = np.take_along_axis(seated, np.argsort(-(truth[seated] + rng.gumbel(size=(matches, 4))), axis=1), axis=1)
    better, worse = np.triu_indices(4, 1)
    first, second = ranked[:, better].ravel(), ranked[:, worse].ravel()
    return truth, Comparisons(names(agents), first, second, np.ones(len(first)), np.repeat(np.arange(matches), 6))


def test_pairs_of_matches_of_four_keep_intervals_honest() -> None:
    rng = np.random.default_rng(4)
    drawn = [plackett_luce(8, 60, rng) for _ in range(200)]
    robust = np.mean([covered(fit(results), truth) for truth, results in drawn])
    naive = np.mean([covered(fit(results, interval="curvature"), truth) for truth, results in drawn])
    assert 0.93 <= robust <= 0.97
    assert abs(naive - 0.95) > abs(robust - 0.95)


def test_a_set_that_repeats_one_result_is_no_evidence_beyond_it() -> None:
    rng = np.random.default_rng(5)
    robust: list[list[bool]] = []
    naive: list[list[bool]] = []
    for _ in range(60):
        truth, results = round_robin(6, 10, rng)
        clusters = np.arange(len(results.score))
        copies: list[Ints | Floats] = [np.tile(c, 4) for c in (results.first, results.second, results.score, clusters)]
        seat = Factor(("first", "second"), np.zeros_like(copies[0]), np.ones_like(copies[0]))
        copied = Comparisons(names(6), *copies, factors={"seat": seat})
        robust.append(covered(fit(copied), truth))
        naive.append(covered(fit(copied, interval="curvature"), truth))
    assert np.mean(robust) > 0.92
    assert np.mean(naive) < 0.8


def by_side(agents: int, matches: int, rng: np.random.Generator) -> tuple[Floats, Comparisons]:
    """Strengths (agents, wolf and villager), and matches of one wolf against one villager; villagers are favoured."""
    truth = rng.normal(size=(agents, 2)) * 0.8
    truth -= truth.mean(axis=0)
    wolf = rng.integers(agents, size=matches)
    villager = (wolf + rng.integers(1, agents, size=matches)) % agents
    score = scores(truth[wolf, 0] - truth[villager, 1] - 0.6, 0.0, rng)
    side = Factor(("villager", "wolf"), np.ones_like(wolf), np.zeros_like(wolf))
    return truth, Comparisons(names(agents), wolf, villager, score, factors={"side": side})


def test_strengths_by_side_and_the_side_itself_are_covered() -> None:
    rng = np.random.default_rng(6)
    whole: list[list[bool]] = []
    apart: list[bool] = []
    side: list[bool] = []
    for _ in range(150):
        truth, results = by_side(8, 600, rng)
        best = fit(results, by="side")
        whole.append(covered(best, truth.mean(axis=1)))
        for row in best.sides:
            true = CENTRE + POINTS * truth[names(8).index(row.agent), 0 if row.side == "wolf" else 1]
            apart.append(row.low <= true <= row.high)
        villager = next(effect for effect in best.effects if effect.level == "villager")
        side.append(villager.low <= 0.3 * POINTS <= villager.high)
    assert 0.93 <= np.mean(whole) <= 0.97
    assert 0.93 <= np.mean(apart) <= 0.97
    assert 0.90 <= np.mean(side) <= 0.99
