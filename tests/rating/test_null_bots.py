"""Null bots against base rates: quiet where chance is at work, loud where a game leaks wins."""

import numpy as np
import pytest

from arena.core.measures import BaseRate
from arena.core.values import AgentName
from arena.rating.null_bots import NullFinding, NullMatch, NullRecord, SideRecord, base_rate, beaten_chance

BOT = AgentName("bot")
VILLAGE, WOLVES = BaseRate("random", "village", 0.125, 20_000), BaseRate("random", "werewolf", 0.875, 20_000)


def played(rng: np.random.Generator, sets: int, lift: float = 0.0, luck: float = 0.0) -> SideRecord:
    """Sets of ten matches, five on each side; `luck` has the matches of a set win and lose together."""
    matches: list[NullMatch] = []
    for number in range(sets):
        shift = lift + (rng.normal(0, luck) if luck else 0.0)
        sides = (VILLAGE, WOLVES) * 5
        matches += [NullMatch(number, bool(rng.random() < base.rate + shift), base) for base in sides]
    return SideRecord(BOT, matches)


def judge(record: SideRecord) -> NullFinding:
    (found,) = beaten_chance([record])
    return found


def test_a_bot_at_its_base_rates_raises_no_alarm_whichever_sides_it_had() -> None:
    found = judge(played(np.random.default_rng(4), 100))
    assert not found.alarm
    assert (found.unit, found.count, found.chance) == ("matches", 1_000, pytest.approx(0.5))
    assert found.low < 0.5 < found.high


def test_a_bot_above_its_base_rates_raises_one() -> None:
    found = judge(played(np.random.default_rng(1), 100, lift=0.08))
    assert found.alarm
    assert found.low > found.chance


@pytest.mark.parametrize("luck", [0.0, 0.05])
def test_false_alarms_are_as_rare_as_stated_though_matches_of_a_set_hang_together(luck: float) -> None:
    rng = np.random.default_rng(2)
    raised = np.mean([judge(played(rng, 40, luck=luck)).p < 0.05 for _ in range(400)])
    assert raised <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)


def test_one_set_proves_nothing_and_a_few_that_are_alike_prove_little() -> None:
    won = [NullMatch(number, won=True, base=VILLAGE) for number in (1, 1, 1)]
    assert judge(SideRecord(BOT, won)).p == 1.0
    alike = [NullMatch(number, won=True, base=WOLVES) for number in range(3)]
    assert judge(SideRecord(BOT, alike)).p > 0.1


def test_a_side_that_cannot_win_and_does_is_an_alarm() -> None:
    never = BaseRate("random", "village", 0.0)
    assert judge(SideRecord(BOT, [NullMatch(number, won=number == 3, base=never) for number in range(9)])).p < 0.2
    assert judge(SideRecord(BOT, [NullMatch(number, won=False, base=never) for number in range(9)])).p == 1.0


def test_rates_simulated_in_few_matches_are_trusted_less() -> None:
    few = VILLAGE._replace(matches=50)
    matches = [NullMatch(number // 5, won=number % 5 == 0, base=VILLAGE) for number in range(500)]
    vague = [match._replace(base=few) for match in matches]
    assert judge(SideRecord(BOT, matches)).p < judge(SideRecord(BOT, vague)).p


def test_bots_of_both_tests_share_one_correction() -> None:
    leak = played(np.random.default_rng(1), 100, lift=0.08)
    found = beaten_chance([leak, NullRecord(AgentName("null"), 50, 100, 0.5)])
    assert found[0].adjusted == pytest.approx(2 * found[0].p)


def test_a_bot_without_a_rate_of_its_own_has_that_of_random() -> None:
    rates = {("random", "village"): VILLAGE}
    assert base_rate(rates, "null", "village") == VILLAGE
    assert base_rate(rates, "null", "werewolf") is None
