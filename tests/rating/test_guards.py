"""Fairness guards: silent where nothing is amiss, and loud about what was planted."""

from itertools import pairwise
from math import comb

import numpy as np
import pytest

from arena.core.errors import BadRequest
from arena.core.values import AgentName
from arena.rating.bradley_terry import Comparisons, Factor, PairResult, fit
from arena.rating.guards import Ballot, holm, odd_meetings, odd_partners, odd_votes
from arena.rating.null_bots import NullRecord, beaten_chance

A, B = AgentName("a"), AgentName("b")
NAMES = tuple(AgentName(letter) for letter in "abcdefgh")


def test_null_bot_at_chance_raises_no_alarm() -> None:
    (found,) = beaten_chance([NullRecord(A, 26, 100, 0.25)])
    assert not found.alarm
    assert found.low < 0.25 < found.high
    assert found.count == 100


def test_null_bot_above_chance_raises_an_alarm_with_its_numbers() -> None:
    worst, fair = beaten_chance([NullRecord(A, 25, 100, 0.25), NullRecord(B, 45, 100, 0.25)])
    assert (worst.agent, worst.alarm, fair.alarm) == (B, True, False)
    assert worst.p == pytest.approx(sum(comb(100, wins) * 3 ** (100 - wins) for wins in range(45, 101)) / 4**100)
    assert worst.adjusted == pytest.approx(2 * worst.p)
    assert worst.low > worst.chance


def test_null_bot_below_chance_is_no_alarm() -> None:
    assert not beaten_chance([NullRecord(A, 0, 1000, 0.5)])[0].alarm


def test_false_alarms_of_null_bots_are_as_rare_as_stated() -> None:
    rng = np.random.default_rng(1)
    reports = [
        beaten_chance(
            [NullRecord(AgentName(f"bot-{at}"), int(rng.binomial(40, 0.5)), 40, 0.5) for at in range(5)], 0.05
        )
        for _ in range(200)
    ]
    assert np.mean([any(found.alarm for found in report) for report in reports]) <= 0.05 + 3 * np.sqrt(
        0.05 * 0.95 / 200
    )


@pytest.mark.parametrize("record", [NullRecord(A, 1, 0, 0.5), NullRecord(A, 3, 2, 0.5), NullRecord(A, 1, 2, 1.5)])
def test_impossible_records_are_refused(record: NullRecord) -> None:
    with pytest.raises(BadRequest, match="give at least one set"):
        beaten_chance([record])


def test_holm_is_the_published_procedure() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def tournament(rng: np.random.Generator, rounds: int, thrown: float = 0.0) -> Comparisons:
    """A round robin of eight with draws and a seat advantage; `thrown` is the share of sets that b throws to a."""
    truth = rng.normal(size=8)
    first, second = (np.repeat(column, rounds) for column in np.triu_indices(8, 1))
    logit = truth[first] - truth[second] + 0.3
    at = rng.random(len(logit)) * (np.exp(logit / 2) + np.exp(-logit / 2) + 0.4)
    score = np.where(at < np.exp(logit / 2), 1.0, np.where(at < np.exp(logit / 2) + 0.4, 0.5, 0.0))
    score[(first == 0) & (second == 1) & (rng.random(len(score)) < thrown)] = 1.0
    seat = Factor(("0", "1"), np.zeros_like(first), np.ones_like(first))
    return Comparisons(NAMES, first, second, score, factors={"seat": seat})


def test_honest_meetings_raise_alarms_as_rarely_as_stated() -> None:
    rng = np.random.default_rng(2)
    reports = [odd_meetings(tournament(rng, rounds=12), level=0.05) for _ in range(100)]
    assert all(len(report) == 28 for report in reports)
    assert np.mean([any(found.alarm for found in report) for report in reports]) <= 0.05 + 3 * np.sqrt(
        0.05 * 0.95 / 100
    )


def test_a_pair_that_throws_sets_is_found() -> None:
    rng = np.random.default_rng(3)
    reports = [odd_meetings(tournament(rng, rounds=40, thrown=1.0)) for _ in range(20)]
    assert not any(report[0].alarm and report[0].agents != (A, B) for report in reports)
    caught = [report[0] for report in reports if report[0].alarm]
    assert len(caught) >= 12  # the others had a far better than b anyway
    assert all(found.agents == (A, B) and found.observed == 40 > found.expected for found in caught)


def test_expectation_leaves_the_pairs_own_results_out() -> None:
    table = tournament(np.random.default_rng(4), rounds=20, thrown=0.5)
    kept = (table.first != 0) | (table.second != 1)
    seat = Factor(("0", "1"), *(column[kept] for column in (table.factors["seat"].first, table.factors["seat"].second)))
    others = Comparisons(NAMES, table.first[kept], table.second[kept], table.score[kept], factors={"seat": seat})
    refitted = 20 * fit(others).predict(A, B, {"seat": ("0", "1")}).score
    found = next(found for found in odd_meetings(table) if found.agents == (A, B))
    assert found.expected == pytest.approx(refitted, abs=0.2)


def test_a_pair_that_met_once_is_never_odd() -> None:
    rows = [PairResult(one, two, 1.0, f"{one}{two}") for one, two in pairwise(NAMES)]
    assert not any(found.alarm for found in odd_meetings(rows))


def test_weighted_results_are_not_tested_pair_by_pair() -> None:
    with pytest.raises(BadRequest, match="plain results only"):
        odd_meetings([PairResult(A, B, 1, "s", weight=2)])


def tables_of_four(rng: np.random.Generator, matches: int, pact: float) -> Comparisons:
    """Free-for-alls of four out of eight; a and b are stronger by `pact` logits where both are seated."""
    truth = rng.normal(size=8) * 0.7
    seated = np.argsort(rng.random((matches, 8)), axis=1)[:, :4]
    both = ((seated == 0).any(axis=1) & (seated == 1).any(axis=1))[:, None]
    strength = truth[seated] + pact * (both & (seated < 2))
    ranked = np.take_along_axis(seated, np.argsort(-(strength + rng.gumbel(size=seated.shape)), axis=1), axis=1)
    better, worse = np.triu_indices(4, 1)
    first, second = ranked[:, better].ravel(), ranked[:, worse].ravel()
    return Comparisons(NAMES, first, second, np.ones(len(first)), np.repeat(np.arange(matches), 6))


def test_honest_tables_raise_alarms_as_rarely_as_stated() -> None:
    rng = np.random.default_rng(5)
    reports = [odd_partners(tables_of_four(rng, 200, pact=0.0), level=0.05) for _ in range(100)]
    assert all(len(report) == 28 for report in reports)
    assert np.mean([any(found.alarm for found in report) for report in reports]) <= 0.05 + 3 * np.sqrt(
        0.05 * 0.95 / 100
    )


def test_a_pair_that_plays_as_one_is_found() -> None:
    rng = np.random.default_rng(6)
    reports = [odd_partners(tables_of_four(rng, 500, pact=1.2)) for _ in range(10)]
    assert sum(report[0].alarm and report[0].agents == (A, B) for report in reports) >= 9
    assert all(found.observed > found.expected for report in reports for found in report[:1])
    assert not any(found.alarm for report in reports for found in report if not {A, B} & set(found.agents))


def test_partners_need_matches_and_a_third_party() -> None:
    with pytest.raises(BadRequest, match="name no matches"):
        odd_partners(tournament(np.random.default_rng(7), rounds=2))
    duels = [PairResult(A, B, score, cluster="s") for score in (1, 0)] * 20
    assert odd_partners(duels) == []


def votes(rng: np.random.Generator, matches: int, pact: float) -> list[Ballot]:
    """Three rounds of votes in each match of six, by suspicions of the match; b copies a with probability `pact`."""
    ballots: list[Ballot] = []
    for match in range(matches):
        seated = rng.permutation(8)[:6]
        suspicion = rng.dirichlet(np.ones(6))
        for number in range(3):
            cast = {voter: _target(rng, seated, suspicion, voter) for voter in seated}
            if {0, 1} <= set(seated) and cast[0] != 1 and rng.random() < pact:
                cast[1] = cast[0]
            ballots += [Ballot(f"m{match}", number, NAMES[voter], NAMES[target]) for voter, target in cast.items()]
    return ballots


def _target(rng: np.random.Generator, seated: np.ndarray, suspicion: np.ndarray, voter: int) -> int:
    weight = np.where(seated == voter, 0, suspicion)
    return int(rng.choice(seated, p=weight / weight.sum()))


def test_honest_votes_raise_alarms_as_rarely_as_stated() -> None:
    rng = np.random.default_rng(8)
    reports = [odd_votes(votes(rng, 20, pact=0.0), level=0.05) for _ in range(60)]
    assert np.mean([any(found.alarm for found in report) for report in reports]) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 60)


def test_a_pair_that_votes_as_one_is_found() -> None:
    found, *others = odd_votes(votes(np.random.default_rng(9), 60, pact=0.8))
    assert (found.agents, found.alarm) == ((A, B), True)
    assert found.observed > 1.5 * found.expected
    assert not any(other.alarm for other in others)


def test_a_unanimous_table_is_not_odd() -> None:
    ballots = [Ballot(f"m{match}", 1, voter, AgentName("x")) for match in range(50) for voter in NAMES]
    found = odd_votes(ballots)
    assert len(found) == 28
    assert all(pair.p == 1 and pair.observed == pair.expected == 50 for pair in found)


def test_sides_are_compared_among_themselves() -> None:
    wolves = [Ballot(f"m{match}", 1, wolf, AgentName("x"), "wolf") for match in range(50) for wolf in (A, B)]
    rng = np.random.default_rng(10)
    rest = [
        Ballot(f"m{match}", 1, voter, AgentName(str(rng.integers(4))), "villager")
        for match in range(50)
        for voter in NAMES[2:]
    ]
    assert not any(found.alarm for found in odd_votes(wolves + rest))


def test_two_votes_in_one_round_are_refused() -> None:
    with pytest.raises(BadRequest, match="voter 'a' has two votes in round 1"):
        odd_votes([Ballot("m", 1, A, B), Ballot("m", 1, A, AgentName("c"))])
