"""Formats of older generations play with their own gimmicks, by the same numbers."""

from collections.abc import Callable
from random import Random
from typing import Final

import pytest

from arena_pokemon_vgc.game import VgcGame
from plugins.pokemon_vgc.tests.conftest import file_option
from plugins.pokemon_vgc.tests.driving import begun, played

_OTHERS: Final = (
    ("Venusaur @ Venusaurite", "Chlorophyll", "Giga Drain", "Sludge Bomb"),
    ("Tyranitar", "Sand Stream", "Rock Slide", "Crunch"),
    ("Milotic", "Competitive", "Scald", "Ice Beam"),
)
_LEADS: Final = {
    "gen8vgc2022": ("Charizard", "Solar Power", "Heat Wave", "Air Slash"),
    "gen7vgc2019": ("Charizard @ Firium Z", "Solar Power", "Heat Wave", "Air Slash"),
    "gen6vgc2016": ("Charizard @ Charizardite X", "Blaze", "Flare Blitz", "Dragon Claw"),
}
_GIMMICKS: Final = {"gen8vgc2022": {"Dynamax"}, "gen7vgc2019": {"Z-move", "Mega"}, "gen6vgc2016": {"Mega"}}


@pytest.mark.parametrize("format_id", _LEADS)
def test_gimmicks_of_the_format_are_listed_and_no_others(made: Callable[..., VgcGame], format_id: str) -> None:
    game = made(format_id, teams=file_option(_team(format_id)))
    labels: set[str] = set()
    for seed in range(3):
        for state in played(begun(game, seed), Random(seed)):
            labels.update(label for seat in state.to_move() for label in state.legal(seat).labels)
    words = ("Mega", "Z-move", "Dynamax", "Terastallization")
    assert {word for word in words if any(word in label for label in labels)} == _GIMMICKS[format_id]


def _team(format_id: str) -> str:
    members = [_LEADS[format_id], *_OTHERS]
    if format_id == "gen8vgc2022":
        members[1] = (members[1][0].partition(" @ ")[0], *members[1][1:])
    return "\n\n".join(
        f"{who}\nAbility: {ability}\nLevel: 50\nEVs: 252 HP / 4 Def\n- {one}\n- {two}\n- Protect"
        for who, ability, one, two in members
    )
