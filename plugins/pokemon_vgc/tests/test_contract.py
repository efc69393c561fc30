"""The formats keep the whole contract of a game."""

from collections.abc import Callable

import pytest

from arena.testing import GAME_PROMISES, check_game
from arena_pokemon_vgc.game import VgcGame


@pytest.mark.parametrize("options", [{}, {"sheets": "closed", "best_of": 3}], ids=["default", "closed series"])
def test_format_keeps_the_whole_contract(made: Callable[..., VgcGame], options: dict[str, str | int]) -> None:
    assert len(check_game(made(**options), seeds=(1, 2), max_steps=12)) == len(GAME_PROMISES)
