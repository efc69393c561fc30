"""`arena ladder --cost`: what agents spent, and what a point above the null-class bots cost them."""

from dataclasses import replace

import pytest

from arena.core.agent import Provenance
from arena.ledger import Ledger
from tests.report.samples import GAME, duel, duels, fill, party, plan

SPENT = Provenance(prompt_tokens=90, completion_tokens=10, think_seconds=0.5, cost=0.25)
COSTS = ["tokens", "think_seconds", "cost", "void_cost", "cost_per_point"]


def thoughtful(sets, agent, of=0):
    """The sets, in which `agent` thought about move 0 wherever it made that."""
    for plan_, results in sets:
        for one in results:
            if one.plan.parties[of].agent == agent:
                one.provenance = {0: SPENT}
        yield plan_, results


@pytest.fixture
def costly(cli, tmp_path):
    """Twenty sets between two agents and a null bot; ada thinks, also in a match that was void."""
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as ledger:
        fill(ledger, thoughtful(duels({"ada": 2.0, "bob": 1.0, "random": -2.0}, 20), "ada"))
        of, (played, *_) = duel(plan("wasted", [party("ada"), party("bob")]), (1.0, 0.0))
        wasted = replace(played, void="the game broke", provenance={0: SPENT})
        ledger.append(of, [wasted]).result(30)
    return cli


def test_costs_are_sums_and_a_point_is_counted_from_the_best_null_bot(costly):
    found = costly("ladder", GAME.rated_id, "--cost", "--json").json
    ada, bob, null = sorted(found["rows"], key=lambda row: row["agent"])
    line, wasted = found["spending"]
    assert line["matches"] > 1
    assert (line["prompt_tokens"], line["completion_tokens"]) == (90 * line["matches"], 10 * line["matches"])
    assert (wasted["void"], wasted["matches"], wasted["cost"]) == (True, 1, 0.25)
    assert ada["tokens"] == 100 * line["matches"]
    assert ada["think_seconds"] == pytest.approx(0.5 * line["matches"])
    assert (ada["cost"], ada["void_cost"]) == (pytest.approx(0.25 * line["matches"]), 0.25)
    assert found["null_floor"] == null["rating"]
    gained = ada["rating"] - null["rating"]
    assert ada["cost_per_point"] == pytest.approx((ada["cost"] + 0.25) / gained)
    assert [[row[name] for name in COSTS] for row in (bob, null)] == [[None] * 5] * 2


def test_the_table_shows_costs_beside_ratings_and_a_dash_where_there_are_none(costly):
    out = costly("ladder", GAME.rated_id, "--cost").out
    heading, _, first, second, third = [line for line in out.splitlines() if line.strip()][1:]
    assert heading.split() == ["#", "agent", "rating", "matches", "tokens", "seconds", "cost", "void", "cost/point"]
    assert "-" not in first.split()[4:]
    assert second.split()[4:] == third.split()[4:] == ["-"] * 5


def test_without_a_null_bot_no_point_has_a_price(cli, tmp_path):
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as ledger:
        fill(ledger, thoughtful(duels({"ada": 1.0, "bob": 0.0}, 5), "ada"))
    found = cli("ladder", GAME.rated_id, "--cost", "--json").json
    assert found["null_floor"] is None
    assert [row["cost_per_point"] for row in found["rows"]] == [None, None]
    assert sum(row["cost"] or 0 for row in found["rows"]) > 0


def test_whoever_is_below_the_floor_pays_for_no_point(cli, tmp_path):
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as ledger:
        fill(ledger, thoughtful(duels({"ada": -3.0, "random": 3.0}, 10), "ada"))
    (ada,) = [row for row in cli("ladder", GAME.rated_id, "--cost", "--json").json["rows"] if row["agent"] == "ada"]
    assert ada["cost"] > 0
    assert ada["cost_per_point"] is None


@pytest.mark.parametrize("part", [("--by", "seat"), ("--since", "3"), ("--pool", "all")])
def test_costs_of_a_part_are_refused_in_one_sentence(costly, part):
    assert f"leave out {part[0]}, or --cost" in costly("ladder", GAME.rated_id, "--cost", *part).refusal()
