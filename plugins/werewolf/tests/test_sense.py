"""Options that cannot stand together are refused in a sentence."""

import pytest

from arena.core.errors import BadOption
from arena.core.options import parse_assignments, resolve
from arena.core.values import Json
from arena_werewolf.game import WerewolfGame
from arena_werewolf.presets import BY_NAME
from plugins.werewolf.tests.driver import make


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"threshold": "majority"}, "give tie=none or tie=revote"),
        ({"threshold": "majority", "tie": "none", "no_votes": "random"}, "give no_votes=nobody"),
        ({"vote": "sequential", "tally": "private"}, "give vote=simultaneous"),
        ({"win": "sides", "roles": {"werewolf": 2, "villager": 5}}, "win=sides needs plain villagers"),
        ({"win": "sides", "roles": {"werewolf": 2, "seer": 3, "doctor": 2}}, "win=sides needs plain villagers"),
        ({"talk_rounds": 2}, "option talk_rounds means nothing without speaking="),
        ({"talk_turns": 2, "speaking": "bid-round"}, "option talk_turns means nothing"),
        ({"bidding": "simple", "speaking": "bid-round"}, "option bidding means nothing"),
        ({"bids": "public"}, "option bids means nothing"),
        ({"vote_order": "random"}, "option vote_order means nothing"),
        ({"no_votes": "random", "abstain": False}, "option no_votes means nothing"),
        ({"no_votes": "random", "tie": "none"}, "option no_votes means nothing without abstain=true and tie=random"),
        ({"chat_turns": 2}, "option chat_turns means nothing"),
        ({"wolf_tie": "none"}, "option wolf_tie means nothing"),
        ({"witch_heal": "never"}, "option witch_heal means nothing without a witch"),
        ({"seer": "role", "roles": {"werewolf": 1, "villager": 4}}, "option seer means nothing without a seer"),
        ({"doctor_self": False, "roles": {"werewolf": 1, "villager": 4}}, "option doctor_self means nothing"),
    ],
)
def test_contradictions_and_idle_options_are_refused(options: dict[str, Json], complaint: str) -> None:
    """RULES.md 8.3"""
    with pytest.raises(BadOption, match=complaint):
        make(**options)


def test_what_a_setting_has_by_default_may_lie_idle() -> None:
    """RULES.md 8.3"""
    assert make("ww8-arena", roles={"werewolf": 2, "villager": 6}).rules.seer == "role"
    assert make("ww8-arena", speaking="fixed-once").rules.talk_turns == 8


def test_the_command_line_takes_roles_in_short() -> None:
    """RULES.md 8.2"""
    preset = BY_NAME["ww7-lspo"]
    texts = ["roles=werewolf:3,seer:1,doctor:1,villager:4", "tie=none", "threshold=majority"]
    game = WerewolfGame(preset, resolve(preset.options, parse_assignments(preset.options, texts)))
    assert (game.spec.seats, game.rules.wolves_dealt, game.rules.threshold) == (9, 3, "majority")


@pytest.mark.parametrize(("seats", "mafia"), [(6, 2), (7, 2), (8, 2), (9, 2), (10, 2), (11, 3), (14, 4), (15, 4)])
def test_a_quarter_of_the_seats_is_mafia(seats: int, mafia: int) -> None:
    """RULES.md 8.1"""
    rules = make("mafia-n", seats=seats).rules
    assert (rules.seats, rules.wolves_dealt) == (seats, mafia)


def test_roles_say_how_many_play_and_seats_beside_them_are_refused() -> None:
    """RULES.md 8.3"""
    roles = {"werewolf": 2, "villager": 7}
    assert make("mafia-n", roles=roles).rules.seats == 9
    with pytest.raises(BadOption, match="give roles or seats, not both"):
        make("mafia-n", roles=roles, seats=9)
    with pytest.raises(BadOption, match="seats"):
        make("mafia-n", seats=5)
    with pytest.raises(BadOption, match="this setting seats 6 to 15"):
        make("mafia-n", roles={"werewolf": 1, "villager": 4})
