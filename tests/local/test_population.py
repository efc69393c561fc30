"""Population services on a ledger: whom they know, whom they draw, and sets that land meanwhile."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from arena.core.errors import BadRequest, UnknownAgent
from arena.core.match import PartyRef
from arena.core.values import AgentName
from arena.ledger import Ledger
from arena.local.population import Population, Query, Sampling
from arena.rating.population import Metric
from tests.ledger.samples import GAME, results, set_plan

AGENTS = Query(game=GAME.rated_id)
CHECKPOINTS = replace(AGENTS, checkpoints=True)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{tmp_path / 'arena.db'}") as opened:
        yield opened


def meet(ledger: Ledger, one: str, two: str, sets: int = 1) -> None:
    """The first, AGENT or AGENT@VERSION, wins these sets."""
    parties = []
    for label in (one, two):
        agent, _, version = label.partition("@")
        parties.append(PartyRef(agent=AgentName(agent), version=version, owner="ann"))
    for _ in range(sets):
        plan = set_plan(2, parties)
        ledger.append(plan, results(plan))
    ledger.flush()


def test_sets_that_land_later_are_counted_once(ledger: Ledger) -> None:
    population = Population(ledger)
    counts = []
    for sets in (2, 0, 3):
        meet(ledger, "alice", "bob", sets)
        counts.append(population.payoffs(AGENTS, ["alice"], ["bob"]).count.item())
    assert counts == [2, 2, 5]
    assert population.sums(AGENTS) == Population(ledger).sums(AGENTS)


def test_opponents_are_drawn_by_the_rule_and_follow_from_the_seed(ledger: Ledger) -> None:
    meet(ledger, "alice", "bob", 4)
    meet(ledger, "carl", "alice", 4)
    population = Population(ledger)
    found = population.sample(AGENTS, Sampling(learner="alice", rule="pfsp-hard", seed=7, draws=200))
    assert found.chances == pytest.approx({"bob": 1 / 26, "carl": 25 / 26})  # (1 - 5/6)^2 to (1 - 1/6)^2
    assert 180 <= found.opponents.count(AgentName("carl")) < 200
    assert population.sample(AGENTS, Sampling(learner="alice", seed=7, draws=200)) == found
    assert population.sample(AGENTS, Sampling(learner="alice", seed=8, draws=200)) != found


def test_the_history_of_agents_is_the_others_by_their_first_results(ledger: Ledger) -> None:
    for one, two in (("zoe", "mia"), ("alice", "zoe"), ("bob", "alice"), ("zoe", "bob")):
        meet(ledger, one, two)
    found = Population(ledger).sample(AGENTS, Sampling(learner="alice", rule="delta-uniform", settings={"share": 0.1}))
    assert found.chances == {"mia": 0, "zoe": 0, "bob": 1}


def test_the_history_of_checkpoints_is_what_is_frozen_of_the_agent(ledger: Ledger) -> None:
    population = Population(ledger)
    for agent, version in (("alice", "v2"), ("bob", "v1"), ("alice", "v1")):
        ledger.checkpoints.freeze(AgentName(agent), version)
    meet(ledger, "alice@v3", "bob@v1")
    for learner in ("alice", "alice@v3"):
        found = population.sample(CHECKPOINTS, Sampling(learner=learner, rule="delta-uniform"))
        assert found.chances == {"alice@v2": 0, "alice@v1": 1}
    meet(ledger, "carl@c", "bob@v1")
    with pytest.raises(BadRequest, match="no checkpoint of carl@c is frozen yet"):
        population.sample(CHECKPOINTS, Sampling(learner="carl@c"))


def test_a_fresh_checkpoint_is_a_member_that_has_met_nobody(ledger: Ledger) -> None:
    meet(ledger, "alice@v1", "bob@v1", 30)
    ledger.checkpoints.freeze(AgentName("alice"), "v2", (AgentName("alice"), "v1"))
    members = ["alice@v1", "alice@v2", "bob@v1"]
    needs = Population(ledger).need(CHECKPOINTS, 2, members)
    assert [need[:3] for need in needs] == [("alice@v1", "alice@v2", 0), ("alice@v2", "bob@v1", 0)]
    assert Population(ledger).payoffs(CHECKPOINTS, members, ["bob@v1"]).missing == [("alice@v2", "bob@v1")]


def test_a_double_oracle_finds_the_equilibrium_by_the_services_alone(ledger: Ledger) -> None:
    """Each oracle is the best answer to the meta-Nash of those before, until it is one of them."""
    beats = {"rock": "scissors", "paper": "rock", "scissors": "paper"}
    population, by_score = Population(ledger), replace(CHECKPOINTS, metric=Metric.SCORE)
    history, chances, oracle = ["rock"], {"rock": 1.0}, "paper"
    ledger.checkpoints.freeze(AgentName("fist"), "rock")
    while oracle not in history:
        ledger.checkpoints.freeze(AgentName("fist"), oracle, (AgentName("fist"), history[-1]), stage="oracle")
        history.append(oracle)
        needs = population.need(by_score, 1, [f"fist@{hand}" for hand in history])
        while needs[0].samples == 0:
            one, two = (label.removeprefix("fist@") for label in needs[0][:2])
            winner = one if beats[one] == two else two
            meet(ledger, f"fist@{winner}", f"fist@{beats[winner]}")
            needs = population.need(by_score, 1, [f"fist@{hand}" for hand in history])
        found = population.sample(by_score, Sampling(learner="fist", rule="meta-nash"))
        chances = {label.removeprefix("fist@"): chance for label, chance in found.chances.items()}
        gains = {hand: chances.get(beats[hand], 0) - chances.get(beats[beats[hand]], 0) for hand in beats}
        oracle = max(gains, key=lambda hand: round(gains[hand], 9))
    assert history == ["rock", "paper", "scissors"]
    assert chances == pytest.approx(dict.fromkeys(beats, 1 / 3))


def test_strangers_are_refused_by_name(ledger: Ledger) -> None:
    meet(ledger, "alice@v1", "bob")
    population = Population(ledger)
    with pytest.raises(UnknownAgent, match=r"there is no agent 'alcie' for .*; there is alice, bob"):
        population.payoffs(AGENTS, ["alcie"])
    with pytest.raises(UnknownAgent, match="there is no checkpoint 'alice@v9'"):
        population.need(CHECKPOINTS, 1, ["alice@v9", "bob"])
    with pytest.raises(UnknownAgent, match="there is no agent 'carl'"):
        population.sample(AGENTS, Sampling(learner="carl"))


def test_what_cannot_be_sampled_is_refused(ledger: Ledger) -> None:
    meet(ledger, "alice", "bob")
    meet(ledger, "alice", "carl")
    population, by_score = Population(ledger), replace(AGENTS, metric=Metric.SCORE)
    for query, sampling, why in (
        (AGENTS, Sampling(learner="alice", rule="pfsp"), "unknown sampling rule 'pfsp'"),
        (AGENTS, Sampling(learner="alice", rule="uniform", settings={"power": 2}), "has no setting 'power'"),
        (AGENTS, Sampling(learner="alice", draws=0), "at least one opponent"),
        (by_score, Sampling(learner="alice", rule="meta-nash"), "too few results: bob and carl have not met"),
    ):
        with pytest.raises(BadRequest, match=why):
            population.sample(query, sampling)
