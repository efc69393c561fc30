"""Whatever is listed the simulator accepts; what is not it refuses, or it comes to the same as a listed choice."""

from collections.abc import Callable
from random import Random

import pytest

from arena_pokemon_vgc.choices import CODES, JOINT, code_of, joint_choices, parts, spoken
from arena_pokemon_vgc.engine.simulator import Answer
from arena_pokemon_vgc.game import VgcGame
from plugins.pokemon_vgc.tests.driving import begun, finished, played

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


@pytest.mark.parametrize("format_id", FORMATS)
def test_every_listed_choice_is_accepted(made: Callable[..., VgcGame], format_id: str) -> None:
    """On sampled positions: a fresh copy of the match takes each listed choice of one seat, or asks again."""
    game, rng = made(format_id), Random(5)
    for seed in (1, 2):
        state = begun(game, seed)
        for step, _ in enumerate(played(state, rng, 40)):
            if step % 5 == seed and state.to_move():
                _require_accepted(game, state, rng)
        state.close()


def _require_accepted(game: VgcGame, state, rng: Random) -> None:  # type: ignore[no-untyped-def]
    seat = rng.choice(list(state.to_move()))
    request = state.request(seat)
    for number in rng.sample(list(state.legal(seat).ids), min(25, len(state.legal(seat).ids))):
        answer = _tried(game, state, seat, spoken(number, request))
        assert not answer.errors[seat].startswith("[Invalid"), (answer.errors[seat], spoken(number, request))


def _tried(game: VgcGame, state, seat: int, text: str) -> Answer:  # type: ignore[no-untyped-def]
    """What the simulator says of a choice, in a copy of the match that is thrown away."""
    engine = state.engine
    copy, _ = game.simulator.open(engine.format, engine.seed, engine.teams)
    for choices in engine.choices:
        game.simulator.step([(copy, choices)])
    answer = game.simulator.step([(copy, [(seat, text)])])[0]
    game.simulator.release(copy)
    assert isinstance(answer, Answer)
    return answer


def test_choices_that_are_not_listed_are_refused_by_the_simulator(made: Callable[..., VgcGame]) -> None:
    """Mutations of listed choices in a position with both slots standing; moves at nobody are only left out by us."""
    game, rng = made("gen9vgc2025regi"), Random(3)
    state = begun(game, 4)
    for _ in played(state, rng, 3):
        pass
    request = state.request(0)
    assert request is not None
    everywhere = joint_choices(request, ((True, True), (True, True)))
    wrong = [
        number for number in rng.sample(range(JOINT), 400) if number not in everywhere and _sayable(number, request)
    ]
    assert len(wrong) > 50
    for number in wrong[:60]:
        assert _tried(game, state, 0, spoken(number, request)).errors[0], spoken(number, request)


def _sayable(number: int, request) -> bool:  # type: ignore[no-untyped-def]
    return all(code == 0 or code < 7 or parts(code)[2] in {0, 4} for code in divmod(number, CODES))


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
