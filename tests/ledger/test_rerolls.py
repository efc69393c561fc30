"""Re-rolls are kept and proved like any match, and counted nowhere."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from arena.core.errors import ArenaError
from arena.core.match import MatchResult, Move, Origin, PartyRef, SetPlan
from arena.core.seed import Seed
from arena.core.values import MatchId, Seat, SetId
from arena.ledger import Ledger, SetState
from arena.ledger.columns import read_columns
from arena.ledger.pair_sums import pair_sums
from arena.ledger.payoffs import payoff_sets
from arena.ledger.record import decode, encode, payload
from arena.ledger.selection import Pool, Selection, selected_sets
from tests.ledger.samples import ALICE, BOB, GAME, result, results, set_plan

Change = Callable[[MatchResult], MatchResult]


def rerolls(of: SetPlan, first: MatchResult, *, rated: bool = False) -> SetPlan:
    origin = Origin(first.plan.match_id, 2, first.plan.set_id)
    return replace(of, set_id=SetId("again"), rated=rated, origin=origin)


def on(plan: SetPlan, ordinal: int, first: MatchResult) -> MatchResult:
    """A match of re-rolls that goes on with moves of its own."""
    match = result(plan, ordinal)
    match.plan = replace(match.plan, seed=first.plan.seed, origin=plan.origin, parties=first.plan.parties)
    match.moves = [*first.moves[:2], Move(2, Seat(0), 70 + ordinal), Move(3, Seat(1), 4)]
    return match


def as_it_is(match: MatchResult) -> MatchResult:
    return match


def keep(ledger: Ledger, change: Change = as_it_is, parties: Sequence[PartyRef] = (ALICE, BOB)) -> SetPlan:
    """A set, and re-rolls of its first match."""
    of = set_plan(parties=parties)
    played = results(of)
    ledger.append(of, played).result(30)
    again = rerolls(of, played[0])
    ledger.append(again, [change(on(again, ordinal, played[0])) for ordinal in range(again.matches)]).result(30)
    return again


def test_they_are_counted_nowhere(ledger: Ledger) -> None:
    again = keep(ledger)
    assert ledger.set_state(again.set_id) is SetState.REROLLED
    game = GAME.rated_id
    assert len(list(ledger.ladder_sets(game))) == 1
    assert len(list(payoff_sets(ledger, game))) == 1
    assert {sums.samples for sums, _ in pair_sums(ledger, game)} == {1}
    assert {sums.samples for sums, _ in pair_sums(ledger, game, checkpoints=True)} == {1}
    assert len(list(selected_sets(ledger, Selection(game=game, pool=Pool.ALL)))) == 1
    columns = read_columns(ledger, Selection(game=game))
    assert columns is not None
    assert len(columns.clean) == 1


def test_of_one_agent_with_itself_they_are_no_self_play(ledger: Ledger) -> None:
    keep(ledger, parties=(ALICE, ALICE))
    assert len(list(selected_sets(ledger, Selection(game=GAME.rated_id, pool=Pool.SELF_PLAY)))) == 1


def test_they_are_listed_as_what_they_are(ledger: Ledger) -> None:
    keep(ledger)
    assert [(line.rerolled, line.rated) for line in ledger.matches()] == [(True, False)] * 2 + [(False, True)] * 2


def test_they_are_read_back_with_their_origin(ledger: Ledger) -> None:
    again = keep(ledger)
    found = ledger.result("again/1")
    assert found.plan.origin == again.origin
    assert [found.plan.given(move) for move in found.moves] == [True, True, False, False]


def test_they_are_verified_with_all_others(ledger: Ledger) -> None:
    keep(ledger)
    assert ledger.verify(MatchResult.play_digest).ok


def other_moves(match: MatchResult) -> MatchResult:
    match.moves = [Move(0, Seat(0), 50), *match.moves[1:]]
    return match


def other_deal(match: MatchResult) -> MatchResult:
    match.plan = replace(match.plan, seed=Seed.of(99))
    return match


def other_entry(match: MatchResult) -> MatchResult:
    match.plan = replace(match.plan, parties=(replace(match.plan.parties[0], entry="a team"), match.plan.parties[1]))
    return match


@pytest.mark.parametrize("change", [other_moves, other_deal, other_entry])
def test_what_only_claims_to_go_on_from_a_match_is_found(ledger: Ledger, change: Change) -> None:
    keep(ledger, change)
    found = ledger.verify()
    assert (found.chain_ok, found.first_bad) == (False, 1)
    assert found.reason.startswith("entry 1 does not begin as match set-")


def test_an_origin_that_never_was_is_found(ledger: Ledger) -> None:
    first = result(set_plan())
    again = rerolls(set_plan(), replace(first, plan=replace(first.plan, match_id=MatchId("nobody's"))))
    ledger.append(again, [on(again, 0, first)]).result(30)
    assert ledger.verify().reason == "entry 0 does not begin as match nobody's did"


def test_they_are_never_rated(ledger: Ledger) -> None:
    first = result(set_plan())
    again = rerolls(set_plan(), first, rated=True)
    with pytest.raises(ArenaError):
        ledger.append(again, [on(again, 0, first)]).result(30)


def test_records_without_an_origin_are_what_they_were() -> None:
    plan = set_plan(set_id="s")
    batch = encode(plan, results(plan))
    data = payload(batch, batch.records)
    assert b"origin" not in data
    assert decode(data).plan == plan
