"""Re-rolls of recorded matches: who plays them on, from where, and what stays as it was."""

from dataclasses import replace

import pytest

from arena.core.errors import BadRequest
from arena.core.match import PartyRef, SetPlan
from arena.core.values import AgentName, SetId
from arena.ledger import Ledger
from arena.local import reroll as module
from arena.local.play import Run, play
from arena.local.reroll import Reroll, reroll

GAME = "openspiel/tic_tac_toe"


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as opened:
        play(Run(game=GAME, agents=["random", "first"], matches=1, seed=1), opened)
        yield opened


def latest(ledger, count=1):
    return [ledger.result(line.match_id) for line in ledger.matches(limit=count)]


def recorded_as(ledger, first, name, **change):
    """The same match under another name, changed."""
    of = SetPlan(set_id=SetId(name), game=first.plan.game, parties=first.plan.parties, matches=1, rated=False)
    plan = replace(first.plan, match_id=f"{name}.0", set_id=of.set_id, ordinal=0, **change.pop("plan", {}))
    ledger.append(of, [replace(first, plan=plan, **change)]).result(30)
    return plan.match_id


def test_a_re_roll_of_a_re_roll_is_of_the_same_deal(ledger):
    (first,) = latest(ledger)
    reroll(Reroll(match=first.plan.match_id, step=1), ledger)
    (second,) = latest(ledger)
    reroll(Reroll(match=second.plan.match_id, step=3), ledger)
    (third,) = latest(ledger)
    assert third.plan.origin == (second.plan.match_id, 3, first.plan.set_id)
    assert third.plan.seed == first.plan.seed
    assert third.moves[:3] == second.moves[:3]
    assert ledger.verify().ok


def test_what_landed_stays_when_it_is_stopped_half_way(ledger, monkeypatch):
    monkeypatch.setattr(module, "_AT_ONCE", 2)
    (first,) = latest(ledger)
    results, landed = module._results, []

    async def stopped(*args):
        if landed:
            raise KeyboardInterrupt
        landed.append(True)
        return await results(*args)

    monkeypatch.setattr(module, "_results", stopped)
    with pytest.raises(KeyboardInterrupt):
        reroll(Reroll(match=first.plan.match_id, step=1, times=5), ledger)
    assert [match.plan.match_id.startswith("reroll.") for match in latest(ledger, 3)] == [True, True, False]
    assert ledger.verify().ok


def test_what_a_party_brought_stays_with_the_position(ledger):
    first = latest(ledger)[0].plan
    brought = replace(first, parties=tuple(replace(party, entry=["a team"]) for party in first.parties))
    spec = type("Spec", (), {"id": GAME, "parties": 2, "seats": 2})()
    parties = module._parties(Reroll(match="m", step=0, agents=["first"]), brought, spec)
    assert [(party.agent, party.entry) for party in parties] == [("first", ["a team"])] * 2


def test_whoever_came_over_a_network_is_not_at_hand(ledger):
    parties = (PartyRef(agent=AgentName("ann"), owner="ann"), PartyRef(agent=AgentName("bob"), owner="bob"))
    (first,) = latest(ledger)
    match = recorded_as(ledger, first, "remote", plan={"parties": parties})
    with pytest.raises(BadRequest, match=r"not all who played match remote\.0 are at hand here; name SPECs"):
        reroll(Reroll(match=match, step=1), ledger)


def test_a_void_match_is_not_played_on(ledger):
    (first,) = latest(ledger)
    match = recorded_as(ledger, first, "void", void="the game failed", seats=())
    with pytest.raises(BadRequest, match=r"match void\.0 is void"):
        reroll(Reroll(match=match, step=0), ledger)
