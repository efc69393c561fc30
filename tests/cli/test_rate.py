"""`arena rate`: ratings for results from elsewhere."""

import random

import pytest
import trueskill
from openskill.models import PlackettLuce

HEADER = "match,agent,team,rank,score,seat,role\n"
DUEL = f"{HEADER}m1,ada,,1,,0,\nm1,bob,,2,,1,\n"
TEAMS = f"{HEADER}m1,a,red,1,,0,\nm1,b,red,1,,1,\nm1,c,blue,2,,2,\nm1,d,blue,2,,3,\n"
SYSTEMS = ("trueskill", "elo", "openskill", "openskill-bt", "openskill-bt-part", "openskill-tm", "openskill-tm-part")
SYSTEMS += ("glicko2", "mean", "bradley-terry")


@pytest.fixture
def rate(cli, tmp_path):
    """`rate(content, ...)` runs `arena rate` on a file of this content."""

    def call(content, *args):
        file = tmp_path / "results.csv"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return cli("rate", file, *args)

    return call


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_system_ranks_the_better_agent_first(rate, system):
    rows = "".join(
        f"m{n},ada,,{1 + (n == 3)},{n != 3:d},0,\nm{n},bob,,{2 - (n == 3)},{n == 3:d},1,\n" for n in range(9)
    )
    found = rate(HEADER + rows, "--system", system, "--json").json
    assert found["system"] == system
    assert [row["agent"] for row in found["rows"]] == ["ada", "bob"]
    for row in found["rows"]:
        assert set(row) == {"agent", "rating", "mu", "sigma", "low", "high", "matches"}
        assert row["matches"] == 9
        assert (row["low"] is None) == (system == "elo") or row["low"] < row["rating"] < row["high"]


def test_one_win_is_the_published_value(rate):
    best, worst = rate(DUEL, "--json").json["rows"]
    assert (best["rating"], best["sigma"]) == pytest.approx((29.396, 7.171), abs=1e-3)
    assert (worst["rating"], worst["sigma"]) == pytest.approx((20.604, 7.171), abs=1e-3)
    assert (best["low"], best["high"]) == pytest.approx((29.396 - 1.96 * 7.171, 29.396 + 1.96 * 7.171), abs=1e-2)


def test_two_against_two_is_the_reference_value(rate):
    rows = rate(TEAMS, "--system", "openskill", "--json").json["rows"]
    assert [row["agent"] for row in rows] == ["a", "b", "c", "d"]
    assert (rows[0]["mu"], rows[0]["sigma"]) == pytest.approx((26.964294621803063, 8.177962604389991), abs=1e-12)


def test_bradley_terry_is_the_reference_value(rate):
    wins = {"AB": 2, "BA": 3, "AD": 1, "DA": 4, "BC": 5, "CB": 3, "CD": 1, "DC": 3}
    pairs = [pair for pair, count in wins.items() for _ in range(count)]
    rows = "".join(f"m{n},{one},,1,,0,\nm{n},{two},,2,,1,\n" for n, (one, two) in enumerate(pairs))
    found = rate(HEADER + rows, "--system", "bradley-terry", "--set", "ridge=0", "--json").json["rows"]
    strength = {row["agent"]: 10 ** ((row["rating"] - 1500) / 400) for row in found}
    assert strength == pytest.approx({"A": 0.63983, "B": 1.04331, "C": 0.65981, "D": 2.27038}, abs=1e-5)


def test_what_the_ratings_rest_on_is_said_beside_them(rate):
    done = rate(f"{DUEL}m2,cy,,1,,0,\nm2,dee,,2,,1,\n", "--system", "bradley-terry", "--json")
    assert "2 groups that never met" in done.err
    assert "ada, cy lost no point" in done.err
    assert len(done.json["rows"]) == 4


def test_parameters_are_set_by_name(rate):
    rows = rate(DUEL, "--system", "elo", "--set", "k=10", "--set", "start=0", "--json").json["rows"]
    assert [row["rating"] for row in rows] == [5.0, -5.0]


def test_weights_are_partial_play(rate):
    content = "match,agent,team,rank,weight\nm,a,red,1,1\nm,b,red,1,0.5\nm,c,blue,2,1\n"
    ratings = {row["agent"]: row["mu"] for row in rate(content, "--json").json["rows"]}
    new = trueskill.Rating()
    (a, b), (c,) = trueskill.rate([(new, new), (new,)], [1, 2], [(1, 0.5), (1,)])
    assert ratings == pytest.approx({"a": a.mu, "b": b.mu, "c": c.mu}, abs=1e-6)


def test_random_matches_of_many_agents_rate_as_the_package_rates_them(rate):
    rng, model = random.Random(5), PlackettLuce()
    theirs = {f"a{n}": model.rating() for n in range(12)}
    lines = []
    for n in range(300):
        agents, ranks = rng.sample(sorted(theirs), 4), [rng.randint(1, 3) for _ in range(4)]
        lines += [
            f"m{n},{agent},,{rank},,{seat}," for seat, (agent, rank) in enumerate(zip(agents, ranks, strict=True))
        ]
        rated = model.rate([[theirs[agent]] for agent in agents], ranks=[float(rank) for rank in ranks])
        theirs.update((agent, rating) for agent, (rating,) in zip(agents, rated, strict=True))
    found = rate(HEADER + "\n".join(lines), "--system", "openskill", "--json").json["rows"]
    assert {row["agent"]: row["mu"] for row in found} == pytest.approx({a: r.mu for a, r in theirs.items()}, abs=1e-9)


def test_people_get_a_table_in_which_names_cannot_steer_the_terminal(rate):
    done = rate(DUEL.replace("ada", "ad\x1ba"))
    assert done.code == 0
    assert "ad\\u001ba" in done.out
    assert "\x1b" not in done.out


REFUSED = {
    "unknown system": (DUEL, ("--system", "glicko"), ("'glicko'", "glicko2", "bradley-terry")),
    "unknown parameter": (DUEL, ("--set", "k=3"), ("unknown option 'k'", "draw")),
    "wrong value": (DUEL, ("--system", "elo", "--set", "k=x"), ("k", "'x'", "a number")),
    "unknown parameter of a fit": (DUEL, ("--system", "bradley-terry", "--set", "tau=1"), ("'tau'", "ridge")),
    "endless rating": (DUEL, ("--system", "bradley-terry", "--set", "ridge=0"), ("ridge above 0",)),
    "mean without scores": (DUEL, ("--system", "mean"), ("line 2 has no score",)),
    "one agent": (f"{HEADER}m,a,,1,,0,\n", (), ("line 2", "one agent")),
    "empty file": ("", (), ("the file is empty",)),
    "missing column": ("match,agent\n", (), ("line 1", "rank", "score")),
    "duplicate seat": (DUEL.replace(",1,\n", ",0,\n"), (), ("line 3", "seat '0'", "line 2")),
    "not a number": (DUEL.replace("2", "nan"), (), ("line 3", "'nan'")),
    "not UTF-8": (DUEL.encode("utf-16"), (), ("line 1", "UTF-8")),
    "endless line": (HEADER.encode() + b"a" * 10_000_000, (), ("line 2", "longer than")),
}


@pytest.mark.parametrize(("content", "args", "fragments"), REFUSED.values(), ids=REFUSED)
def test_a_wrong_request_is_refused_in_one_sentence(rate, content, args, fragments):
    done = rate(content, *args)
    sentence = done.refusal()
    assert [fragment for fragment in fragments if fragment in sentence] == [*fragments]
    assert not done.out


def test_a_missing_file_or_a_folder_is_refused(cli, tmp_path):
    assert "nothing.csv': No such file or directory; name a CSV file" in cli("rate", tmp_path / "nothing.csv").refusal()
    assert "Is a directory; name a CSV file" in cli("rate", tmp_path).refusal()


@pytest.mark.parametrize("system", ["trueskill", "glicko2", "bradley-terry"])
def test_who_took_part_for_less_of_a_loss_loses_less(rate, system):
    def lost_by(share):
        rows = f"match,agent,rank,weight\nm,a,1,1\nm,b,2,{share}\nn,a,2,1\nn,b,1,1\n"
        done = rate(rows, "--system", system, "--json")
        assert "leaves weights out" not in done.err
        ratings = {row["agent"]: row["rating"] for row in done.json["rows"]}
        return ratings["a"] - ratings["b"]

    assert lost_by(0.1) < lost_by(0.6) < lost_by(1)


def test_weights_that_a_system_leaves_out_are_noted(rate):
    content = "match,agent,score,weight\nm,a,1,1\nm,b,0,0.5\n"
    assert "leaves weights out" in rate(content, "--system", "mean").err


def test_many_agents_that_lost_no_point_are_counted_rather_than_named(rate):
    rows = "".join(f"m{n},best-{n:02},,1,,0,\nm{n},worst-{n:02},,2,,1,\n" for n in range(30))
    noted = rate(HEADER + rows, "--system", "bradley-terry").err
    assert "best-04 and 25 more lost no point" in noted
    assert "best-05" not in noted


def test_more_agents_than_a_fit_takes_are_refused_with_one_sentence(rate):
    rows = "".join(f"m{n},a{n},,1,,0,\nm{n},b{n},,2,,1,\n" for n in range(2_501))
    refusal = rate(HEADER + rows, "--system", "bradley-terry").refusal()
    assert "5002 strengths, and a Bradley-Terry fit takes 5000 at most" in refusal
