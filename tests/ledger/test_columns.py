"""Rated sets as columns, as sets and as matches: the same on every database."""

import numpy as np

from arena.core.match import Cause, PartyRef
from arena.core.values import AgentName
from arena.ledger import Ledger
from arena.ledger.columns import read_columns
from arena.ledger.selection import Pool, Selection, endings, selected_matches, selected_sets, set_entrants
from tests.ledger.samples import ALICE, BOB, GAME, result, results, set_plan

ALL = Selection(game=GAME.rated_id)


def test_columns_say_what_the_sets_say(ledger: Ledger) -> None:
    for winner in (0, 1, None):
        plan = set_plan()
        ledger.append(plan, results(plan, winner))
    spoilt = set_plan()
    ledger.append(spoilt, [result(spoilt, 0, winner=1, cause=Cause.TIMEOUT), result(spoilt, 1, winner=1)])
    ledger.flush()
    columns = read_columns(ledger, ALL)
    assert columns is not None
    assert columns.pairs.agents == ("alice", "bob")
    assert np.where(columns.pairs.first == 0, columns.pairs.score, 1 - columns.pairs.score).tolist() == [1, 0, 0.5, 0]
    assert columns.clean.tolist() == [True, True, True, False]
    assert columns.records == {"alice": (8, 2, 2, 4, 1), "bob": (8, 4, 2, 2, 0)}
    assert [one.set_id for one in selected_sets(ledger, ALL)] == [
        one.set_id for one in ledger.ladder_sets(GAME.rated_id)
    ]


def test_a_set_of_too_many_matches_or_agents_is_left_to_the_stream(ledger: Ledger) -> None:
    long = set_plan(128)
    ledger.append(long, results(long))
    ledger.flush()
    assert read_columns(ledger, ALL) is None
    assert [one.standings[0].matches for one in selected_sets(ledger, ALL)] == [128]


def test_sets_of_one_agent_and_of_three_do_not_pass_for_two_pairs(ledger: Ledger) -> None:
    third = PartyRef(agent=AgentName("cy"), owner="cy")
    for parties in ((ALICE,), (BOB,), (ALICE, BOB, third)):
        plan = set_plan(1, parties)
        ledger.append(plan, results(plan))
    ledger.flush()
    assert read_columns(ledger, ALL) is None
    assert len([*selected_sets(ledger, ALL)]) == 3


def test_time_pool_and_number_choose_sets_and_matches(ledger: Ledger) -> None:
    met, alone = set_plan(), set_plan(2, (ALICE, ALICE))
    for plan in (met, alone):
        ledger.append(plan, results(plan, None))
    ledger.flush()
    both = Selection(game=GAME.rated_id, pool=Pool.ALL)
    assert [len(one.standings) for one in selected_sets(ledger, both)] == [2, 1]
    own = Selection(game=GAME.rated_id, pool=Pool.SELF_PLAY)
    assert [[part.agent for part in match.seats] for match in selected_matches(ledger, own)] == [["alice"] * 2] * 2
    assert [*selected_sets(ledger, Selection(game=GAME.rated_id, since_ms=2_002))] == []
    assert [one.number for one in selected_sets(ledger, Selection(game=GAME.rated_id, since_ms=2_001))] == [0]
    assert [one.set_id for one in selected_sets(ledger, Selection(game=GAME.rated_id, pool=Pool.ALL, since=1))] == [
        alone.set_id
    ]
    named = Selection(game=GAME.rated_id, pool=Pool.ALL, sets={alone.set_id})
    assert [one.set_id for one in selected_sets(ledger, named)] == [alone.set_id]


def test_entrants_and_endings_are_counted_by_agent(ledger: Ledger) -> None:
    plan = set_plan()
    ledger.append(plan, [result(plan, 0, cause=Cause.ILLEGAL), result(plan, 1, void="the worker died")])
    ledger.append(plan, [result(plan, 1, match_id="again")])
    ledger.flush()
    assert [tuple(one) for one in set_entrants(ledger, ALL)] == [(1, "alice", "v2", 2, 2_001), (1, "bob", "", 2, 2_001)]
    assert endings(ledger, ALL)["bob", Cause.ILLEGAL] == 1
    assert [match.clean for match in selected_matches(ledger, ALL)] == [False, True]
