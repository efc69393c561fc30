"""`arena ladder`: systems, settings, intervals, breakdowns and selections, from a ledger made up for it."""

import json
import random

import pytest

from arena.ledger import Ledger
from arena.rating.system import Z95
from arena.v1 import results_pb2 as pb
from tests.report.samples import GAME, OTHER, duel, duels, fill, party, plan, table

STRENGTHS = {"ada": 1.0, "bob": 0.0, "cy": -1.0}
SHAPE = ["rank", "agent", "rating", "uncertainty", "elo", "matches", "wins", "draws", "losses"]
SHAPE += ["error_share", "clean_rating"]
SYSTEMS = ["trueskill", "elo", "openskill", "openskill-bt", "openskill-bt-part", "openskill-tm", "openskill-tm-part"]
SYSTEMS += ["glicko2", "mean", "bradley-terry"]


@pytest.fixture
def toys(cli, tmp_path):
    """A ledger in the folder of `cli`: duels, one set of self-play, and tables of roles in another game."""
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as ledger:
        fill(ledger, duels(STRENGTHS, 30))
        fill(ledger, [duel(plan("alone", [party("ada"), party("ada")]), (1.0, 0.5))])
    return cli


def rows(cli, *args):
    return cli("ladder", GAME.rated_id, *args, "--json").json["rows"]


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_system_keeps_the_shape_and_recomputes_the_same(toys, system):
    found = rows(toys, "--system", system)
    assert [list(row) for row in found] == [SHAPE] * 3
    for row, again in zip(found, rows(toys, "--system", system, "--recompute"), strict=True):
        assert row.pop("agent") == again.pop("agent")
        assert row == pytest.approx(again, abs=1e-9)


def test_intervals_stand_behind_the_uncertainty_when_asked_for(toys):
    for row in rows(toys, "--interval"):
        assert list(row) == [*SHAPE[:4], "low", "high", *SHAPE[4:]]
        assert row["high"] - row["rating"] == pytest.approx(Z95 * row["uncertainty"])
    assert {(row["low"], row["high"]) for row in rows(toys, "--interval", "--system", "elo")} == {(None, None)}
    assert all(
        row["low"] < row["rating"] < row["high"] for row in rows(toys, "--interval", "--system", "bradley-terry")
    )


def test_settings_are_for_the_system(toys):
    assert {row["rating"] for row in rows(toys, "--system", "elo", "--set", "k=0", "--set", "start=7")} == {7.0}


def test_a_breakdown_names_the_role_or_seat(toys):
    found = rows(toys, "--by", "seat")
    assert list(found[0]) == [*SHAPE[:2], "seat", *SHAPE[2:]]
    assert {(row["agent"], row["seat"]) for row in found} == {(name, seat) for name in STRENGTHS for seat in "01"}
    done = toys("ladder", GAME.rated_id, "--by", "role", "--system", "bradley-terry", "--interval")
    assert "black" in done.out
    assert "role black is worth" in done.err


def test_tables_of_many_are_broken_down_by_role(toys, tmp_path):
    rng = random.Random(1)
    with Ledger.open(f"sqlite:///{tmp_path}/other.db") as ledger:
        fill(ledger, [table(number, ["ada", "bob", "cy", "dee"], rng) for number in range(8)])
    found = rows(toys, "--by", "role", "--db", f"sqlite:///{tmp_path}/other.db")
    assert {row["role"] for row in found} == {"wolf", "villager"}


def test_pools_and_since_choose_sets(toys):
    assert sum(row["matches"] for row in rows(toys, "--pool", "all")) == 122
    assert sum(row["matches"] for row in rows(toys, "--since", "20")) == 40
    assert sum(row["matches"] for row in rows(toys, "--since", "1970-01-03")) == 40
    assert sum(row["matches"] for row in rows(toys, "--since", "1970-01-03T02:00:00+02:00")) == 40
    assert rows(toys, "--since", "2030-01-01") == []
    alone = toys("ladder", GAME.rated_id, "--pool", "self-play", "--json").json
    assert alone["system"] == "mean"
    assert [(row["agent"], row["rating"]) for row in alone["rows"]] == [("ada", 0.5)]


def test_all_games_are_shown_when_none_is_named(toys, tmp_path):
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as ledger:
        fill(ledger, duels(STRENGTHS, 3, game=OTHER))
    lines = toys("ladder", "--interval", "--json").out.splitlines()
    assert [json.loads(line)["game"] for line in lines] == [GAME.rated_id, OTHER.rated_id]


class FakeRemote:
    """A server's answer without a server: one agent, whose system states an uncertainty or none."""

    def __init__(self, address, **access):
        self.address = address

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def ladder(self, game, system):
        row = pb.LadderRow(rank=1, agent="ada", rating=30.0, uncertainty=0.0 if system == "elo" else 2.0, matches=3)
        return pb.GetLadderResponse(game=game, system=system or "trueskill", rows=[row])


def test_a_server_gives_intervals_where_its_ratings_state_an_uncertainty(cli, monkeypatch):
    monkeypatch.setattr("arena.client.remote.Remote", FakeRemote)
    (row,) = rows(cli, "--server", "there:1", "--interval")
    assert list(row) == [*SHAPE[:4], "low", "high", *SHAPE[4:]]
    assert (row["low"], row["high"]) == pytest.approx((30 - 2 * Z95, 30 + 2 * Z95))
    (row,) = rows(cli, "--server", "there:1", "--interval", "--system", "elo")
    assert (row["low"], row["high"], row["clean_rating"]) == (None, None, None)
    assert list(rows(cli, "--server", "there:1")[0]) == SHAPE


def test_names_cannot_steer_the_terminal(cli, tmp_path):
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as ledger:
        fill(ledger, [duel(plan("s", [party("a\x1b[2Jda"), party("bob")]), (1.0, 1.0))])
    done = cli("ladder", GAME.rated_id, "--system", "bradley-terry")
    assert "\x1b" not in done.out + done.err
    assert "a\\u001b[2Jda" in done.out
    assert "a\\u001b[2Jda lost no point" in done.err


REFUSED = {
    "unknown system": (("--system", "glicko"), ("'glicko'", "glicko2", "bradley-terry")),
    "unknown setting": (("--set", "k=3"), ("unknown option 'k'", "draw")),
    "setting of a fit": (("--system", "bradley-terry", "--set", "tau=1"), ("'tau'", "ridge")),
    "no moment": (("--since", "yesterday"), ("--since takes a date", "'yesterday'")),
    "far moment": (("--since", "99999999"), ("--since takes a date",)),
    "settings of a server": (("--server", "127.0.0.1:1", "--set", "draw=0"), ("leave out --set", "--db")),
    "selection of a server": (
        ("--server", "127.0.0.1:1", "--by", "seat", "--pool", "all", "--since", "3", "--recompute"),
        ("leave out --by, --since, --pool, --recompute, or name the ledger itself by --db",),
    ),
    "nobody met": (("--pool", "self-play", "--system", "bradley-terry"), ("no two have met",)),
}


@pytest.mark.parametrize(("args", "fragments"), REFUSED.values(), ids=REFUSED)
def test_a_wrong_request_is_refused_in_one_sentence(toys, args, fragments):
    sentence = toys("ladder", GAME.rated_id, *args).refusal()
    assert [fragment for fragment in fragments if fragment in sentence] == [*fragments]
