"""What shared deals save, against variances that are known."""

import numpy as np
import pytest

from arena.tournament.duplicate import Scores, variance_saved


def a_set(rng: np.random.Generator, luck: float, noise: float, deals: int = 50) -> list[Scores]:
    """Two agents over `deals` deals: the luck of a deal falls on either side in turn, the noise on each match alone."""
    hand = luck * rng.standard_normal((deals, 1)) * np.array([[1.0, -1.0]])
    scores = hand + noise * rng.standard_normal((deals, 2)) + np.array([[0.5, -0.25]])
    return [scores, -scores]


@pytest.mark.parametrize(("luck", "noise"), [(0.0, 1.0), (1.0, 1.0), (3.0, 1.0), (1.0, 2.0)])
def test_the_saved_share_is_that_of_the_luck(luck: float, noise: float) -> None:
    rng = np.random.default_rng(7)
    found = variance_saved([a_set(rng, luck, noise) for _ in range(200)])
    assert found is not None
    truth = luck**2 / (luck**2 + noise**2)
    assert found.share == pytest.approx(truth, abs=0.03)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.share <= found.high
    assert found.worth == pytest.approx(1 / (1 - truth), rel=0.15)
    assert (found.sets, found.deals) == (200, 10_000)


def test_the_interval_covers_the_truth() -> None:
    rng = np.random.default_rng(1)
    covered = 0
    for _ in range(200):
        found = variance_saved([a_set(rng, 1.0, 1.0, deals=20) for _ in range(30)])
        assert found is not None
        covered += (found.low or 0) <= 0.5 <= (found.high or 0)
    assert covered / 200 > 0.9


def test_the_estimate_of_the_unpaired_variance_is_that_of_unpaired_deals() -> None:
    rng = np.random.default_rng(3)
    paired = np.var([a_set(rng, 2.0, 1.0)[0].sum() for _ in range(4_000)])
    unpaired = np.var([a_set(rng, 2.0, 1.0)[0][:, 0].sum() + a_set(rng, 2.0, 1.0)[0][:, 1].sum() for _ in range(4_000)])
    found = variance_saved([a_set(rng, 2.0, 1.0) for _ in range(100)])
    assert found is not None
    assert found.share == pytest.approx(1 - paired / unpaired, abs=0.05)


def test_nothing_is_said_where_nothing_can_be_told() -> None:
    assert variance_saved([]) is None
    assert variance_saved([[]]) is None
    assert variance_saved([[np.ones((1, 2))]]) is None
    assert variance_saved([[np.ones((9, 1))]]) is None
    assert variance_saved([[np.ones((9, 2))]]) is None


def test_a_single_set_has_no_interval() -> None:
    found = variance_saved([a_set(np.random.default_rng(1), 1.0, 1.0)])
    assert found is not None
    assert (found.low, found.high) == (None, None)
