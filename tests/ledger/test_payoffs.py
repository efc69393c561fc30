"""What payoff matrices are read from: ladder sets and self-play, on every database."""

from arena.core.match import PartyRef
from arena.core.values import AgentName
from arena.ledger import Ledger
from arena.ledger.payoffs import payoff_sets, self_play_sets
from tests.ledger.samples import ALICE, BOB, GAME, result, results, set_plan


def test_payoffs_are_of_ladder_sets_then_of_self_play_and_no_others(ledger: Ledger) -> None:
    mate = PartyRef(agent=AgentName("alice-2"), owner=ALICE.owner)
    alone = set_plan(2, (ALICE, ALICE))
    ledger.append(alone, [result(alone, n, winner=None) for n in range(2)])
    for plan in (set_plan(), set_plan(rated=False), set_plan(2, (ALICE, mate))):
        ledger.append(plan, results(plan))
    unfinished = set_plan(2, (BOB, BOB))
    ledger.append(unfinished, [result(unfinished, winner=None)])
    ledger.flush()
    found = list(payoff_sets(ledger, GAME.rated_id))
    assert [[line.agent for line in one.standings] for one in found] == [["alice", "bob"], ["alice"]]
    assert (found[1].set_id, found[1].standings[0].score, found[1].standings[0].matches) == (alone.set_id, 1.0, 2)


def test_a_game_without_results_has_no_payoffs(ledger: Ledger) -> None:
    assert list(payoff_sets(ledger, "toy/other")) == []


def test_games_of_a_single_party_are_in_the_ladder_and_counted_once(ledger: Ledger) -> None:
    plan = set_plan(1, (ALICE,))
    ledger.append(plan, results(plan))
    ledger.flush()
    assert list(self_play_sets(ledger, GAME.rated_id)) == []
    assert len(list(payoff_sets(ledger, GAME.rated_id))) == 1
