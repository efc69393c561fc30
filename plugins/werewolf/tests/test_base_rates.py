"""The engine as a whole against known figures. Seeds are fixed, so it passes always or never."""

from itertools import pairwise
from math import sqrt
from pathlib import Path

import pytest

from arena.core.share import Share
from arena_werewolf.base_rates import figures
from arena_werewolf.presets import PRESETS
from plugins.werewolf.tests.simulate import LADDER, NULL, as_markdown, base_rate, rung

RULES = Path(__file__).parents[1] / "RULES.md"


@pytest.mark.parametrize(
    ("preset", "agent", "rate", "matches"),
    [
        ("ww7-lspo", "werewolf:random-table", 0.093, 3000),
        ("ww7-lspo", "random", 0.127, 2000),
        ("ww4-mini", "werewolf:random-table", 1 / 3, 2000),
    ],
)
def test_the_village_wins_as_often_as_is_known(preset: str, agent: str, rate: float, matches: int) -> None:
    """RULES.md 9: within three and a half standard errors."""
    tolerance = 3.5 * sqrt(rate * (1 - rate) / matches)
    assert abs(base_rate(preset, agent, matches).share.value - rate) < tolerance


def test_the_stored_rate_of_the_first_setting_is_the_known_one() -> None:
    """RULES.md 9"""
    (stored,) = [r for r in figures().rates if (r.setting, r.bot) == ("ww7-lspo", "werewolf:random-table")]
    assert stored.share.matches >= 20_000
    assert abs(stored.share.value - 0.093) <= 0.006


def test_every_setting_has_its_rates() -> None:
    """RULES.md 9"""
    assert [(r.setting, r.bot) for r in figures().rates] == [(p.name, bot) for p in PRESETS for bot in NULL]


@pytest.mark.parametrize("stored", figures().rates, ids=lambda stored: f"{stored.setting} {stored.bot}")
def test_a_smaller_simulation_agrees_with_what_is_stored(stored: object) -> None:
    """RULES.md 9: its interval, widened from two to three and a half standard errors, holds the stored rate."""
    (kept,) = [rate for rate in figures().rates if rate == stored]
    again = base_rate(kept.setting, kept.bot, 400)
    rate = kept.share.value
    assert abs(again.share.value - rate) <= 3.5 * sqrt(rate * (1 - rate) / 400) + 1 / 400
    assert abs(again.draws - kept.draws) < 0.05


@pytest.mark.parametrize("step", figures().rungs, ids=lambda step: f"{step.setting} {step.better}")
def test_each_bot_beats_the_one_below_it(step: object) -> None:
    """RULES.md 10: the stored interval lies above one half."""
    (kept,) = [each for each in figures().rungs if each == step]
    assert kept.share.low > 0.5


@pytest.mark.parametrize(("worse", "better"), list(pairwise(LADDER)))
def test_a_smaller_simulation_orders_the_bots_alike(worse: str, better: str) -> None:
    """RULES.md 10"""
    assert rung("ww7-lspo", better, worse, 500).share.value > 0.5


def test_the_rule_book_shows_what_is_stored() -> None:
    """RULES.md 9, 10"""
    text = RULES.read_text()
    assert [line for line in as_markdown() if line not in text] == []


def test_an_interval_is_wilson_s() -> None:
    """RULES.md 9: 10 of 100, as in tables."""
    share = Share.of(10, 100)
    assert (share.value, round(share.low, 4), round(share.high, 4)) == (0.1, 0.0552, 0.1744)
