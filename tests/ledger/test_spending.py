"""What agents spent: summed as matches land, verified, and summed anew for ledgers from before."""

from pathlib import Path

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Engine, text

from arena.core.agent import Provenance
from arena.core.values import AgentName
from arena.ledger import Ledger
from arena.ledger.migrations import v0004_spending, v0005_checkpoints, v0007_snapshot
from arena.ledger.spending import Spending, Spent, spending
from tests.ledger.samples import ALICE, GAME, result, set_plan

THOUGHT = Provenance(prompt_tokens=100, completion_tokens=7, think_seconds=0.5, cost=0.1)
IDS_ONLY = Provenance(prompt_token_ids=[1, 2, 3], completion_token_ids=[4], cost=0.2)


def played(ledger: Ledger) -> None:
    """A set of two matches and a void attempt before: alice sits in seat 0, then in seat 1; bob thinks once."""
    plan = set_plan()
    void = result(plan, match_id=f"{plan.set_id}/void", void="the game broke", provenance={0: THOUGHT})
    ledger.append(plan, [void]).result(30)
    ledger.append(plan, [result(plan, 0, provenance={0: THOUGHT, 2: IDS_ONLY, 1: THOUGHT})]).result(30)
    last = result(plan, 1, provenance={1: THOUGHT, 0: Provenance(reasoning="for nothing")})
    ledger.append(plan, [last]).result(30)
    ledger.append(plan, [last]).result(30)


def test_every_agent_has_a_sum_a_game_and_void_matches_stand_apart(ledger: Ledger) -> None:
    played(ledger)
    alice, wasted, bob = spending(ledger, GAME.rated_id)
    assert alice[:3] == (GAME.rated_id, "alice", False)
    assert alice.spent == pytest.approx((2, 203, 15, 1.0, 0.4))
    assert wasted == Spending(GAME.rated_id, AgentName("alice"), True, Spent(1, 100, 7, 0.5, 0.1))
    assert bob.spent == (1, 100, 7, 0.5, 0.1)
    assert list(spending(ledger, "toy/other")) == []
    assert ledger.verify().ok


def test_an_owner_asks_for_its_own_agents(ledger: Ledger) -> None:
    played(ledger)
    assert [line.agent for line in spending(ledger, GAME.rated_id, "ben")] == ["bob"]
    assert list(spending(ledger, GAME.rated_id, "eve")) == []


@pytest.mark.parametrize("odd", [float("inf"), float("nan"), -5.0, 1e300])
def test_no_agents_odd_number_spoils_a_sum_or_keeps_a_result_out(ledger: Ledger, odd: float) -> None:
    plan = set_plan(1)
    made = {move: Provenance(cost=odd, think_seconds=odd, prompt_tokens=1) for move in range(4)}
    ledger.append(plan, [result(plan, provenance=made)]).result(30)
    for line in spending(ledger, GAME.rated_id):
        assert 0 <= line.spent.cost <= 2e12
        assert line.spent.prompt_tokens == 2
    assert ledger.verify().ok


def test_one_agent_on_both_sides_spends_one_sum(ledger: Ledger) -> None:
    plan = set_plan(1, (ALICE, ALICE))
    ledger.append(plan, [result(plan, provenance={0: THOUGHT, 1: THOUGHT})]).result(30)
    (line,) = spending(ledger, GAME.rated_id)
    assert line.spent == (1, 200, 14, 1.0, 0.2)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE spending SET cost = 0 WHERE agent = 'alice'",
        "UPDATE spending SET prompt_tokens = prompt_tokens - 1 WHERE agent = 'bob'",
        "DELETE FROM spending WHERE agent = 'bob'",
        "UPDATE spending SET agent = 'eve' WHERE agent = 'bob'",
    ],
)
def test_a_changed_sum_is_found(ledger: Ledger, engine: Engine, damage: str) -> None:
    played(ledger)
    with engine.begin() as connection:
        connection.execute(text(damage))
    found = ledger.verify()
    assert not found.ok
    assert found.reason == "the table spending is not the sum of the provenance"


def test_a_ledger_from_before_is_summed_when_it_is_opened(url: str, state: Path, engine: Engine) -> None:
    with Ledger.open(url, state) as ledger:
        played(ledger)
        before = list(spending(ledger, GAME.rated_id))
    with engine.begin() as connection:
        with Operations.context(MigrationContext.configure(connection)):
            v0007_snapshot.downgrade()
            v0005_checkpoints.downgrade()
            v0004_spending.downgrade()
        connection.execute(text("UPDATE alembic_version SET version_num = '0003'"))
    with Ledger.open(url, state) as ledger:
        for line, again in zip(before, spending(ledger, GAME.rated_id), strict=True):
            assert line[:3] == again[:3]
            assert line.spent == pytest.approx(again.spent)
        assert ledger.verify().ok
