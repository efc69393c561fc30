"""Formats of older generations play with their own gimmicks, by the same numbers."""

from collections.abc import Callable
from random import Random
from typing import Final

import pytest

from arena_pokemon_vgc.game import VgcGame
from plugins.pokemon_vgc.tests.driving import begun, played

_GIMMICKS: Final = {
    "gen9vgc2023regc": {"Terastallization"},
    "gen8vgc2022": {"Dynamax"},
    "gen7vgc2019": {"Z-move", "Mega"},
    "gen6vgc2016": {"Mega"},
}


@pytest.mark.parametrize("format_id", _GIMMICKS)
def test_gimmicks_of_the_format_are_listed_and_no_others(made: Callable[..., VgcGame], format_id: str) -> None:
    game = made(format_id)
    labels: set[str] = set()
    for seed in range(3):
        for state in played(begun(game, seed), Random(seed)):
            labels.update(label for seat in state.to_move() for label in state.legal(seat).labels)
    words = ("Mega", "Z-move", "Dynamax", "Terastallization")
    assert {word for word in words if any(word in label for label in labels)} == _GIMMICKS[format_id]
