from collections import Counter

import pytest

from arena.core.errors import BadOption
from arena.core.options import rated_id, resolve
from arena.core.values import Json
from arena_werewolf.presets import PRESETS
from plugins.werewolf.tests.driver import make


def test_the_settings_are_those_of_the_rule_book() -> None:
    """RULES.md 8"""
    deals = {preset.name: make(preset.name).rules.roles for preset in PRESETS}
    counted = {name: " ".join(f"{n} {role.name}" for role, n in Counter(deal).items()) for name, deal in deals.items()}
    assert counted == {
        "ww7-lspo": "2 werewolf 1 seer 1 doctor 3 villager",
        "ww8-arena": "2 werewolf 1 seer 1 doctor 4 villager",
        "ww7-kaggle": "2 werewolf 1 seer 1 doctor 3 villager",
        "ww9-witch-hunter": "3 werewolf 1 seer 1 witch 1 hunter 3 villager",
        "ww12-classic": "4 werewolf 1 seer 1 witch 1 guard 1 hunter 4 villager",
        "ww4-mini": "1 werewolf 1 seer 2 villager",
        "mafia-n": "2 werewolf 1 seer 1 doctor 4 villager",
    }


def test_options_that_are_not_at_their_default_are_part_of_the_rated_id() -> None:
    """RULES.md 8"""
    options = PRESETS[0].options
    plain = resolve(options, {"max_days": 10, "roles": dict(reversed(list(PRESETS[0].roles.items())))})
    assert rated_id("werewolf/ww7-lspo", options, plain) == "werewolf/ww7-lspo"
    other = resolve(options, {"max_days": 5, "tie": "none", "roles": {"werewolf": 2, "villager": 5}})
    assert rated_id("werewolf/ww7-lspo", options, other) == (
        'werewolf/ww7-lspo?max_days=5&roles={"villager":5,"werewolf":2}&tie=none'
    )


@pytest.mark.parametrize(
    ("roles", "complaint"),
    [
        ({"werewolf": 1, "villager": 2}, "3 roles are given, and this setting seats 4 to 18"),
        ({"werewolf": 4, "villager": 3}, "fewer werewolves than others"),
        ({"villager": 7}, "at least one werewolf"),
        ({"werewolf": 2, "vampire": 5}, "no role 'vampire'"),
        ({"werewolf": 2, "villager": 5, "seer": 0}, "a count of at least 1"),
        ({"werewolf": True, "villager": 6}, "a list of names with whole numbers"),
        ({"werewolf": "2"}, "a list of names with whole numbers"),
        (["werewolf"] * 7, "a list of names with whole numbers"),
        (7, "a list of names with whole numbers"),
        ({"werewolf": 2, "witch": 2, "villager": 3}, "at most one witch"),
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
    assert game.rules.wolves_dealt == 3
    assert "a night of 3 turns" in game.spec.brief
    assert game.spec.max_decisions == 10 * 7 * 5


def test_the_brief_tells_the_rules_of_its_options() -> None:
    """RULES.md 8"""
    assert "do not vote" in make().spec.brief
    brief = make(abstain=False, tie="none", max_days=4, speech_chars=77).spec.brief
    assert "do not vote" not in brief
    assert all(word in brief for word in ("nobody is out", "day 4", "77 characters"))
