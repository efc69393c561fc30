"""`arena matrix`: from a ledger or a file, for programs and for terminals of 80 columns."""

import csv

import pytest

from arena.core.match import PartyRef
from arena.core.values import AgentName
from arena.ledger import Ledger
from tests.ledger.samples import GAME, result, results, set_plan

RPS = "agent,opponent,score,count\nrock,paper,-1,20\npaper,scissors,-1,20\nscissors,rock,-1,20\n"
KEYS = ["agents", "payoff", "low", "high", "count", "nash", "alpha_rank", "maximal_lottery", "cyclic_share"]


def party(name, owner=None):
    return PartyRef(agent=AgentName(name), owner=name if owner is None else owner)


@pytest.fixture
def payoffs(cli, tmp_path):
    """`payoffs(text, *args)` runs the command on a file of this text."""

    def call(text, *args):
        (tmp_path / "payoffs.csv").write_text(text, encoding="utf-8")
        return cli("matrix", "--from", "payoffs.csv", *args)

    return call


def circle(size):
    names = [f"agent-with-quite-a-long-name-{i}" for i in range(size)]
    pairs = [(i, j) for i in range(size) for j in range(i)]
    rows = [f"{names[i]},{names[j]},{1 if (i - j) % 2 else -1},30" for i, j in pairs if (i, j) != (size - 1, 0)]
    return "\n".join(["agent,opponent,score,count", *rows])


def test_a_matrix_has_the_documented_shape(payoffs):
    found = payoffs(RPS, "--json").json
    assert list(found) == KEYS
    assert found["agents"] == ["rock", "paper", "scissors"]
    assert found["payoff"] == [[None, -1, 1], [1, None, -1], [-1, 1, None]]
    assert found["count"] == [[0, 20, 20], [20, 0, 20], [20, 20, 0]]
    for concept in ("nash", "alpha_rank", "maximal_lottery"):
        assert found[concept] == pytest.approx({"rock": 1 / 3, "paper": 1 / 3, "scissors": 1 / 3})
    assert found["cyclic_share"] == pytest.approx(1)
    assert found["low"][1][0] < 1 == found["high"][1][0]


def test_a_copied_agent_shares_the_weight_of_one(payoffs):
    copy = "".join(f"{line.replace('rock', 'stone')}\n" for line in RPS.splitlines() if "rock" in line)
    found = payoffs(RPS + copy + "rock,stone,0,20\n", "--json").json
    assert found["nash"] == pytest.approx({"rock": 1 / 6, "stone": 1 / 6, "paper": 1 / 3, "scissors": 1 / 3})


def test_missing_cells_are_null_and_agents_left_out_are_named(payoffs):
    text = RPS + "well,rock,1,5\n"
    found = payoffs(text, "--json").json
    assert found["payoff"][3] == [1, None, None, None]
    assert found["nash"]["well"] is None
    assert "left out, since they have not met all the others: well" in payoffs(text).out


def test_three_agents_show_numbers_within_a_terminal(payoffs):
    out = payoffs(RPS).out
    assert "0.68..1" in out
    assert max(map(len, out.splitlines())) <= 80


def test_thirty_agents_show_signs_within_a_terminal(payoffs):
    out = payoffs(circle(30)).out
    rows = [line for line in out.splitlines() if line.count(" +") + line.count(" -") > 20]
    assert len(rows) == 30
    assert sum(line.count(" .") for line in rows) == 2
    assert max(map(len, out.splitlines())) <= 100


@pytest.mark.parametrize("score", ["1e100", "5e-324", "0", "-0.0"])
def test_extreme_scores_stay_finite(payoffs, score):
    found = payoffs(
        f"agent,opponent,score,count\na,b,{score},1000000000000\nb,c,{score},1\nc,a,{score},3\n", "--json"
    ).json
    assert found["nash"] == pytest.approx({"a": 1 / 3, "b": 1 / 3, "c": 1 / 3})
    assert 0 <= found["cyclic_share"] <= 1 + 1e-12


def test_the_written_cells_are_read_back_as_they_were(payoffs, cli, tmp_path):
    first = payoffs(RPS, "--out", "cells.csv", "--json").json
    assert cli("matrix", "--from", "cells.csv", "--json").json["count"] == first["count"]
    with (tmp_path / "cells.csv").open(newline="") as file:
        assert next(csv.reader(file)) == ["agent", "opponent", "score", "count", "low", "high"]


def test_names_cannot_steer_a_terminal(payoffs):
    assert "\x1b" not in payoffs("agent,opponent,score,count\n\x1b[2Ja,b,1,1\n").out


def test_scores_outside_of_the_range_have_no_interval(payoffs):
    wide = "agent,opponent,score,count\na,b,5,10\n"
    done = payoffs(wide, "--json")
    assert done.json["low"][0][1] is None
    assert "--range" in done.err
    assert payoffs(wide, "--range", "-10,10", "--json").json["low"][0][1] < 5


def test_a_ledger_gives_rated_sets_and_self_play(cli, tmp_path):
    url, ann, ben = f"sqlite:///{tmp_path}/arena.db", party("ann"), party("ben")
    with Ledger.open(url) as ledger:
        for winner in (0, 0, 1):
            plan = set_plan(2, (ann, ben))
            ledger.append(plan, results(plan, winner))
        alone = set_plan(2, (ann, ann))
        ledger.append(alone, [result(alone, n, winner=None) for n in range(2)])
        for unrated in (set_plan(2, (ann, ben), rated=False), set_plan(2, (party("x", "o"), party("y", "o")))):
            ledger.append(unrated, results(unrated))
    found = cli("matrix", GAME.rated_id, "--json").json
    assert list(found) == KEYS
    assert found["agents"] == ["ann", "ben"]
    assert found["count"] == [[1, 3], [3, 0]]
    assert found["payoff"] == [[0.5, pytest.approx(2 / 3)], [pytest.approx(1 / 3), None]]
    assert found["nash"] == pytest.approx({"ann": 1, "ben": 0})


def test_cooperative_games_report_self_play_cross_play_and_their_gap(cli, tmp_path):
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as ledger:
        for pair, score in (("ann", "ann"), 9.0), (("ben", "ben"), 5.0), (("ann", "ben"), 3.0):
            plan = set_plan(1, tuple(map(party, pair)))
            drawn = result(plan, winner=None)
            for seat in drawn.seats:
                seat.score = score
            ledger.append(plan, [drawn])
    found = cli("matrix", GAME.rated_id, "--json").json
    assert found["cross_play"] == {"self_play": 7.0, "cross_play": 3.0, "gap": 4.0}
    assert found["payoff"] == [[9.0, 3.0], [3.0, 5.0]]
    assert "cooperative: self-play 7.000, cross-play 3.000, gap 4.000" in cli("matrix", GAME.rated_id).out


REFUSED = {
    "neither": ((), "name either a GAME or a file"),
    "both": (("toy/nim", "--from", "payoffs.csv"), "name either a GAME or a file"),
    "no file": (("--from", "nowhere.csv"), "cannot read 'nowhere.csv'"),
    "a folder": (("--from", "."), "cannot read '.'"),
    "no ledger": (("toy/nim",), "there is no ledger"),
    "bad range": (("--from", "payoffs.csv", "--range", "1,-1"), "--range takes the least and the greatest"),
    "no range": (("--from", "payoffs.csv", "--range", "wide"), "--range takes the least and the greatest"),
    "endless range": (("--from", "payoffs.csv", "--range=-1e308,1e308"), "--range takes the least and the greatest"),
    "bad out": (("--from", "payoffs.csv", "--out", "no/where.csv"), "cannot write 'no/where.csv'"),
}


@pytest.mark.parametrize(("args", "sentence"), REFUSED.values(), ids=REFUSED)
def test_bad_requests_are_refused_with_one_sentence(cli, tmp_path, args, sentence):
    (tmp_path / "payoffs.csv").write_text(RPS)
    assert sentence in cli("matrix", *args).refusal()


def test_a_bad_file_is_refused_with_its_line(payoffs):
    assert "line 3: the score 'x'" in payoffs("agent,opponent,score,count\na,b,1,1\na,c,x,1\n").refusal()


@pytest.mark.usefixtures("ledger")
def test_a_game_that_nobody_knows_or_played_is_refused(cli):
    assert "chess/blitz" in cli("matrix", "chess/blitz").refusal()
    assert "no set of openspiel/kuhn_poker is finished yet" in cli("matrix", "openspiel/kuhn_poker").refusal()
    assert cli("matrix", "openspiel/tic_tac_toe", "--json").json["count"] == [[0, 10], [10, 0]]


def test_names_that_a_spreadsheet_would_compute_are_disarmed_and_read_back(payoffs, cli, tmp_path):
    names = ["=cmd|x", "+1", "''=quoted", "'plain", "\uff1dwide"]
    rows = "".join(f"{name},b,1,5\n" for name in names)
    first = payoffs(f"agent,opponent,score,count\n{rows}", "--out", "cells.csv", "--json").json
    with (tmp_path / "cells.csv").open(newline="", encoding="utf-8") as file:
        written = {row["agent"] for row in csv.DictReader(file)}
    assert written == {"'=cmd|x", "'+1", "''=quoted", "'plain", "'\uff1dwide", "b"}
    assert set(cli("matrix", "--from", "cells.csv", "--json").json["agents"]) == set(first["agents"])
