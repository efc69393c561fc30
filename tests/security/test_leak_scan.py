"""Nothing that a seat may not know is in its prompts, in any game with secrets; `make leaks` looks at 1,000 matches."""

import pytest

from arena.testing import check_leaks
from tests.security.installed import CATALOGUE, made, secretive_games

GAMES = [*secretive_games(), "negotiation/multi-issue?parties=3&quota=2"]
"""Parties that leave others out are a table of another shape."""


@pytest.mark.parametrize("game", GAMES)
def test_what_a_seat_must_not_know_is_in_no_byte_of_its_prompts(game: str) -> None:
    rules = made(game)
    check_leaks(rules, matches=8 if game.startswith(CATALOGUE) else max(5, 60 // rules.spec.seats))


@pytest.mark.leaks
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("game", GAMES)
def test_a_thousand_matches_hold_no_leak(game: str) -> None:
    check_leaks(made(game), matches=1000)
