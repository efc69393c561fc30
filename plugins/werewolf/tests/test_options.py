import pytest

from arena.core.errors import BadOption
from arena.core.options import rated_id, resolve
from arena.core.values import Json
from arena_werewolf.presets import PRESETS
from arena_werewolf.rules import rule_options
from plugins.werewolf.tests.driver import make


def test_the_settings_are_those_of_the_rule_book() -> None:
    """RULES.md 8"""
    assert {p.name: dict(p.roles) for p in PRESETS} == {
        "ww7-lspo": {"werewolf": 2, "seer": 1, "doctor": 1, "villager": 3},
        "ww4-mini": {"werewolf": 1, "seer": 1, "villager": 2},
    }


def test_options_that_are_not_at_their_default_are_part_of_the_rated_id() -> None:
    """RULES.md 8"""
    options = rule_options(PRESETS[0].roles)
    plain = resolve(options, {"max_days": 10, "roles": dict(reversed(list(PRESETS[0].roles.items())))})
    assert rated_id("werewolf/ww7-lspo", options, plain) == "werewolf/ww7-lspo"
    other = resolve(options, {"max_days": 5, "tie": "none", "roles": {"werewolf": 2, "villager": 5}})
    assert rated_id("werewolf/ww7-lspo", options, other) == (
        'werewolf/ww7-lspo?max_days=5&roles={"villager":5,"werewolf":2}&tie=none'
    )


@pytest.mark.parametrize(
    ("roles", "complaint"),
    [
        ({"werewolf": 2, "villager": 4}, "6 roles are given, and this setting seats 7"),
        ({"werewolf": 4, "villager": 3}, "fewer werewolves than others"),
        ({"villager": 7}, "at least one werewolf"),
        ({"werewolf": 2, "vampire": 5}, "no role 'vampire'"),
        ({"werewolf": 2, "villager": 5, "seer": 0}, "a count of at least 1"),
        ({"werewolf": True, "villager": 6}, "a count of at least 1"),
        ({"werewolf": "2"}, "a count of at least 1"),
        (["werewolf"] * 7, "a count of at least 1"),
        (7, "a count of at least 1"),
    ],
)
def test_roles_that_are_no_deal_are_refused_in_a_sentence(roles: Json, complaint: str) -> None:
    """RULES.md 8"""
    with pytest.raises(BadOption, match=complaint):
        make(roles=roles)


@pytest.mark.parametrize(("name", "value"), [("max_days", 0), ("speech_chars", 0), ("tie", "duel"), ("abstain", 1)])
def test_options_out_of_bounds_are_refused(name: str, value: Json) -> None:
    """RULES.md 8"""
    with pytest.raises(BadOption, match=name):
        make("ww7-lspo", **{name: value})


def test_three_wolves_make_a_night_of_three_turns() -> None:
    """RULES.md 2.2, 8"""
    game = make(roles={"werewolf": 3, "doctor": 2, "seer": 2})
    assert game.rules.wolves == 3
    assert "a night of 3 turns" in game.spec.brief
    assert game.spec.max_decisions == 10 * 7 * 5


def test_the_brief_tells_the_rules_of_its_options() -> None:
    """RULES.md 8"""
    assert "do not vote" in make().spec.brief
    brief = make(abstain=False, tie="none", max_days=4, speech_chars=77).spec.brief
    assert "do not vote" not in brief
    assert all(word in brief for word in ("nobody is out", "day 4", "77 characters"))
