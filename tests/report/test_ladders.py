"""Ladders from a ledger: by columns, set by set, by role and seat, and of part of the sets."""

import random
from dataclasses import astuple

import pytest

from arena.core.errors import BadRequest
from arena.core.match import Cause
from arena.ledger import Ledger
from arena.ledger.columns import read_columns
from arena.ledger.selection import Pool, Selection, selected_sets
from arena.rating import SYSTEMS, Ladder
from arena.rating.bradley_terry import fit, pairs_of_set
from arena.report.ladders import NAMES, FoundLadder, find_ladder
from tests.report.samples import DAY_MS, GAME, OTHER, duel, duels, fill, party, plan, table

STRENGTHS = {"ada": 1.0, "bob": 0.4, "cy": 0.0, "dee": -0.5, "eve": -1.0}
ALL = Selection(game=GAME.rated_id)


def numbers(found: FoundLadder) -> dict[str, list[float | None]]:
    return {line.row.agent: [*astuple(line.row)[2:], *(line.interval or ())] for line in found.lines}


@pytest.mark.parametrize("system", NAMES)
def test_a_recomputed_ladder_equals_the_one_from_columns(ledger: Ledger, system: str) -> None:
    fill(ledger, duels(STRENGTHS, 120))
    quick = find_ladder(ledger, ALL, system)
    slow = find_ladder(ledger, ALL, system, recompute=True)
    assert [line.row.agent for line in quick.lines] == [line.row.agent for line in slow.lines]
    for agent, line in numbers(slow).items():
        assert numbers(quick)[agent] == pytest.approx(line, abs=1e-9), agent


@pytest.mark.parametrize("system", sorted(SYSTEMS))
def test_a_ladder_that_grew_as_sets_landed_equals_a_recomputed_one(ledger: Ledger, system: str) -> None:
    growing, last = Ladder(system), -1
    for number, one in enumerate(duels(STRENGTHS, 60)):
        fill(ledger, [one])
        if number % 7 == 0 or number == 59:
            for finished in ledger.ladder_sets(GAME.rated_id, after=last):
                growing.add(finished)
                last = finished.number
    again = find_ladder(ledger, ALL, system, recompute=True)
    assert len(growing.rows()) == len(again.lines) == 5
    for grown, line in zip(growing.rows(), again.lines, strict=True):
        assert grown.agent == line.row.agent
        assert astuple(grown)[2:] == pytest.approx(astuple(line.row)[2:], abs=1e-9)


def test_columns_are_the_sets_in_order_of_completion(ledger: Ledger) -> None:
    fill(ledger, duels(STRENGTHS, 50))
    columns, sets = read_columns(ledger, ALL), [*selected_sets(ledger, ALL)]
    assert columns is not None
    assert columns.clean.tolist() == [one.clean for one in sets]
    for at, one in enumerate(sets):
        first = columns.pairs.agents[columns.pairs.first[at]]
        second = columns.pairs.agents[columns.pairs.second[at]]
        rank = {line.agent: line.rank for line in one.standings}
        assert rank.keys() == {first, second}
        assert columns.pairs.score[at] == 0.5 + (rank[second] - rank[first]) / 2
    lines = [line for one in sets for line in one.standings if line.agent == "ada"]
    assert columns.records["ada"] == tuple(sum(line[at] for line in lines) for at in range(3, 8))


def test_sets_of_more_than_two_agents_are_not_for_columns(ledger: Ledger) -> None:
    rng = random.Random(2)
    fill(ledger, [table(number, sorted(STRENGTHS), rng) for number in range(3)])
    assert read_columns(ledger, ALL) is None
    assert len(find_ladder(ledger, ALL).lines) == 5


def test_pools_tell_meetings_from_self_play(ledger: Ledger) -> None:
    fill(ledger, [duel(plan("met", [party("ada"), party("bob")]), (1.0, 1.0))])
    fill(ledger, [duel(plan("alone", [party("ada"), party("ada")]), (1.0, 0.5))])
    own = Selection(game=GAME.rated_id, pool=Pool.SELF_PLAY)
    both = Selection(game=GAME.rated_id, pool=Pool.ALL)
    assert [one.set_id for one in selected_sets(ledger, ALL)] == ["met"]
    assert [one.set_id for one in selected_sets(ledger, own)] == ["alone"]
    assert [one.set_id for one in selected_sets(ledger, both)] == ["met", "alone"]
    assert find_ladder(ledger, own).system == "mean"
    assert [line.row.matches for line in find_ladder(ledger, both).lines] == [4, 2]


def test_since_takes_sets_by_number_and_by_the_end_of_their_last_match(ledger: Ledger) -> None:
    fill(ledger, duels(STRENGTHS, 30))
    late = Selection(game=GAME.rated_id, since_ms=2 * DAY_MS + 2_000)
    assert [one.number for one in selected_sets(ledger, late)] == [*range(20, 30)]
    assert [one.number for one in selected_sets(ledger, Selection(game=GAME.rated_id, since=25))] == [*range(25, 30)]
    columns = read_columns(ledger, late)
    assert columns is not None
    assert len(columns.clean) == 10


def test_void_open_and_other_games_sets_are_in_no_ladder(ledger: Ledger) -> None:
    fill(ledger, duels(STRENGTHS, 4, game=OTHER))
    unfinished, results = duel(plan("open", [party("ada"), party("bob")]), (1.0, 1.0))
    fill(ledger, [(unfinished, results[:1])])
    assert find_ladder(ledger, ALL).lines == []
    assert read_columns(ledger, ALL) is None


def test_each_agent_has_a_line_for_each_of_its_roles(ledger: Ledger) -> None:
    rng, names = random.Random(3), sorted(STRENGTHS)
    fill(ledger, [table(number, names, rng) for number in range(80)])
    for system in ("trueskill", "elo"):
        found = find_ladder(ledger, ALL, system, by="role")
        units = {(line.row.agent, line.level): line.row for line in found.lines}
        assert units.keys() == {(name, role) for name in names for role in ("wolf", "villager")}
        assert sum(row.matches for row in units.values()) == 80 * 5
        assert units["bob", "wolf"].rating > units["ada", "wolf"].rating
        assert max(units, key=lambda unit: units[unit].rating)[1] == "wolf"


def test_seats_are_rated_apart(ledger: Ledger) -> None:
    wins = [duel(plan(f"s{number}", [party("ada"), party("bob")]), (1.0, 0.0)) for number in range(10)]
    found = find_ladder(fill(ledger, wins), ALL, "bradley-terry", by="seat")
    assert {(line.row.agent, line.level): line.row.wins for line in found.lines} == {
        ("ada", "0"): 10,
        ("bob", "0"): 10,
        ("ada", "1"): 0,
        ("bob", "1"): 0,
    }
    assert {round(line.row.rating) for line in found.lines} == {1500}
    assert "seat 0 is worth +" in found.notes[-2]
    assert {line.level for line in find_ladder(ledger, ALL, "elo", by="seat").lines[:2]} == {"0"}


def test_bradley_terry_is_the_fit_of_sets_and_of_clean_sets(ledger: Ledger) -> None:
    fill(ledger, duels(STRENGTHS, 100))
    sets = [*selected_sets(ledger, ALL)]
    whole = fit([pair for one in sets for pair in pairs_of_set(one)])
    clean = {row.agent: row for row in fit([p for one in sets if one.clean for p in pairs_of_set(one)]).agents}
    found = find_ladder(ledger, ALL, "bradley-terry")
    for line, row in zip(found.lines, whole.agents, strict=True):
        assert line.interval == pytest.approx((row.low, row.high))
        assert line.row.rating == pytest.approx(row.rating)
        assert line.row.clean_rating == pytest.approx(clean[row.agent].rating)


def test_an_agent_without_a_clean_set_has_no_clean_rating(ledger: Ledger) -> None:
    fill(ledger, [duel(plan("clean", [party("ada"), party("bob")]), (1.0, 0.0))])
    fill(ledger, [duel(plan("spoilt", [party("ada"), party("cy")]), (1.0, 1.0), cause=Cause.TIMEOUT)])
    for system in ("elo", "bradley-terry"):
        clean = {line.row.agent: line.row.clean_rating for line in find_ladder(ledger, ALL, system).lines}
        assert clean["cy"] is None
        assert clean["ada"] is not None


def test_what_a_fit_rests_on_is_noted(ledger: Ledger) -> None:
    fill(ledger, [duel(plan("a", [party("ada"), party("bob")]), (1.0, 1.0))])
    fill(ledger, [duel(plan("b", [party("cy"), party("dee")]), (1.0, 1.0))])
    notes = " ".join(find_ladder(ledger, ALL, "bradley-terry").notes)
    assert "2 groups that never met" in notes
    assert "ada, cy lost no point" in notes


def test_settings_reach_the_system_and_wrong_ones_are_refused(ledger: Ledger) -> None:
    fill(ledger, [duel(plan("a", [party("ada"), party("bob")]), (1.0, 1.0))])
    assert [line.row.rating for line in find_ladder(ledger, ALL, "elo", ["k=10", "start=0"]).lines] == [5.0, -5.0]
    with pytest.raises(BadRequest, match="unknown option 'k'"):
        find_ladder(ledger, ALL, "bradley-terry", ["k=10"])
    with pytest.raises(BadRequest, match="unknown rating system 'astrology'; there is elo"):
        find_ladder(ledger, ALL, "astrology")


def test_bradley_terry_says_when_nobody_met(ledger: Ledger) -> None:
    fill(ledger, [duel(plan("alone", [party("ada"), party("ada")]), (1.0, 1.0))])
    with pytest.raises(BadRequest, match="no two have met"):
        find_ladder(ledger, Selection(game=GAME.rated_id, pool=Pool.SELF_PLAY), "bradley-terry")
