import re
from pathlib import Path

import pytest

from arena.core.game import GameSpec
from arena.core.seed import Seed
from arena.plugin.registry import Registry
from arena.testing import GAME_PROMISES, check_game
from arena_werewolf.bots.random_table import RandomTable
from arena_werewolf.measures import measures, votes
from arena_werewolf.presets import BY_NAME
from plugins.werewolf.tests.driver import finish, make

HERE = Path(__file__).parent


@pytest.mark.parametrize("name", BY_NAME)
def test_the_game_keeps_every_promise_of_the_contract(name: str) -> None:
    """RULES.md 5, 6"""
    assert len(check_game(make(name))) == len(GAME_PROMISES)


def test_the_contract_is_kept_with_questions_rewards_and_the_strict_league_too() -> None:
    """RULES.md 3.8, 3.9, 7.2"""
    options = {"predict": True, "shaping": True, "league": "strict", "wolves": "chat", "speaking": "bid-round"}
    game = make("ww4-mini", **options, bids="public", vote="sequential", tally="count", reveal_day="team")
    assert len(check_game(game)) == len(GAME_PROMISES)


@pytest.mark.parametrize("name", BY_NAME)
def test_the_registry_offers_the_settings(name: str) -> None:
    """RULES.md 8"""
    registry = Registry()
    ref = registry.ref(f"werewolf/{name}?max_days=3")
    spec: GameSpec = registry.make_game(ref).spec
    assert (spec.id, spec.version) == (ref.id, ref.version)
    assert registry.listing(ref.id).min_seats <= spec.seats <= registry.listing(ref.id).max_seats
    assert (spec.dynamics, spec.forfeit, spec.set_deals, spec.perfect_information) == (
        "mixed", "plays default", 10, False
    )  # fmt: skip


@pytest.mark.parametrize("name", ["random-table", "seer-claim", "detective"])
def test_the_registry_offers_the_bots(name: str) -> None:
    """RULES.md 10"""
    agent = Registry().make_agent(f"werewolf:{name}")
    assert isinstance(agent, type)
    assert agent.__module__ == f"arena_werewolf.bots.{name.replace('-', '_')}"


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


@pytest.mark.parametrize("options", [{}, {"tally": "private"}, {"vote": "sequential"}, {"tie": "revote"}])
def test_ladders_are_told_the_votes_of_a_match_as_they_were_cast(options: dict[str, str]) -> None:
    """RULES.md 3.3, 3.7"""
    told = [*votes(finish(make("ww7-lspo", **options), Seed.of(3), RandomTable, RandomTable))]
    ballots = {vote.round for vote in told}
    assert ballots == set(range(1, len(ballots) + 1))
    assert len(told) == len({(vote.round, vote.voter) for vote in told})
    assert all(vote.voter != vote.target for vote in told)


def test_base_rates_of_both_sides_leave_room_for_draws_alone() -> None:
    """RULES.md 9"""
    for name in BY_NAME:
        rates = measures().base_rates[f"werewolf/{name}"]
        for agent in {one.agent for one in rates}:
            assert 0.9 < sum(one.rate for one in rates if one.agent == agent) <= 1.0 + 1e-9
