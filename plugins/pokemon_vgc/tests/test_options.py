"""Sheets, series and teams are options of the rules, and teams are judged before anybody plays."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from arena.core.errors import BadOption
from arena.core.options import rated_id, resolve
from arena.core.seed import Seed
from arena.core.values import Seat
from arena_pokemon_vgc.formats import DEFAULT, FORMATS
from arena_pokemon_vgc.game import VgcGame, options
from arena_pokemon_vgc.teams.pool import given, shipped
from plugins.pokemon_vgc.tests.conftest import file_option
from plugins.pokemon_vgc.tests.driving import begun, finished, played


def test_default_options_leave_the_rated_id_bare_and_others_show() -> None:
    listed = options(FORMATS[DEFAULT])
    assert rated_id("g", listed, resolve(listed, {})) == "g"
    assert rated_id("g", listed, resolve(listed, {"best_of": 3, "sheets": "closed"})) == "g?best_of=3&sheets=closed"


def test_series_is_played_with_the_same_teams_and_fresh_seeds_until_one_side_has_two(
    made: Callable[..., VgcGame],
) -> None:
    state = begun(made(best_of=3))
    seeds, teams = [state.engine.seed], state.engine.teams
    for _ in played(state, Random(1)):
        if state.engine.seed not in seeds:
            seeds.append(state.engine.seed)
        assert state.engine.teams == teams
    outcome = state.outcome()
    assert outcome is not None
    assert len(seeds) == state.played in {2, 3}
    assert sorted(entry.rank for entry in outcome) == [1, 2]
    assert max(state.wins) == 2


@pytest.mark.parametrize(("timer", "turn"), [("official", 45.0), ("showdown", 55.0)])
def test_timer_has_seven_minutes_for_a_seat_with_a_limit_for_the_preview_and_each_turn(
    made: Callable[..., VgcGame], timer: str, turn: float
) -> None:
    clock, series = made(timer=timer).spec.clock, made(timer=timer, best_of=3).spec.clock
    assert (clock.decision, clock.bank, clock.cap, clock.first_cap) == (0.0, 420.0, turn, 90.0)
    assert (series.bank, series.cap) == (3 * 420.0, turn)
    assert made(timer="long").spec.clock.longest > 300.0


def test_teams_of_the_option_are_drawn_by_seed(made: Callable[..., VgcGame]) -> None:
    texts = shipped(DEFAULT)[:2]
    text = "".join(f"=== team ===\n\n{each}\n" for each in texts)
    game = made(teams=file_option(text))
    drawn = {begun(game, seed).teams for seed in range(12)}
    assert 1 < len(drawn) <= 4
    assert begun(game, 1).teams == begun(game, 1).teams


def test_folder_of_teams_is_read_as_one_file(tmp_path: Path) -> None:
    for name, text in zip("ab", shipped(DEFAULT), strict=False):
        (tmp_path / f"{name}.txt").write_text(text)
    (tmp_path / "notes.md").write_text("not a team")
    option = next(each for each in options(FORMATS[DEFAULT]) if each.name == "teams")
    assert given(option.parse(str(tmp_path))) == [text.strip() for text in shipped(DEFAULT)[:2]]


@pytest.mark.parametrize("text", ["", "=== a ===\n\n", "Pikachu\n- Tackle"])
def test_teams_that_are_none_or_illegal_are_refused_before_a_match(made: Callable[..., VgcGame], text: str) -> None:
    with pytest.raises(BadOption, match="option teams"):
        made(teams=file_option(text))


@pytest.mark.parametrize("format_id", FORMATS)
def test_each_format_has_legal_teams_of_its_own_and_plays_with_them(
    made: Callable[..., VgcGame], format_id: str
) -> None:
    game = made(format_id)
    assert len(game.pool) >= 2
    assert [problem for text in game.pool for problem in game.check.verdict(text).problems] == []
    finished(begun(game)).close()


def test_team_that_is_brought_is_played(made: Callable[..., VgcGame]) -> None:
    game = made()
    entry = game.check_entry(game.pool[2])
    assert entry == game.check_entry(entry)
    state = game.new_state(Seed.of(9), {Seat(1): entry})
    assert getattr(state, "teams")[1] == entry  # noqa: B009


def test_match_of_a_series_leaves_nothing_open(made: Callable[..., VgcGame]) -> None:
    game = made(best_of=3)
    before = sum(process.live for process in game.simulator.processes)
    finished(begun(game)).close()
    assert sum(process.live for process in game.simulator.processes) == before
