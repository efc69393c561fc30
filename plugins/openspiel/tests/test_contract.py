"""Games of every kind keep the whole contract; every game that loads plays a match (RULES.md, 1 and 2)."""

from collections.abc import Callable

import pyspiel
import pytest

from arena.core.errors import GameUnavailable
from arena.core.game import Game, GameListing
from arena.core.values import Json
from arena.testing import GAME_PROMISES, check_game, examine_game
from arena.testing.promises_course import outcomes_are_whole
from arena.testing.promises_decisions import seats_owe_decisions_until_the_outcome
from arena.testing.promises_views import fields_are_as_promised

NAMES = sorted(game_type.short_name for game_type in pyspiel.registered_games())
PLAYABLE = 108
LONGEST = 60
"""Steps of the quick pass; longer matches are cut there."""

QUICKER: dict[str, dict[str, Json]] = {"bridge_uncontested_bidding": {"num_redeals": 1}}
"""By default its last step takes up to 20 s; nothing else is left out or made easier."""


@pytest.mark.parametrize(
    "name",
    [
        "tic_tac_toe",
        "kuhn_poker",
        "matrix_rps",
        "goofspiel",
        "pig",
        "backgammon",
        "tiny_hanabi",
        "hanabi",
        "2048",
        "tarok",
    ],
)
def test_game_keeps_the_whole_contract(made: Callable[..., Game], name: str) -> None:
    assert len(check_game(made(name), seeds=(1, 2), max_steps=40)) == len(GAME_PROMISES)


@pytest.mark.parametrize("name", NAMES)
def test_every_game_plays_or_says_why_not(made: Callable[..., Game], name: str) -> None:
    try:
        game = made(name, **QUICKER.get(name, {}))
    except GameUnavailable as error:
        pytest.skip(str(error))
    course = (seats_owe_decisions_until_the_outcome, outcomes_are_whole)
    found = examine_game(game, seeds=(5,), max_steps=LONGEST, promises=course)
    found += examine_game(game, seeds=(5,), max_steps=5, promises=(fields_are_as_promised,))
    assert [finding.broken for finding in found] == ["", "", ""]


def test_number_of_playable_games(listings: dict[str, GameListing], made: Callable[..., Game]) -> None:
    assert len(listings) == len(NAMES)
    assert sum(_plays(made, name) for name in NAMES) >= PLAYABLE


def _plays(made: Callable[..., Game], name: str) -> bool:
    try:
        made(name)
    except GameUnavailable:
        return False
    return True
