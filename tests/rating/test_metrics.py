"""Metrics as means by agent, side and role: what counts, and intervals that cover the truth."""

import numpy as np
import pytest

from arena.core.values import AgentName
from arena.rating.metrics import MetricRow, MetricTally, telling

ADA, BOB = AgentName("ada"), AgentName("bob")


def rows(tally: MetricTally) -> dict[tuple[str, str, str | None, str | None], MetricRow]:
    return {row[:4]: row for row in tally.rows()}


def test_a_seat_without_occasion_does_not_count() -> None:
    tally = MetricTally()
    tally.add(1, ADA, "village", "seer", {"find": 1.0, "alive": 0.0})
    tally.add(1, ADA, "village", "villager", {"alive": 1.0})
    tally.add(2, ADA, "wolves", "wolf", {"alive": 1.0})
    found = rows(tally)
    assert (found["find", ADA, None, None].seats, found["find", ADA, None, None].mean) == (1, 1.0)
    assert found["alive", ADA, None, None].mean == pytest.approx(2 / 3)
    assert found["alive", ADA, "village", None].mean == 0.5
    assert ("find", ADA, "wolves", None) not in found


def test_one_set_or_sets_that_are_alike_tell_no_interval() -> None:
    tally = MetricTally()
    for value in (0.0, 1.0, 1.0):
        tally.add(1, ADA, "", "", {"one": value})
    for number in range(5):
        tally.add(number, BOB, "", "", {"same": 0.1})
    found = rows(tally)
    assert (found["one", ADA, None, None].low, found["one", ADA, None, None].sets) == (None, 1)
    assert (found["same", BOB, None, None].low, found["same", BOB, None, None].sets) == (None, 5)


def test_seats_of_equal_number_a_set_give_students_interval_of_set_means() -> None:
    tally, sets = MetricTally(), [(1.0, 3.0), (2.0, 2.0), (5.0, 3.0)]
    for number, values in enumerate(sets):
        for value in values:
            tally.add(number, ADA, "", "", {"x": value})
    means = np.array([np.mean(values) for values in sets])
    half = 4.302652729911275 * means.std(ddof=1) / np.sqrt(3)  # Student's quantile for two degrees of freedom
    found = rows(tally)["x", ADA, None, None]
    assert (found.low, found.high) == pytest.approx((means.mean() - half, means.mean() + half))


def test_intervals_cover_the_truth_though_matches_of_a_set_hang_together() -> None:
    rng = np.random.default_rng(3)
    covered = 0
    for _ in range(400):
        tally = MetricTally()
        for number in range(30):
            luck = rng.normal(0, 1)
            for _ in range(rng.integers(1, 10)):
                tally.add(number, ADA, "", "", {"x": 5 + luck + rng.normal(0, 0.5)})
        row = rows(tally)["x", ADA, None, None]
        assert row.low is not None
        assert row.high is not None
        covered += row.low < 5 < row.high
    assert covered / 400 > 0.91


def test_a_tally_asked_in_between_goes_on_as_if_it_had_not_been() -> None:
    asked, silent = MetricTally(), MetricTally()
    for tally in (asked, silent):
        for number in (1, 1, 2, 3, 3):
            tally.add(number, ADA, "a", "b", {"x": number / 3})
            if tally is asked:
                tally.rows()
    assert asked.rows() == silent.rows()


def test_people_see_the_row_that_names_most_of_those_that_count_the_same_seats() -> None:
    tally = MetricTally()
    tally.add(1, ADA, "village", "seer", {"find": 1.0, "alive": 0.0})
    tally.add(1, ADA, "village", "villager", {"alive": 1.0})
    shown = [row[:4] for row in telling(tally.rows())]
    assert ("find", ADA, "village", "seer") in shown
    assert ("find", ADA, None, None) not in shown
    assert ("alive", ADA, "village", None) in shown
    assert ("alive", ADA, None, None) not in shown
