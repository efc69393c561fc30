from collections import Counter

import pytest

from arena.core.seed import Seed
from arena_werewolf.roles import TEAMS
from plugins.werewolf.tests.driver import make


@pytest.mark.parametrize(("name", "roles"), [("ww7-lspo", "W2 S1 D1 V3"), ("ww4-mini", "W1 S1 V2")], ids=["ww7", "ww4"])
def test_every_deal_holds_the_roles_of_its_setting(name: str, roles: str) -> None:
    """RULES.md 1"""
    for number in range(20):
        deal = make(name).new_state(Seed.of(number), {}).table.deal
        count = Counter(role.name[0].upper() if role.name != "villager" else "V" for role in deal)
        assert " ".join(f"{letter}{count[letter]}" for letter in "WSDV" if count[letter]) == roles


def test_every_seat_is_as_often_a_wolf() -> None:
    """RULES.md 1"""
    game = make()
    wolves = Counter(seat for n in range(2000) for seat, team in enumerate(game.teams(Seed.of(n))) if team == 0)
    assert set(wolves) == set(range(7))
    assert all(abs(count / 2000 - 2 / 7) < 0.045 for count in wolves.values())


def test_teams_are_those_of_the_deal() -> None:
    """RULES.md 1"""
    game = make()
    for number in range(50):
        seed = Seed.of(number)
        assert list(game.teams(seed)) == [role.team for role in game.new_state(seed, {}).table.deal]
    assert game.spec.teams == TEAMS == ("werewolf", "village")
