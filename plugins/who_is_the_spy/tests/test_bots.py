"""Each bot beats the one below it, and bots are what the figures in RULES.md 8 say. Seeds are fixed."""

from math import sqrt

import pytest

from arena.plugin.registry import Registry
from arena_who_is_the_spy.base_rates import figures
from plugins.who_is_the_spy.tests.simulate import BOTS, LADDER, SETTINGS, spy_wins


def test_the_registry_offers_the_bots() -> None:
    registry = Registry()
    for name in BOTS:
        assert registry.make_agent(name) is BOTS[name]


def test_every_figure_is_kept_and_every_bot_beats_the_one_below_it() -> None:
    """RULES.md 8: by intervals that lie above a half."""
    assert {(rate.setting, rate.bot) for rate in figures().rates} == {(s, b) for s in SETTINGS for b in BOTS}
    assert [rung.better for rung in figures().rungs] == [*LADDER[1:]] * 2
    assert all(rung.share.low > 0.5 for rung in figures().rungs)
    assert all(rate.share.low <= rate.share.value <= rate.share.high for rate in figures().rates)


@pytest.mark.parametrize("bot", ["null", "random", "who_is_the_spy:parrot"])
def test_spies_win_as_often_as_is_told(bot: str) -> None:
    """RULES.md 8: within three and a half standard errors."""
    rate = next(rate.share.value for rate in figures().rates if (rate.setting, rate.bot) == ("text", bot))
    assert abs(spy_wins("text", bot, bot, 500) / 500 - rate) <= 3.5 * sqrt(max(rate * (1 - rate), 0.001) / 500)


def test_random_votes_catch_a_spy_as_often_as_counting_says() -> None:
    """RULES.md 8: of 4 ^ 4 equally likely votes those in which the spy alone leads."""
    rate = next(rate for rate in figures().rates if (rate.setting, rate.bot) == ("text", "random"))
    assert rate.share.low <= 1 - counted() <= rate.share.high


def counted() -> float:
    """The exact share of uniform votes, N/A included, that accuse seat 0 of four."""
    caught = 0
    for code in range(4**4):
        votes = [code // 4**seat % 4 for seat in range(4)]
        named = [[other for other in (0, 1, 2, 3, 9) if other != seat][vote] for seat, vote in enumerate(votes)]
        tally = [named.count(seat) for seat in range(4)]
        caught += tally[0] > max(tally[1:])
    return caught / 4**4
