import re
from pathlib import Path

import pytest

from arena.core.game import GameSpec
from arena.core.seed import Seed
from arena.plugin.registry import Registry
from arena.testing import GAME_PROMISES, check_game
from arena_werewolf.bots.random_table import RandomTable
from arena_werewolf.bots.seer_claim import SeerClaim
from arena_werewolf.plugin import BASE_RATES, votes
from plugins.werewolf.tests.driver import finish, make

HERE = Path(__file__).parent


@pytest.mark.parametrize("name", ["ww7-lspo", "ww4-mini"])
def test_the_game_keeps_every_promise_of_the_contract(name: str) -> None:
    """RULES.md 5, 6"""
    assert len(check_game(make(name))) == len(GAME_PROMISES)


@pytest.mark.parametrize("name", ["ww7-lspo", "ww4-mini"])
def test_the_registry_offers_the_settings(name: str) -> None:
    """RULES.md 8"""
    registry = Registry()
    ref = registry.ref(f"werewolf/{name}?max_days=3&tie=none")
    spec: GameSpec = registry.make_game(ref).spec
    assert (spec.id, spec.version) == (ref.id, ref.version)
    assert spec.seats == registry.listing(ref.id).min_seats == registry.listing(ref.id).max_seats
    assert (spec.dynamics, spec.forfeit, spec.set_deals, spec.perfect_information) == (
        "mixed", "plays default", 10, False
    )  # fmt: skip


def test_the_registry_offers_the_bots() -> None:
    registry = Registry()
    assert registry.make_agent("werewolf:random-table") is RandomTable
    assert registry.make_agent("werewolf:seer-claim") is SeerClaim


def test_every_section_of_the_rules_is_cited_by_a_test() -> None:
    """RULES.md 1 to 9"""
    sections = re.findall(r"^##+ ([0-9.]+) ", (HERE.parent / "RULES.md").read_text(), re.MULTILINE)
    source = "\n".join(path.read_text() for path in HERE.glob("test_*.py"))
    cited = {
        number for line in re.findall(r"RULES\.md ([0-9., ]+)", source) for number in re.findall(r"\d[.\d]*\d|\d", line)
    }
    parents = {number.partition(".")[0] for number in cited}
    assert len(sections) > 20
    assert not set(sections) - cited - parents


def test_ladders_are_told_the_votes_of_a_match_as_they_were_cast() -> None:
    state = finish(make("ww7-lspo"), Seed.of(3), RandomTable, RandomTable)
    told = [*votes(state)]
    days = {vote.round for vote in told}
    assert days == set(range(1, len(days) + 1))
    assert len(told) == len({(vote.round, vote.voter) for vote in told})
    assert all(vote.voter != vote.target for vote in told)


def test_base_rates_of_both_sides_add_up_in_every_preset_that_has_some() -> None:
    for rates in BASE_RATES.values():
        for agent in {one.agent for one in rates}:
            assert sum(one.rate for one in rates if one.agent == agent) == 1.0
