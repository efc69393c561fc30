"""Numbers of choices mean what VGC-Bench means by them, previews are listed once each, and random play never fouls."""

from collections.abc import Callable

import pytest

from arena_pokemon_vgc.choices import CODES, JOINT, code_of, parts
from arena_pokemon_vgc.game import VgcGame
from plugins.pokemon_vgc.tests.driving import begun, finished

FORMATS = ("gen9championsvgc2026regmb", "gen9vgc2025regi")


def test_codes_are_those_of_vgc_bench() -> None:
    assert parts(7) == (0, -2, 0)
    assert parts(26) == (3, 2, 0)
    assert [code_of(0, -2, gimmick) for gimmick in range(5)] == [7, 27, 47, 67, 87]
    assert code_of(3, 2, 4) == CODES - 1


@pytest.mark.parametrize("format_id", FORMATS)
def test_preview_lists_each_way_to_bring_four_once(made: Callable[..., VgcGame], format_id: str) -> None:
    state = begun(made(format_id))
    ids = state.legal(0).ids
    assert len(ids) == 90
    assert min(ids) >= JOINT
    assert len({state.legal(0).label(i) for i in ids}) == 90


@pytest.mark.parametrize("format_id", [*FORMATS, "gen9championsvgc2026regma", "gen9vgc2024regg"])
def test_random_matches_end_without_a_foul(made: Callable[..., VgcGame], format_id: str) -> None:
    game = made(format_id)
    for seed in range(6):
        state = finished(begun(game, seed), seed)
        state.close()


@pytest.mark.chaos
@pytest.mark.timeout(1_800)
def test_two_thousand_random_matches_end_without_a_foul(made: Callable[..., VgcGame]) -> None:
    for format_id in FORMATS:
        game = made(format_id)
        for seed in range(1_000):
            state = finished(begun(game, seed), seed)
            state.close()
