"""The ladder: standings of a set, raw and clean ratings, records."""

from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.core.errors import BadRequest
from arena.core.values import AgentName, SetId
from arena.rating import Ladder, SeatLine, SetResult, Standing, ladder, standings


def seat(agent: str, rank: int, score: float, *, fault: bool = False) -> SeatLine:
    return SeatLine(AgentName(agent), rank, score, fault)


def test_a_set_is_ranked_by_scores_summed_over_its_matches() -> None:
    first = [seat("a", 1, 10), seat("b", 2, 3)]
    second = [seat("b", 1, 6), seat("a", 2, 5)]
    assert standings([first, second]) == [
        Standing(AgentName("a"), 1, 15.0, 2, 1, 0, 1, 0),
        Standing(AgentName("b"), 2, 9.0, 2, 1, 0, 1, 0),
    ]


def test_equal_sums_share_a_rank_whatever_the_order_of_the_matches() -> None:
    matches = [[seat("a", 1, 0.1), seat("b", 1, 0.3)], [seat("b", 1, 0.2), seat("a", 1, 0.2)]]
    matches.append([seat("a", 1, 0.3), seat("b", 1, 0.1)])
    assert {line.rank for line in standings(matches)} == {1}
    assert standings(matches) == standings(matches[::-1])


def test_a_team_of_many_seats_is_one_unit() -> None:
    village = [seat("a", 1, 1.0) for _ in range(5)] + [seat("b", 2, 0.0) for _ in range(2)]
    swapped = [seat("a", 1, 1.0) for _ in range(2)] + [seat("b", 2, 0.0) for _ in range(5)]
    assert [(line.agent, line.score, line.wins) for line in standings([village, swapped])] == [
        ("a", 2.0, 2),
        ("b", 0.0, 0),
    ]


def test_sharing_the_first_rank_is_a_draw_and_the_rest_lose() -> None:
    lines = standings([[seat("a", 1, 1), seat("b", 1, 1), seat("c", 3, 0)]])
    assert [(s.agent, s.rank, s.wins, s.draws, s.losses) for s in lines] == [
        ("a", 1, 0, 1, 0),
        ("b", 1, 0, 1, 0),
        ("c", 3, 0, 0, 1),
    ]


def test_a_faulted_seat_is_not_covered_by_its_team_mates() -> None:
    match = [seat("a", 3, 0, fault=True), seat("a", 1, 1), seat("b", 2, 0)]
    line = next(s for s in standings([match]) if s.agent == "a")
    assert (line.losses, line.errors) == (1, 1)


@given(st.lists(st.lists(st.integers(1, 3), min_size=3, max_size=3), min_size=1, max_size=8))
def test_every_match_is_won_drawn_or_lost(ranks: list[list[int]]) -> None:
    matches = [[seat(agent, rank, -rank) for agent, rank in zip("abc", row, strict=True)] for row in ranks]
    for line in standings(matches):
        assert line.wins + line.draws + line.losses == line.matches == len(ranks)


def outcome(number: int, winner: str, loser: str, *, clean: bool = True) -> SetResult:
    lines = standings([[seat(winner, 1, 1), seat(loser, 2, 0, fault=not clean)]])
    return SetResult(number, SetId(f"s{number}"), clean, lines)


def test_a_set_with_a_fault_moves_the_raw_rating_only() -> None:
    rows = {row.agent: row for row in ladder([outcome(0, "a", "b"), outcome(1, "b", "a", clean=False)])}
    a, b = rows[AgentName("a")], rows[AgentName("b")]
    assert a.clean_rating == pytest.approx(29.396, abs=1e-3)
    assert b.clean_rating == pytest.approx(20.604, abs=1e-3)
    assert b.rating > 20.604 + 1
    assert (a.error_share, b.error_share) == (0.5, 0.0)


def test_clean_ratings_are_those_of_the_clean_sets_alone() -> None:
    sets = [outcome(n, "ab"[n % 3 == 0], "ba"[n % 3 == 0], clean=n % 4 != 2) for n in range(40)]
    raw = {row.agent: row.clean_rating for row in ladder(sets)}
    clean = {row.agent: row.rating for row in ladder([each for each in sets if each.clean])}
    assert raw == clean


def test_settings_reach_the_rating_system() -> None:
    assert [row.rating for row in ladder([outcome(0, "a", "b")], "elo", ["k=8"])] == [1504.0, 1496.0]


def test_an_agent_without_a_clean_set_has_no_clean_rating() -> None:
    assert {row.clean_rating for row in ladder([outcome(0, "a", "b", clean=False)])} == {None}


def test_rows_are_what_the_ladder_command_prints() -> None:
    first, second = (asdict(row) for row in ladder([outcome(0, "a", "b")], "elo"))
    assert first == {
        "rank": 1,
        "agent": "a",
        "rating": 1516.0,
        "uncertainty": None,
        "elo": 1516.0,
        "matches": 1,
        "wins": 1,
        "draws": 0,
        "losses": 0,
        "error_share": 0.0,
        "clean_rating": 1516.0,
    }
    assert (second["rank"], second["agent"], second["losses"]) == (2, "b", 1)


def test_a_ladder_states_intervals_where_its_system_is_uncertain() -> None:
    low, high = Ladder("trueskill").update([outcome(0, "a", "b")]).intervals()[AgentName("a")] or (0, 0)
    assert (low, high) == pytest.approx((29.396 - 1.96 * 7.171, 29.396 + 1.96 * 7.171), abs=1e-2)
    assert set(Ladder("elo").update([outcome(0, "a", "b")]).intervals().values()) == {None}


def test_equal_ratings_share_a_rank_in_order_of_names() -> None:
    tied = SetResult(0, SetId("s"), True, standings([[seat("b", 1, 1), seat("a", 1, 1), seat("c", 3, 0)]]))
    assert [(row.rank, row.agent) for row in ladder([tied], "elo")] == [(1, "a"), (1, "b"), (3, "c")]


def test_an_unknown_system_is_named_with_the_known_ones() -> None:
    with pytest.raises(BadRequest, match="unknown rating system 'glicko'; there is elo, glicko2, mean, openskill, "):
        ladder([], "glicko")


def test_a_game_without_results_has_an_empty_ladder() -> None:
    assert ladder([]) == []
