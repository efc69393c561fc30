"""How long a rated set is, and when its matches may share a deal."""

from collections.abc import Callable

import pytest

from arena.core.game import Game


@pytest.mark.parametrize(
    ("name", "known", "deals"),
    [("tic_tac_toe", True, 1), ("backgammon", False, 10), ("kuhn_poker", False, 10), ("matrix_rps", False, 10)],
)
def test_only_games_without_luck_and_secrets_share_a_deal(
    made: Callable[..., Game], name: str, known: bool, deals: int
) -> None:
    """RULES.md 4.3"""
    spec = made(name).spec
    assert (spec.perfect_information, spec.set_deals) == (known, deals)
