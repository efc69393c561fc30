"""`arena population` and `arena agents --tree` on a ledger: shapes for programs, tables for people, clear refusals."""

import pytest
from sqlalchemy import text

from arena.core.match import PartyRef
from arena.core.values import AgentName
from arena.ledger import Ledger
from tests.ledger.samples import ALICE, BOB, GAME, results, set_plan

GAME_ID = GAME.rated_id
CAROL = PartyRef(agent=AgentName("carol"), version="c\x1b[2J1", owner="eve")


@pytest.fixture
def population(cli, tmp_path):
    """`population(...)` runs the command on a ledger in which alice won four sets of bob, and carol met nobody else."""
    with Ledger.open(f"sqlite:///{tmp_path / 'arena.db'}") as ledger:
        for parties in [(ALICE, BOB)] * 4 + [(CAROL, BOB)]:
            plan = set_plan(2, parties)
            ledger.append(plan, results(plan))

    def call(*args):
        return cli("population", *args)

    return call


def test_payoffs_have_the_documented_shape(population):
    found = population("payoff", GAME_ID, "--row", "alice", "--column", "bob", "--column", "carol", "--json").json
    assert found == {
        "game": GAME_ID,
        "metric": "wins",
        "checkpoints": False,
        "seat": None,
        "role": "",
        "rows": ["alice"],
        "columns": ["bob", "carol"],
        "mean": [[1.0, None]],
        "low": [[pytest.approx(0.5101, abs=1e-4), None]],
        "high": [[1.0, None]],
        "sets": [[4, 0]],
        "missing": [["alice", "carol"]],
    }


def test_a_table_says_how_many_pairs_have_not_met(population):
    shown = population("payoff", GAME_ID, "--checkpoints", "--metric", "score").out
    assert "alice@v2" in shown
    assert "not met: 2 of 6 pairs" in shown
    assert "\x1b[2J" not in shown


def test_opponents_and_needs_are_told_to_programs(population):
    found = population("sample", GAME_ID, "bob", "--rule", "uniform", "--draws", 3, "--seed", 4, "--json").json
    assert found["chances"] == {"alice": 0.5, "carol": 0.5}
    assert len(found["opponents"]) == 3
    (pair,) = population("need", GAME_ID, "-k", 1, "--json").json["pairings"]
    assert pair == {"agent": "alice", "opponent": "carol", "sets": 0, "width": 1.0}


def test_a_lineage_is_shown_with_what_its_checkpoints_were_made_from(population, cli, tmp_path):
    (tmp_path / "data").write_bytes(b"abc")
    assert population("freeze", "alice@v2", "--stage", "skills", "--data", "data").code == 0
    for child in ("alice@v3", "alice@v4"):
        told = "--parent", "v2", "--figure", "nash_conv=0.0625", "--step", 7
        assert population("freeze", child, *told).out == f"{child} is frozen, trained from alice@v2\n"
    found = {line["version"]: line for line in cli("agents", "--tree", "--json").json["checkpoints"]}
    digest = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert (found["v2"]["data_digest"], found["v2"]["stage"], found["v2"]["parent"]) == (digest, "skills", None)
    assert found["v4"]["parent"] == {"agent": "alice", "version": "v2"}
    assert (found["v4"]["step"], found["v4"]["figures"]) == (7, {"nash_conv": 0.0625})
    assert (found["v2"]["step"], found["v2"]["figures"]) == (None, {})
    lines = cli("agents", "--tree").out.splitlines()
    forks = [line.split()[0] for line in lines if line.startswith("   alice@")]
    assert forks == ["alice@v3", "alice@v4"]
    assert sum("nash_conv 0.0625" in line for line in lines) == 2


def test_a_circle_of_older_days_is_shown_once(cli, tmp_path):
    with Ledger.open(f"sqlite:///{tmp_path / 'arena.db'}") as ledger, ledger._engine.begin() as connection:
        for child, parent in (("v1", "v2"), ("v2", "v1"), ("v3", "v2")):
            row = {"child": child, "parent": parent}
            connection.execute(text("INSERT INTO agent_version VALUES ('alice', :child, 'alice', :parent, 0)"), row)
    shown = [line.split()[0] for line in cli("agents", "--tree").out.splitlines() if "alice@" in line]
    assert sorted(shown) == ["alice@v1", "alice@v2", "alice@v3"]


def test_a_first_checkpoint_needs_no_match(cli):
    assert cli("population", "freeze", "new@v1").code == 0


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (("freeze", "alice"), "a checkpoint is AGENT@VERSION, as in alice@v3, not 'alice'"),
        (("freeze", "alice@v3", "--parent", "dora@v1"), "nobody has heard of the parent dora@v1"),
        (("freeze", "alice@v3", "--parent", "v3"), "alice@v3 cannot have alice@v3 as its parent"),
        (("freeze", "alice@v3", "--data", "nothing"), "cannot read 'nothing'"),
        (("payoff", GAME_ID, "--row", "alcie"), "there is no agent 'alcie'"),
        (("payoff", "toy/other"), "no set of toy/other is finished yet"),
        (("sample", GAME_ID, "bob", "--rule", "best"), "unknown sampling rule 'best'"),
        (("sample", GAME_ID, "bob", "--set", "power=much"), "--set takes KEY=NUMBER"),
        (("sample", "openspiel/go", "bob"), "nobody but bob has finished a set of openspiel/go yet; let others play"),
        (("freeze", "alice@v9", "--figure", "0.03"), "--figure takes NAME=NUMBER"),
        (("freeze", "alice@v9", "--figure", "nash_conv=nan"), "give a finite number"),
        (("sample", GAME_ID, "bob", "--rule", "meta-nash", "--metric", "score"), "alice and carol have not met"),
        (("need", "toy/other"), "a pairing needs two agents"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_is_one_sentence(population, args, why):
    done = population(*args)
    assert done.code == 1
    assert why in done.err
    assert done.err.count("\n") == 1
