"""Matches read in full, page by page, up to a checkpoint."""

import dataclasses

import pytest

from arena.core.agent import Provenance
from arena.ledger import stream as streaming
from arena.ledger.stream import Wanted, head, is_past, stream
from tests.ledger.samples import ALICE, BOB, GAME, result, set_plan

CAROL = dataclasses.replace(BOB, agent="carol")


@pytest.fixture(autouse=True)
def small_pages(monkeypatch):
    monkeypatch.setattr(streaming, "_PAGE", 2)


def add(ledger, name, parties=(ALICE, BOB), game=GAME, matches=1, **how):
    plan = set_plan(matches, parties, set_id=name, game=game)
    ledger.append(plan, [result(plan, ordinal, **how) for ordinal in range(matches)]).result(30)


def ids(ledger, after=-1, **wanted):
    return [stored.result.plan.match_id for stored in stream(ledger, Wanted(**wanted), head(ledger), after)]


def test_every_match_comes_once_in_the_order_it_landed_with_its_provenance(ledger):
    made = Provenance(prompt_token_ids=[1], completion_token_ids=[2], logprobs=[-0.5])
    add(ledger, "a", matches=3)
    add(ledger, "b", matches=2, provenance={1: made})
    found = list(stream(ledger, Wanted(), head(ledger)))
    assert [stored.result.plan.match_id for stored in found] == ["a/0", "a/1", "a/2", "b/0", "b/1"]
    assert [list(stored.result.provenance) for stored in found] == [[], [], [], [1], [1]]
    assert found[3].result.provenance[1].completion_token_ids == [2]
    assert ids(ledger, after=found[2].number) == ["b/0", "b/1"]


def test_what_lands_after_the_checkpoint_is_not_among_them(ledger):
    assert head(ledger) is None
    add(ledger, "a")
    stood = head(ledger)
    add(ledger, "b")
    assert [stored.result.plan.set_id for stored in stream(ledger, Wanted(), stood)] == ["a"]
    assert is_past(ledger, stood)
    assert not is_past(ledger, stood._replace(hash=bytes(32)))


def test_a_game_is_all_its_variants_and_no_other_game(ledger):
    for name in ("toy/nim", "toy/nim?heap=7", "toy/nimble", "toy/NIM?heap=7", "toy/n_m?heap=7"):
        add(ledger, name, game=dataclasses.replace(GAME, rated_id=name))
    assert ids(ledger, game="toy/nim") == ["toy/nim/0", "toy/nim?heap=7/0"]
    assert ids(ledger, game="toy/n_m") == ["toy/n_m?heap=7/0"]
    assert ids(ledger, game="toy/nim?heap=7") == ["toy/nim?heap=7/0"]


def test_filters_are_joined(ledger):
    add(ledger, "a", matches=3)
    add(ledger, "c", (ALICE, CAROL), matches=3)
    add(ledger, "v", void="broken")
    assert ids(ledger, agent="carol", since_ms=2_001) == ["c/1", "c/2"]
    assert ids(ledger, void=True)[-1] == "v/0"
    assert ids(ledger)[-1] == "c/2"
