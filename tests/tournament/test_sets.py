"""A set gives every party every place, and shares deals only where nobody can profit from it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.core.errors import BadSeats
from arena.core.game import GameSpec
from arena.core.match import GameRef, MatchPlan, PartyRef, SetPlan
from arena.core.seed import Seed
from arena.core.values import AgentName
from arena.tournament.sets import again, local_seeds, plan_set, seat_agents

REF = GameRef(id="fake/sum", version="1.0.0", config={}, rated_id="fake/sum")


def spec(seats: int = 2, teams: tuple[str, ...] = (), set_deals: int = 1) -> GameSpec:
    return GameSpec(
        id="fake/sum",
        version="1.0.0",
        seats=seats,
        summary="",
        brief="",
        fields=(),
        teams=teams,
        set_deals=set_deals,
    )


def parties(*names: str) -> tuple[PartyRef, ...]:
    return tuple(PartyRef(agent=AgentName(name), owner=name) for name in names)


def planned(
    game: GameSpec, *names: str, duplicate: bool = True, deals: int | None = None
) -> tuple[SetPlan, tuple[MatchPlan, ...]]:
    seeds = local_seeds(Seed.of(1), 0)
    return plan_set(REF, game, seat_agents(game, parties(*names)), seeds, rated=True, duplicate=duplicate, deals=deals)


@given(k=st.integers(2, 7), deals=st.integers(1, 5))
def test_every_party_has_every_place_once_a_deal(k: int, deals: int) -> None:
    names = [f"a{i}" for i in range(k)]
    plan, matches = planned(spec(k, set_deals=deals), *names)
    assert plan.matches == len(matches) == k * deals
    assert [match.ordinal for match in matches] == list(range(k * deals))
    for deal in range(deals):
        own = matches[deal * k : (deal + 1) * k]
        assert len({match.seed for match in own}) == 1
        for place in range(k):
            assert sorted(match.parties[place].agent for match in own) == names
    assert len({match.seed for match in matches}) == deals
    assert len({match.match_id for match in matches}) == len(matches)


def test_hidden_deals_are_not_shared_between_rotations() -> None:
    _, matches = planned(spec(), "a", "b", duplicate=False, deals=3)
    assert len({match.seed for match in matches}) == 6
    assert [match.parties[0].agent for match in matches] == ["a", "b"] * 3


def test_one_agent_fills_every_place_unrated_and_unturned() -> None:
    plan, matches = planned(spec(4, ("red", "blue")), "a", deals=3)
    assert [[party.agent for party in match.parties] for match in matches] == [["a", "a"]] * 3
    assert plan.self_play
    assert not plan.rated


def test_game_of_one_seat_is_rated() -> None:
    plan, matches = planned(spec(1), "a", deals=3)
    assert plan.rated
    assert len(matches) == 3


def test_agents_take_teams_or_seats() -> None:
    game = spec(4, ("red", "blue"))
    assert [p.agent for p in seat_agents(game, parties("a", "b"))] == ["a", "b"]
    assert len(planned(game, "a", "b", "c", "d")[1]) == 4
    with pytest.raises(BadSeats, match="takes 1 or 2 or 4 agents, not 3"):
        seat_agents(game, parties("a", "b", "c"))


def test_same_seed_gives_the_same_deals_and_new_ids() -> None:
    (first, ones), (second, twos) = planned(spec(), "a", "b"), planned(spec(), "a", "b")
    assert first.set_id != second.set_id
    assert [match.seed for match in ones] == [match.seed for match in twos]
    assert local_seeds(Seed.of(1), 1)(0, 0) != ones[0].seed


def test_void_match_is_played_again_as_it_was_under_a_new_id() -> None:
    _, (match, *_) = planned(spec(), "a", "b")
    second = again(match)
    assert second.match_id != match.match_id
    assert (second.seed, second.ordinal, second.parties) == (match.seed, match.ordinal, match.parties)
