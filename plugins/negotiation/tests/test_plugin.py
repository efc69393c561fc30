"""The plugin as the arena finds it, and its rule book."""

import re
from pathlib import Path

import pytest

from arena.agents.sampling import first
from arena.core.errors import BadOption
from arena.plugin.registry import Registry
from arena.testing import GAME_PROMISES, check_game
from arena_negotiation.bots import BOTS
from plugins.negotiation.tests.negotiating import (
    BALLOON,
    BUYSELL,
    DOND,
    FIRST,
    GAMES,
    MULTI,
    SIMPLE,
    ULTIMATUM,
    game,
    start,
)

HERE = Path(__file__).parent
ROOT = HERE.parent


@pytest.mark.parametrize(
    ("name", "options"),
    [
        *((name, {}) for name in GAMES),
        *((name, {"rounds": 1, "max_chars": 0}) for name in GAMES if name != ULTIMATUM),
        (ULTIMATUM, {"proposals": 3, "league": "strict"}),
        (BUYSELL, {"spread": 10}),
        (SIMPLE, {"deals": "one"}),
        (MULTI, {"parties": 4, "quota": 2, "rounds": 3}),
    ],
    ids=str,
)
def test_every_variant_keeps_the_contract_of_a_game(name: str, options) -> None:
    assert len(check_game(game(name, **options), seeds=range(6))) == len(GAME_PROMISES)


def test_games_and_bots_are_found_by_name() -> None:
    registry = Registry()
    assert set(GAMES) <= set(registry.game_listings())
    assert "negotiation" not in registry.failures
    for name in (bot.name for bot in BOTS):
        assert callable(registry.make_agent(f"negotiation:{name}"))
    assert callable(registry.make_agent("negotiation:boulware", ["beta=0.5"]))
    with pytest.raises(BadOption, match="beta"):
        registry.make_agent("negotiation:boulware", ["beta=2"])


def test_options_that_change_the_rules_are_part_of_the_rated_id() -> None:
    registry = Registry()
    ref = registry.ref(BALLOON, ["value=25", "rounds=4", "cost=8"])
    assert ref.rated_id == f"{BALLOON}?rounds=4&value=25"
    assert registry.make_game(ref).spec.max_decisions == 8
    for bad in ("rounds=0", "max_chars=-1", "rounds=x", "sofa=1"):
        with pytest.raises(BadOption):
            registry.ref(DOND, [bad])


def test_the_first_legal_action_is_the_least() -> None:
    """RULES.md 3.3"""
    assert first(start().legal(FIRST)) == {"act": "reject"}


def test_the_brief_names_the_options_in_force() -> None:
    brief = game(BALLOON, ask=30, rounds=7, max_chars=99).spec.brief
    assert all(part in brief for part in ("asked 30", "has 7", "at most 99 characters"))


def test_every_section_of_the_rules_is_cited_by_a_test() -> None:
    rules = (ROOT / "RULES.md").read_text()
    sections = set(re.findall(r"^(?:## )?(\d+(?:\.\d+)?) ", rules, re.MULTILINE))
    leaves = {s for s in sections if not any(other.startswith(f"{s}.") for other in sections)}
    assert sections >= cited("tests/test_*.py") | cited("arena_negotiation/**/*.py")
    assert leaves <= cited("tests/test_*.py")


def cited(pattern: str) -> set[str]:
    texts = (path.read_text() for path in ROOT.glob(pattern))
    lists = (found for text in texts for found in re.findall(r"RULES\.md ((?:\d+(?:\\?\.\d+)?(?:, )?)+)", text))
    return {section.replace("\\", "") for found in lists for section in found.split(", ") if section}
