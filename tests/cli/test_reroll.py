"""`arena reroll` as people call it."""

import json

import pytest

pytestmark = pytest.mark.usefixtures("ledger")
GAME = "openspiel/tic_tac_toe"


@pytest.fixture
def match(cli):
    """A match of random against first."""
    return cli("matches", "--game", GAME, "--json").json["matches"][0]


def moves(cli, match):
    return [move for frame in cli("replay", match, "--json").json["frames"] for move in frame["moves"]]


def test_a_position_is_played_on_and_proved(cli, match):
    ladder = cli("ladder", GAME, "--json").json
    how = ("--at", "3", "--agents", "random", "--times", "6", "--workers", "1")
    assert cli("reroll", match["match"], *how, "--json").json["matches"] == 6
    listed = cli("matches", "--limit", "6", "--json").json["matches"]
    assert all(each["rerolled"] and not each["rated"] for each in listed)
    played = [moves(cli, each["match"]) for each in listed]
    assert all(each[:3] == moves(cli, match["match"])[:3] for each in played)
    assert len({json.dumps(each) for each in played}) > 1
    assert "0 of them differently" in cli("verify").out
    assert cli("ladder", GAME, "--json").json == ladder
    assert "(re-roll)" in cli("matches", "--limit", "1").out


def test_again_the_same_agents_play_otherwise(cli, match):
    for _ in range(2):
        assert cli("reroll", match["match"], "--at", "0", "--times", "1", "--workers", "1").code == 0
    first, second, *_ = cli("matches", "--json").json["matches"]
    assert [seat["agent"] for seat in first["seats"]] == [seat["agent"] for seat in match["seats"]]
    assert moves(cli, first["match"]) != moves(cli, second["match"])


def test_pairs_of_answers_are_exported(cli, match, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    cli("reroll", match["match"], "--at", "2", "--agents", "random", "--times", "12", "--workers", "1")
    assert cli("export", "out", "--format", "trl-dpo", "--game", GAME).code == 0
    rows = parquet.read_table(tmp_path / "out").to_pylist()
    assert rows
    assert all(row["pair"] == "counterfactual" and row["return"] > row["rejected_return"] for row in rows)
    assert all(row["chosen"] != row["rejected"] for row in rows)


@pytest.mark.parametrize(
    ("match_id", "args", "said"),
    [
        ("nobody's", ("--at", "0"), 'no match "nobody\'s" is in the ledger'),
        (None, ("--at", "99"), "has the steps 0 to"),
        (None, ("--at", "0", "--agents", "magic"), "unknown agent 'magic'"),
        (None, ("--at", "0", "--agents", "random,first,random"), "takes 1 or 2 agents, not 3"),
        (None, ("--at", "0", "--db", "sqlite:///none.db"), "there is no ledger"),
    ],
    ids=str,
)
def test_what_cannot_be_played_on_is_one_sentence(cli, match, match_id, args, said):
    assert said in cli("reroll", match_id or match["match"], *args).refusal()
