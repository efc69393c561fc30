"""What the rows of a match mean: sides, ranks, and one unit for each agent."""

from io import BytesIO

import pytest

from arena.core.errors import BadRequest
from arena.rating.matches import pair_results, set_results
from arena.rating.results import SetResult
from arena.rating.table import Match, read_matches


def parse(rows: str, header: str = "match,agent,team,rank,score,seat,role") -> list[Match]:
    return read_matches(BytesIO(f"{header}\n{rows}\n".encode()))


def one(rows: str, header: str = "match,agent,team,rank,score,seat,role") -> SetResult:
    (result,) = set_results(parse(rows, header))
    return result


def ranks(result: SetResult) -> dict[str, int]:
    return {line.agent: line.rank for line in result.standings}


def test_two_agents_are_ranked_by_rank() -> None:
    assert ranks(one("m,a,,2,9,0,\nm,b,,1,3,1,")) == {"b": 1, "a": 2}


def test_scores_rank_where_ranks_are_missing() -> None:
    assert ranks(one("m,a,,,2.5,0,\nm,b,,,-1,1,\nm,c,,,2.5,2,")) == {"a": 1, "c": 1, "b": 3}


def test_scores_decide_when_a_rank_is_missing_in_one_row() -> None:
    assert ranks(one("m,a,,1,0,0,\nm,b,,,5,1,")) == {"b": 1, "a": 2}


def test_a_team_is_one_side_with_the_mean_of_its_seats() -> None:
    result = one("m,a,red,,3,0,\nm,b,red,,0,1,\nm,c,blue,,2,2,")
    assert ranks(result) == {"c": 1, "a": 2, "b": 2}
    assert result.teams is not None
    assert result.teams["a"] == result.teams["b"] != result.teams["c"]


def test_a_homogeneous_team_is_one_agent() -> None:
    result = one("m,a,red,1,,0,\nm,a,red,1,,1,\nm,b,blue,2,,2,\nm,b,blue,2,,3,")
    assert ranks(result) == {"a": 1, "b": 2}
    assert result.plain


def test_an_agent_in_two_seats_is_one_unit_by_their_mean() -> None:
    result = one("m,a,,1,,0,\nm,b,,2,,1,\nm,a,,4,,2,\nm,c,,3,,3,")
    assert ranks(result) == {"b": 1, "a": 2, "c": 3}


def test_an_agent_on_both_sides_makes_all_stand_for_themselves() -> None:
    result = one("m,a,red,,1,0,\nm,a,blue,,0,1,\nm,b,red,,1,2,\nm,c,blue,,0,3,")
    assert ranks(result) == {"b": 1, "a": 2, "c": 3}
    assert result.teams is None


def test_a_team_named_as_an_agent_is_not_that_agent() -> None:
    result = one("m,a,b,1,,0,\nm,c,b,1,,1,\nm,b,,2,,2,")
    assert ranks(result) == {"a": 1, "c": 1, "b": 2}


def test_weights_are_the_mean_over_an_agents_seats_and_kept_only_where_they_matter() -> None:
    header = "match,agent,team,rank,weight"
    assert one("m,a,r,1,0.5\nm,a,r,1,1\nm,b,r,1,\nm,c,,2,1", header).weights == {"a": 0.75, "b": 1.0, "c": 1.0}
    assert one("m,a,,1,1\nm,b,,2,", header).weights is None


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("m,a,,1,,0,", "line 2: match 'm' has only one agent, 'a'; a rating compares at least two"),
        ("m,a,,1,,0,\nm,a,,2,,1,", "line 2: match 'm' has only one agent"),
        ("m,a,red,1,,0,\nm,b,red,1,,1,", "line 2: match 'm' has only one team, 'red'"),
        ("m,a,,1,,0,\nm,b,,,,1,", "line 3: match 'm' needs a rank in each of its rows, or a score in each"),
        ("m,a,,1,,0,\nm,b,,,3,1,", "line 2: match 'm' needs a rank in each of its rows, or a score in each"),
    ],
)
def test_a_match_that_cannot_be_ranked_is_refused_with_its_line(rows: str, sentence: str) -> None:
    with pytest.raises(BadRequest) as refused:
        one(rows)
    assert str(refused.value).startswith(sentence)


def test_pairs_are_of_agents_on_different_sides_with_what_they_sat_on() -> None:
    found = list(pair_results(parse("m,a,red,1,,0,wolf\nm,b,red,1,,1,wolf\nm,c,blue,2,,2,seer"), ["seat", "role"]))
    assert [(pair.agent, pair.opponent, pair.score, pair.factors["role"]) for pair in found] == [
        ("a", "c", 1.0, ("wolf", "seer")),
        ("b", "c", 1.0, ("wolf", "seer")),
    ]
    assert {pair.cluster for pair in found} == {"m"}


def test_an_agent_without_a_seat_cannot_be_told_apart_by_seat() -> None:
    with pytest.raises(BadRequest, match="line 3: match 'm' cannot be told apart by seat: agent 'b' has no seat"):
        list(pair_results(parse("m,a,,1,,0,\nm,b,,2,,,"), ["seat"]))


def test_rounding_decides_no_match() -> None:
    assert ranks(one("m,a,red,,0.1,0,\nm,b,red,,0.2,1,\nm,c,,,0.15,2,")) == {"a": 1, "b": 1, "c": 1}
    (first, second) = one(f"m,a,,,{0.1 + 0.2!r},0,\nm,b,,,0.3,1,").standings
    assert (first.rank, second.rank, first.draws, second.draws) == (1, 1, 1, 1)
