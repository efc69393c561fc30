"""Payoffs summed by the database: equal to those counted set by set, on every database."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from arena.core.match import PartyRef
from arena.core.values import AgentName, Seat
from arena.ledger import Ledger
from arena.ledger.pair_sums import pair_sums
from arena.ledger.payoffs import payoff_sets
from arena.rating.payoff import PayoffTally
from arena.rating.population import PairSums
from tests.ledger.samples import ALICE, BOB, GAME, result, results, set_plan

GAME_ID = GAME.rated_id
CAROL = PartyRef(agent=AgentName("carol"), version="c1", owner="eve")
YOUNG, OLD = replace(ALICE, version="v3"), replace(ALICE, version="")


def played(ledger: Ledger, *meetings: tuple[*tuple[PartyRef, ...], int | None]) -> None:
    """A set of two matches each, won by the first, the second or nobody."""
    for *parties, winner in meetings:
        plan = set_plan(2, parties)
        ledger.append(plan, results(plan, winner))
    ledger.flush()


def by_pair(sums: Iterable[tuple[PairSums, int]]) -> dict[tuple[str, str], PairSums]:
    return {(pair.agent, pair.opponent): pair for pair, _ in sums}


def test_sums_are_those_of_the_sets_one_by_one(ledger: Ledger) -> None:
    played(ledger, (ALICE, BOB, 0), (BOB, ALICE, 0), (ALICE, BOB, None), (CAROL, BOB, 0), (ALICE, CAROL, 1))
    counted = {(cell.agent, cell.opponent): cell for cell in PayoffTally().update(payoff_sets(ledger, GAME_ID)).cells()}
    found = by_pair(pair_sums(ledger, GAME_ID))
    assert found.keys() == counted.keys()
    for pair, cell in counted.items():
        assert found[pair].score[2:] == pytest.approx(cell[2:])


def test_every_way_of_summing_agrees_where_nobody_has_versions(ledger: Ledger) -> None:
    dave = PartyRef(agent=AgentName("dave"), owner="dan")
    erin = PartyRef(agent=AgentName("erin"), owner="eli")
    played(ledger, (dave, BOB, 0), (BOB, dave, None), (dave, BOB, 1), (dave, erin, BOB, 1), (erin, dave, BOB, None))
    assert by_pair(pair_sums(ledger, GAME_ID)) == by_pair(pair_sums(ledger, GAME_ID, checkpoints=True))


def test_checkpoints_are_told_apart_and_may_meet_their_own_kind(ledger: Ledger) -> None:
    played(ledger, (ALICE, BOB, 0), (YOUNG, BOB, 1), (OLD, BOB, None), (YOUNG, ALICE, 0))
    found = by_pair(pair_sums(ledger, GAME_ID, checkpoints=True))
    shares = {pair: sums.share.mean for pair, sums in found.items() if pair[0] > pair[1]}
    assert shares == {
        ("bob", "alice@v2"): 0.0,
        ("bob", "alice@v3"): 1.0,
        ("bob", "alice"): 0.5,
        ("alice@v3", "alice@v2"): 1.0,
    }


def test_a_seat_or_role_counts_what_rows_earned_in_it(ledger: Ledger) -> None:
    plan = set_plan(2)
    ledger.append(plan, [result(plan, 0, winner=0), result(plan, 1, winner=None)]).result(30)
    first, second = (by_pair(pair_sums(ledger, GAME_ID, seat=Seat(seat))) for seat in (0, 1))
    # Alice sits in seat 0 of the match she wins, and in seat 1 of the drawn one.
    assert (first["alice", "bob"].score.mean, first["bob", "alice"].score.mean) == (1.0, 0.5)
    assert (second["alice", "bob"].score.mean, second["bob", "alice"].score.mean) == (0.5, 0.0)
    assert (first["alice", "bob"].share.mean, second["alice", "bob"].share.mean) == (1.0, 0.5)
    assert by_pair(pair_sums(ledger, GAME_ID, seat=Seat(7))) == {}
    # Roles of these matches go with the seats.
    assert by_pair(pair_sums(ledger, GAME_ID, role="second")) == second
    assert by_pair(pair_sums(ledger, GAME_ID, role="second", seat=Seat(0))) == {}


def test_sets_within_an_owner_count_and_unfinished_ones_do_not(ledger: Ledger) -> None:
    mate = PartyRef(agent=AgentName("alice-2"), owner=ALICE.owner)
    played(ledger, (ALICE, mate, 0))
    unfinished = set_plan(2)
    ledger.append(unfinished, [result(unfinished)]).result(30)
    assert by_pair(pair_sums(ledger, GAME_ID)).keys() == {("alice", "alice-2"), ("alice-2", "alice")}


@pytest.mark.parametrize("checkpoints", [False, True], ids=["agents", "checkpoints"])
def test_a_void_attempt_counts_for_nobody(ledger: Ledger, checkpoints: bool) -> None:
    plan = set_plan(1)
    ledger.append(plan, [result(plan, match_id="lost", winner=1, void="the worker died")])
    ledger.append(plan, [result(plan, winner=0)]).result(30)
    (sums,) = (
        pair for pair, _ in pair_sums(ledger, GAME_ID, checkpoints=checkpoints) if pair.agent.startswith("alice")
    )
    assert (sums.samples, sums.wins) == (1, 1)


def test_sums_go_on_from_the_last_set_that_was_counted(ledger: Ledger) -> None:
    played(ledger, (ALICE, BOB, 0))
    last = max(number for _, number in pair_sums(ledger, GAME_ID))
    assert list(pair_sums(ledger, GAME_ID, after=last)) == []
    played(ledger, (ALICE, BOB, 1))
    more = by_pair(pair_sums(ledger, GAME_ID, after=last))["alice", "bob"]
    assert (more.samples, more.wins, more.losses) == (1, 0, 1)
