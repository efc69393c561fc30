"""A game from `arena play` to ladder, replay and verification, without a server."""

import json
import sqlite3
from pathlib import Path

import pytest

from tests.cli.distributions import install

MOODY = """
from arena.core.game import GameListing
from arena.plugin import hookimpl
from arena.testing.games import Countdown

class Moody(Countdown):
    def new_state(self, seed, entries):
        raise RuntimeError("not today")

@hookimpl
def arena_register_games(register):
    register(GameListing(id="moody/game", version="1", min_seats=2, max_seats=2, make=lambda config: Moody()))
"""
TTT = "openspiel/tic_tac_toe"
WEREWOLF = "werewolf/ww4-mini"


def played(cli, game=TTT, agents="random,first", matches=6):
    return cli("play", game, "--agents", agents, "--matches", matches, "--seed", 1, "--workers", 1, "--json").json


def newest(cli, game):
    return cli("matches", "--game", game, "--limit", 1, "--json").json["matches"][0]["match"]


def test_play_reports_in_the_documented_shape(cli):
    report = played(cli)
    assert list(report) == ["game", "matches", "seconds", "agents", "by_role", "causes"]
    assert (report["game"], report["matches"]) == (TTT, 6)
    assert report["causes"] == {"rules": 12}
    for row in report["agents"]:
        assert list(row) == ["agent", "matches", "wins", "draws", "losses", "mean_score", "ci95"]
        assert row["wins"] + row["draws"] + row["losses"] == row["matches"] == 6


def test_play_tells_roles_and_sides_apart(cli):
    report = played(cli, WEREWOLF, "random", 2)
    assert {row["side"] for row in report["by_role"]} == {"village", "werewolf"}
    assert all(list(row) == ["role", "side", "matches", "wins"] for row in report["by_role"])


def test_matches_are_rounded_up_to_whole_sets(cli):
    assert played(cli, matches=3)["matches"] == 4


def test_deals_make_larger_sets_in_fewer_entries_of_the_ledger(cli, tmp_path):
    report = cli("play", TTT, "--agents", "random,first", "--matches", 12, "--deals", 3, "--workers", 1, "--json").json
    assert report["matches"] == 12
    with sqlite3.connect(tmp_path / "arena.db") as db:
        assert db.execute("SELECT matches FROM entry").fetchall() == [(6,), (6,)]
    assert "--deals" in cli("play", "--help").out


@pytest.mark.parametrize("as_json", [(), ("--json",)], ids=str)
def test_a_run_whose_matches_are_all_void_is_a_failure_and_says_why(cli, tmp_path, monkeypatch, as_json):
    install(tmp_path / "site", "moody", MOODY)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    done = cli("play", "moody/game", "--agents", "random,first", "--matches", 2, "--workers", 1, *as_json)
    assert done.code == 1
    sentence = done.err.splitlines()[-1]
    assert sentence == "arena: every match of moody/game was void: the game moody/game raised RuntimeError (2 times)"
    assert [json.loads(line)["causes"] for line in done.out.splitlines()] == [{"void": 2}] * len(as_json)


def test_the_same_seed_plays_the_same_matches(cli):
    played(cli, matches=2)
    played(cli, matches=2)
    digests = [
        cli("replay", match["match"], "--json").json["play_digest"]
        for match in cli("matches", "--json").json["matches"]
    ]
    assert len(digests) == 4
    assert len(set(digests)) == 2


def test_without_a_seed_every_run_plays_matches_of_its_own(cli):
    for _ in range(2):
        assert cli("play", TTT, "--agents", "random", "--workers", 1).code == 0
    seeds = {cli("replay", m["match"], "--json").json["seed"] for m in cli("matches", "--json").json["matches"]}
    assert len(seeds) == 2


def test_the_ledger_is_named_by_option_or_environment(cli, monkeypatch, tmp_path):
    monkeypatch.setenv("ARENA_DB", f"sqlite:///{tmp_path}/other.db")
    played(cli, matches=2)
    assert (tmp_path / "other.db").exists()
    assert not (tmp_path / "arena.db").exists()
    assert cli("ladder", TTT, "--json").json["rows"]


@pytest.mark.usefixtures("ledger")
def test_ladder_ranks_in_the_documented_shape(cli):
    found = cli("ladder", TTT, "--json").json
    assert list(found)[:3] == ["game", "system", "rows"]
    assert (found["game"], found["system"]) == (TTT, "trueskill")
    assert [row["rank"] for row in found["rows"]] == [1, 2]
    for row in found["rows"]:
        assert list(row) == [
            "rank",
            "agent",
            "rating",
            "uncertainty",
            "elo",
            "matches",
            "wins",
            "draws",
            "losses",
            "error_share",
            "clean_rating",
        ]


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("system", ["trueskill", "elo", "openskill"])
def test_every_rating_system_ranks(cli, system):
    assert cli("ladder", TTT, "--system", system, "--json").json["system"] == system


def test_ladder_without_a_game_prints_one_line_a_game(cli):
    played(cli)
    played(cli, "openspiel/kuhn_poker")
    lines = cli("ladder", "--json").out.splitlines()
    assert [json.loads(line)["game"] for line in lines] == ["openspiel/kuhn_poker", TTT]


def test_options_that_change_the_rules_have_a_ladder_of_their_own(cli):
    assert cli("play", WEREWOLF, "--agents", "random,null", "--option", "max_days=3").code == 0
    rated = f"{WEREWOLF}?max_days=3"
    assert cli("ladder", rated, "--json").json["rows"]
    assert cli("ladder", WEREWOLF, "--option", "max_days=3", "--json").json["game"] == rated
    assert not cli("ladder", WEREWOLF, "--json").json["rows"]


def test_self_play_is_recorded_and_not_in_the_ladder(cli):
    played(cli, agents="random")
    assert len(cli("matches", "--json").json["matches"]) == 6
    assert not cli("ladder", TTT, "--json").json["rows"]


@pytest.mark.usefixtures("ledger")
def test_a_replay_shows_each_viewer_what_it_knew(cli):
    match = newest(cli, WEREWOLF)
    secret = [seat["role"] for seat in cli("replay", match, "--json").json["seats"]]
    public = cli("replay", match, "--spectator", "--json").json
    assert all(not frame["moves"] for frame in public["frames"])
    own = cli("replay", match, "--seat", 0, "--json").json
    assert {move["seat"] for frame in own["frames"] for move in frame["moves"]} == {0}
    whole = cli("replay", match, "--all", "--json").json
    assert {move["seat"] for frame in whole["frames"] for move in frame["moves"]} == set(range(len(secret)))
    assert "werewolf" in whole["frames"][0]["text"]
    assert "werewolf" not in public["frames"][0]["text"]


@pytest.mark.usefixtures("ledger")
def test_a_replay_reads_as_text(cli):
    done = cli("replay", newest(cli, TTT))
    assert done.code == 0
    assert "> seat 0: x(" in done.out
    assert "rank 1" in done.out


def test_a_replay_tells_of_pictures_and_saves_them_on_demand(cli, tmp_path):
    played = cli("play", "who_is_the_spy/picture", "--agents", "random", "--matches", 1, "--deals", 1)
    assert played.code == 0
    match = newest(cli, "who_is_the_spy/picture")
    shown = cli("replay", match, "--seat", 0)
    assert shown.out.count("picture: [image/png, ") == 1
    assert not [*tmp_path.glob("**/*.png")]
    saved = cli("replay", match, "--seat", 0, "--media", "shots", "--json").json
    files = {one["file"] for frame in saved["frames"] for one in frame["media"]}
    assert [path.name for path in tmp_path.glob("shots/*")] == [f"{match}-0-picture.png"]
    assert files == {str(Path("shots", f"{match}-0-picture.png"))}
    assert "media" not in cli("replay", match, "--json").json["frames"][0]
    assert cli("replay", match, "--media", "/dev/null/x").code != 0


@pytest.mark.usefixtures("ledger")
def test_verify_replays_everything(cli):
    found = cli("verify", "--json").json
    documented = {"results": 30, "chain_ok": True, "first_bad": None, "replayed": 30, "mismatches": 0}
    assert {name: found[name] for name in documented} == documented


@pytest.mark.usefixtures("ledger")
def test_verify_names_the_first_changed_entry_and_fails(cli, tmp_path):
    with sqlite3.connect(tmp_path / "arena.db") as db:
        db.execute("UPDATE entry SET payload = CAST(replace(payload, 'rules', 'void') AS BLOB) WHERE number = 1")
    done = cli("verify", "--json")
    assert done.code == 1
    found = json.loads(done.out)
    assert (found["chain_ok"], found["first_bad"]) == (False, 1)


@pytest.mark.usefixtures("ledger")
def test_a_backup_is_a_ledger(cli):
    assert cli("backup", "copy.db").code == 0
    assert cli("verify", "--db", "sqlite:///copy.db", "--json").json["chain_ok"]
    assert cli("ladder", TTT, "--db", "sqlite:///copy.db", "--json").json == cli("ladder", TTT, "--json").json


def test_games_are_listed_with_why_one_is_not_available(cli):
    games = {game["id"]: game for game in cli("games", "--json").json["games"]}
    assert list(games[TTT]) == ["id", "version", "min_seats", "max_seats", "available", "reason"]
    assert games[TTT]["available"]
    mean_field = games["openspiel/mfg_crowd_modelling"]
    assert not mean_field["available"]
    assert "mean-field" in mean_field["reason"]


def test_agents_are_listed(cli):
    names = {agent["name"] for agent in cli("agents", "--json").json["agents"]}
    assert {
        "random",
        "first",
        "null",
        "silent",
        "echo",
        "injector",
        "werewolf:seer-claim",
        "werewolf:random-table",
    } <= names


@pytest.mark.parametrize(
    ("args", "option"), [(("games", "openspiel/kuhn_poker"), "players"), (("agents", "openai:any"), "temperature")]
)
def test_a_game_and_an_agent_say_what_their_options_mean(cli, args, option):
    listed = {each["name"]: each for each in cli(*args, "--json").json["options"]}
    assert listed[option]["help"] in cli(*args).out


def test_nothing_is_said_of_a_game_or_an_agent_that_is_not_there(cli):
    assert "there is openspiel/kuhn_poker" in cli("games", "openspiel/kun_poker").refusal()
    assert "did you mean random?" in cli("agents", "randm").refusal()


def test_conformance_suites_run_from_the_command_line(cli):
    game = cli("check", "game", WEREWOLF, "--seed", 1, "--json").json
    assert game["kept"]
    whole = cli("check", "game", WEREWOLF, "--seed", 1, "--leaks", "--matches", 5, "--injections", "--json").json
    assert whole["kept"]
    more = {finding["promise"] for finding in whole["findings"]} - {finding["promise"] for finding in game["findings"]}
    assert {"twins_look_the_same", "speeches_stay_quoted"} <= more
    agent = cli("check", "agent", "first", "--game", TTT, "--matches", 4, "--json").json
    assert agent["kept"]


def test_an_agent_that_breaks_a_promise_fails_its_check(cli, tmp_path):
    (tmp_path / "bad.py").write_text(
        "from arena.core.agent import Agent\n"
        "class Bad(Agent):\n"
        "    def act(self, observation, legal, clock):\n"
        "        return -1\n"
    )
    done = cli("check", "agent", "bad.py:Bad", "--game", TTT, "--matches", 2, "--json")
    assert done.code == 1
    broken = [finding["promise"] for finding in json.loads(done.out)["findings"] if not finding["kept"]]
    assert "its_actions_are_legal" in broken


def test_the_check_of_an_agent_counts_its_own_decisions_as_matches_do(cli, tmp_path):
    (tmp_path / "counting.py").write_text(
        "from arena.core.agent import Agent\n"
        "class Counting(Agent):\n"
        "    decisions = 0\n"
        "    def act(self, observation, legal, clock):\n"
        "        assert observation.step == self.decisions, (observation.step, self.decisions)\n"
        "        self.decisions += 1\n"
        "        return legal.ids[0]\n"
    )
    assert cli("check", "agent", "counting.py:Counting", "--game", TTT, "--matches", 4, "--json").json["kept"]
    assert played(cli, agents="counting.py:Counting,random")["causes"] == {"rules": 12}


def test_code_under_test_that_exits_fails_its_check(cli, tmp_path, monkeypatch):
    (tmp_path / "leaving.py").write_text(
        "from arena.core.agent import Agent\n"
        "class Leaving(Agent):\n"
        "    def act(self, observation, legal, clock):\n"
        "        exit(0)\n"
    )
    done = cli("check", "agent", "leaving.py:Leaving", "--game", TTT, "--matches", 2, "--json")
    assert done.code == 1
    assert "SystemExit" in done.out
    install(tmp_path / "site", "leaver", MOODY.replace("moody", "leaver").replace("raise RuntimeError", "exit"))
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    done = cli("check", "game", "leaver/game")
    assert done.code == 1
    assert "not today" in done.out + done.err


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("args", [("games",), ("agents",), ("ladder",), ("matches",), ("verify",), ("token", "list")])
def test_results_are_tables_for_people(cli, args):
    done = cli(*args)
    assert done.code == 0
    assert len(done.out.splitlines()) >= 1
    assert not done.out.startswith("{")
