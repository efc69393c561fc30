"""What a report is made of: forecasts, histories, alarms, aggregates, and text that cannot do harm."""

import csv
import random
from collections.abc import Sequence
from pathlib import Path

import pytest
import trueskill
from openskill.models import PlackettLuce

from arena.core.errors import BadRequest, UnknownGame
from arena.core.values import AgentName, SetId
from arena.ledger import Ledger
from arena.ledger.selection import Selection, selected_sets, set_entrants
from arena.ledger.tournaments import StoredPairing
from arena.rating import Rating, make_system
from arena.rating.aggregate import interquartile_mean
from arena.report import scope
from arena.report.across import compare
from arena.report.alarms import find_alarms
from arena.report.drawing import draw
from arena.report.facts import gather
from arena.report.forecasts import Forecaster, chance, foresight, meetings
from arena.report.history import find_lineage, find_tracks
from arena.report.insight import NoInsight
from arena.report.nulls import judged_nulls, null_records, rated_agents
from arena.report.tables import CsvFile
from arena.report.text import cell, shown
from tests.report.samples import GAME, HOSTILE, OTHER, duel, duels, fill, party, plan, table

STRENGTHS = {"ada": 1.5, "bob": 0.5, "cy": -0.5, "random": -1.5}
ALL = Selection(game=GAME.rated_id)
NULLS = {AgentName(name): name for name in ("random", "null")}


def test_forecasts_are_those_of_the_packages() -> None:
    one, two = Rating(25.0, 25 / 3), Rating(33.564, 1.123)
    model = PlackettLuce()
    theirs = model.predict_win([[model.rating(25, 25 / 3)], [model.rating(33.564, 1.123)]])[0]
    assert chance(make_system("openskill"), {"beta": 25 / 6}, one, two) == pytest.approx(theirs)
    assert theirs == pytest.approx(0.2021226121041832)
    assert chance(make_system("elo"), {"scale": 400.0}, Rating(1900), Rating(1500)) == pytest.approx(10 / 11)
    assert chance(make_system("glicko2"), {}, Rating(1900, 0), Rating(1500, 0)) == pytest.approx(10 / 11)
    even = chance(make_system("glicko2"), {}, Rating(1900, 350), Rating(1500, 350))
    assert 0.5 < even < 10 / 11


@pytest.mark.parametrize(
    "system", ["trueskill", "elo", "openskill", "openskill-bt-part", "openskill-tm", "openskill-tm-part", "glicko2"]
)
def test_no_forecast_sees_its_own_set(ledger: Ledger, system: str) -> None:
    fill(ledger, duels(STRENGTHS, 40))
    sets = [*selected_sets(ledger, ALL)]
    stream = [*meetings(sets)]
    forecaster = Forecaster(system)
    for meeting in stream[:-1]:
        forecaster.learn(meeting)
    last = forecaster.expect(stream[-1])
    grown = make_system(system).update(sets[:-1]).ratings()
    assert last == pytest.approx(
        chance(make_system(system), forecaster._config, grown[stream[-1].first], grown[stream[-1].second])
    )
    assert Forecaster(system).expect(stream[0]) == 0.5
    assert 0 < last < 1


def test_the_forecasts_of_a_table_are_made_before_it_is_learnt(ledger: Ledger) -> None:
    rng = random.Random(1)
    fill(ledger, [table(number, ["ada", "bob", "cy", "dee"], rng) for number in range(12)])
    sets = [*selected_sets(ledger, ALL)]
    found = foresight(sets, "trueskill")
    assert found is not None
    assert found.count == 12 * 6
    first = [meeting for meeting in meetings(sets) if meeting.result.number == sets[0].number]
    assert [meeting.last for meeting in first] == [False] * 5 + [True]


def test_systems_that_forecast_nothing_say_so(ledger: Ledger) -> None:
    fill(ledger, duels(STRENGTHS, 5))
    sets = [*selected_sets(ledger, ALL)]
    assert foresight(sets, "mean") is None
    assert foresight(sets, "bradley-terry") is None
    assert foresight([], "elo") is None


def test_skilled_forecasts_beat_a_coin(ledger: Ledger) -> None:
    fill(ledger, duels(STRENGTHS, 300))
    found = foresight([*selected_sets(ledger, ALL)], "trueskill")
    assert found is not None
    assert found.brier < 0.17
    assert found.count == sum(point.count for point in found.curve) == 300


def test_tracks_end_at_the_ladder(ledger: Ledger) -> None:
    fill(ledger, duels(STRENGTHS, 150))
    sets, entrants = [*selected_sets(ledger, ALL)], [*set_entrants(ledger, ALL)]
    tracks = find_tracks(sets, entrants, "elo", [])
    final = make_system("elo").update(sets).ratings()
    assert {track.agent: track.readings[-1].rating for track in tracks} == {a: r.value for a, r in final.items()}
    assert [one.sets for one in tracks[0].readings][-1] == 150
    assert len(tracks[0].readings) <= 60
    assert tracks[0].readings[-1].ended_ms == max(one.ended_ms for one in entrants)


def test_a_lineage_climbs_as_its_versions_get_stronger(ledger: Ledger) -> None:
    for number in range(1, 5):
        parent = (AgentName("ada"), f"v{number - 1}") if number > 1 else None
        ledger.checkpoints.freeze(AgentName("ada"), f"v{number}", parent, step=number, figures={"loss": 1 / number})
    fill(ledger, duels({"ada": -2.0, "bob": 0.0, "cy": 0.5}, 400, versions=4))
    found = find_lineage(ledger, [*selected_sets(ledger, ALL)], set_entrants(ledger, ALL))
    assert [(one.version, one.place, one.lineage) for one in found] == [(f"v{n}", n, "ada") for n in range(1, 5)]
    assert found[1].parent == ("ada", "v1")
    assert [(one.step, one.figures) for one in found] == [(n, {"loss": 1 / n}) for n in range(1, 5)]
    ratings = [one.rating for one in found]
    assert ratings == sorted(ratings)
    assert all(one.low < one.rating < one.high for one in found)


def test_an_agent_of_one_version_has_no_lineage(ledger: Ledger) -> None:
    fill(ledger, duels(STRENGTHS, 20, versions=1))
    assert find_lineage(ledger, [*selected_sets(ledger, ALL)], set_entrants(ledger, ALL)) == []


def test_a_null_bot_above_chance_raises_an_alarm(ledger: Ledger) -> None:
    fill(ledger, [duel(plan(f"s{n}", [party("random"), party("ada")]), (1.0, 1.0)) for n in range(20)])
    sets = [*selected_sets(ledger, ALL)]
    (record,) = null_records(sets, NULLS)
    assert (record.wins, record.count, record.chance) == (20, 20, 0.5)
    agents = rated_agents(ledger, GAME.rated_id, [AgentName("random"), AgentName("ada")])
    (found,) = judged_nulls(ledger, ALL, agents, NoInsight())
    assert found.alarm
    assert find_alarms(sets, [found]).raised


def test_null_bots_among_themselves_and_draws_raise_none(ledger: Ledger) -> None:
    fill(ledger, [duel(plan(f"n{n}", [party("random"), party("null")]), (1.0, 1.0)) for n in range(20)])
    fill(ledger, [duel(plan(f"d{n}", [party("random"), party("ada")]), (0.5, 0.5)) for n in range(20)])
    (record,) = null_records(selected_sets(ledger, ALL), NULLS)
    assert (record.agent, record.wins, record.count) == ("random", 0, 20)


def test_thrown_sets_raise_an_alarm(ledger: Ledger) -> None:
    fill(ledger, duels({"ada": 2.0, "bob": 0.0, "cy": 0.0, "dee": 0.0}, 400))
    fill(ledger, [duel(plan(f"t{n}", [party("dee"), party("ada")]), (1.0, 1.0)) for n in range(60)])
    alarms = find_alarms([*selected_sets(ledger, ALL)])
    assert alarms.meetings[0].agents == ("ada", "dee")
    assert alarms.meetings[0].alarm
    assert alarms.raised >= 1


def test_two_agents_that_met_nobody_else_raise_no_alarm(ledger: Ledger) -> None:
    fill(ledger, [duel(plan(f"t{n}", [party("dee"), party("ada")]), (1.0, 1.0)) for n in range(60)])
    assert find_alarms([*selected_sets(ledger, ALL)]).raised == 0


def test_aggregates_are_of_the_agents_of_all_games(ledger: Ledger) -> None:
    fill(ledger, duels(STRENGTHS, 60))
    fill(ledger, duels({**STRENGTHS, "dee": 0.0}, 60, seed=2, game=OTHER))
    facts = [gather(ledger, chosen, None, []) for chosen in scope.find_scope(ledger, "toy").games]
    found = compare(facts)
    assert found is not None
    assert found.left_out == ["dee"]
    assert {one.agent for one in found.agents} == STRENGTHS.keys()
    shares = {one.game: one.shares[found.agents[0].agent] for one in facts}
    assert found.agents[0].middle.value == interquartile_mean(shares)
    assert compare(facts[:1]) is None


def event(ledger: Ledger, sets: Sequence[str]) -> str:
    """The id of a stored event with these sets."""
    stored = ledger.tournaments.add(name="Spring Open", digest="d", game=GAME.id, version="1.0", text="")
    claim = ledger.tournaments.claim(stored)
    names = AgentName("ada"), AgentName("bob")
    pairings = [
        StoredPairing(round=1, number=at, leg=0, known=0, stage="", entrants=names, set_id=SetId(set_id))
        for at, set_id in enumerate(sets)
    ]
    ledger.tournaments.schedule(stored.id, claim, pairings)
    return stored.id


def test_a_tournament_is_the_games_and_sets_it_played(ledger: Ledger) -> None:
    fill(ledger, duels(STRENGTHS, 10))
    fill(ledger, duels(STRENGTHS, 10, seed=2, game=OTHER))
    stored = event(ledger, [f"{GAME.rated_id}-1-{number}" for number in range(4)])
    assert scope.find_scope(ledger, "Spring Open").games == scope.find_scope(ledger, stored).games
    (chosen,) = scope.find_scope(ledger, stored).games
    facts = gather(ledger, chosen, None, [])
    assert (facts.game, facts.sets, facts.matches) == (GAME.rated_id, 4, 8)
    assert sum(facts.endings.values()) == 16
    assert sum(line.row.matches for line in facts.ladder.lines) == 16


def test_a_tournament_without_a_finished_set_says_so(ledger: Ledger) -> None:
    fill(ledger, duels(STRENGTHS, 3))
    stored = event(ledger, ["later"])
    with pytest.raises(BadRequest, match=f"no set of tournament '{stored}' is finished yet"):
        scope.find_scope(ledger, stored)


def test_an_unknown_name_is_refused_with_what_there_is(ledger: Ledger) -> None:
    fill(ledger, duels(STRENGTHS, 2))
    with pytest.raises(UnknownGame, match=r"no game or tournament 'chess' .* results of toy/duel"):
        scope.find_scope(ledger, "chess")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1"])
def test_text_that_a_spreadsheet_would_compute_stands_behind_an_apostrophe(tmp_path: Path, text: str) -> None:
    CsvFile("t.csv", ("agent", "rating"), [(text, -1.5)]).write(tmp_path)
    with (tmp_path / "t.csv").open(newline="", encoding="utf-8") as source:
        _, (name, rating) = csv.reader(source)
    assert name[0] == "'"
    assert name[1:].strip() == text.strip()
    assert rating == "-1.5"


def test_plain_text_and_missing_numbers_are_left_alone() -> None:
    assert [cell(value) for value in ("ada", "a=b", None, float("nan"), 0)] == ["ada", "a=b", "", "", 0]


def test_characters_that_do_not_show_are_shown() -> None:
    assert shown("a\u202eb\x00c\ud800") == "a\\u202eb\\u0000c\\ud800"
    assert shown("abcdef", 4) == "abc…"


def test_names_are_text_in_drawings_and_ids_are_the_drawings_own() -> None:
    def paint(axes: object) -> None:
        axes.plot([0, 1], [0, 1], "o")  # type: ignore[attr-defined]
        axes.set_title(shown(HOSTILE) + "$x^2$ \\frac _{")  # type: ignore[attr-defined]

    one, two = draw("one", 'a "title" <b>', 200, paint), draw("two", "t", 200, paint)
    assert "&lt;script&gt;alert('x')&lt;/script&gt;$_{x}$\\u202e$x^2$ \\frac _{" in one
    assert "<script" not in one
    assert "date" not in one.lower()
    ids = [{found.split('"')[0] for found in text.split(' id="')[1:]} for text in (one, two)]
    assert ids[0]
    assert not ids[0] & ids[1]
    assert draw("one", 'a "title" <b>', 200, paint) == one


def test_trueskill_forecasts_are_of_the_default_model() -> None:
    own = chance(make_system("trueskill"), {"beta": trueskill.BETA}, Rating(25, 8.3), Rating(25, 8.3))
    assert own == 0.5
