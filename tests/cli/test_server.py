"""`arena serve`, `arena join` and what is asked of a server, between real processes."""

import itertools
import json
import signal
import subprocess

import pytest

from arena.cli.processes import Children
from arena.ledger import Ledger
from tests.cli.terminal import ARENA, Done, arena, await_port, environment, free_port

TTT = "openspiel/tic_tac_toe"
names = (f"agent-{n}" for n in itertools.count())


def joins(server, *args, game=TTT, cwd, **env):
    """`arena join` in the background."""
    command = [ARENA, "join", game, "--server", server.address, "--json", *map(str, args)]
    return subprocess.Popen(
        command, cwd=cwd, env=environment(**env), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ended(process):
    out, err = process.communicate(timeout=60)
    return Done(process.returncode, out, err)


@pytest.fixture(scope="module")
def played(server, tmp_path_factory):
    """Two agents that have played each other; what their commands printed."""
    folder = tmp_path_factory.mktemp("agents")
    joined = [
        joins(server, "--agent", spec, "--name", f"the-{spec}", "--matches", 6, cwd=folder)
        for spec in ("random", "first")
    ]
    return [ended(process) for process in joined]


def test_agents_that_join_play_each_other(played):
    summaries = [done.json for done in played]
    assert [summary["agent"] for summary in summaries] == ["the-random", "the-first"]
    assert all(summary["matches"] == 6 for summary in summaries)
    assert summaries[0]["wins"] == summaries[1]["losses"]


@pytest.mark.usefixtures("played")
def test_a_server_answers_like_its_ledger(cli, server):
    remote = cli("ladder", TTT, "--server", server.address, "--json").json
    assert [row["matches"] for row in remote["rows"]] == [6, 6]
    told = cli("ladder", TTT, "--db", server.db, "--json").json
    assert remote == {key: told[key] for key in ("game", "system", "rows")}  # what plugins know is told locally
    listed = cli("matches", "--server", server.address, "--json").json
    local = cli("matches", "--db", server.db, "--json").json
    assert [m["match"] for m in listed["matches"]] == [m["match"] for m in local["matches"]]
    assert [m.keys() for m in listed["matches"]] == [m.keys() for m in local["matches"]]


@pytest.mark.usefixtures("played")
def test_what_a_server_played_can_be_replayed_and_verified(cli, server):
    match = cli("matches", "--db", server.db, "--json").json["matches"][0]["match"]
    assert cli("replay", match, "--db", server.db, "--json").json["frames"]
    assert cli("verify", "--db", server.db, "--json").json["chain_ok"]


def test_a_server_lists_its_games(cli, server):
    games = cli("games", "--server", server.address, "--json").json["games"]
    assert TTT in {game["id"] for game in games if game["available"]}


def test_options_of_a_joined_game_are_part_of_its_rated_id(server, tmp_path):
    args = ("--agent", "random", "--name", "optional", "--option", "max_days=3", "--matches", 1)
    summary = ended(joins(server, *args, game="werewolf/ww4-mini", cwd=tmp_path)).json
    assert summary["matches"] >= 1


@pytest.mark.parametrize(
    ("args", "fragments"),
    [
        (("join", "chess/blitz", "--agent", "random"), ("chess/blitz",)),
        (("join", "werewolf/ww99", "--agent", "random"), ("werewolf/ww99", "werewolf/ww7-lspo")),
        (("join", TTT, "--agent", "randm"), ("randm",)),
        (("join", TTT, "--agent", "random", "--name", "two words"), ("name",)),
        (("join", TTT, "--agent", "random", "--option", "size=4"), ("size",)),
        (("join", TTT, "--agent", "random", "--seats", "100000"), ("seats",)),
        (("join", TTT, "--agent", "random", "--token", "arena_no_such"), ("token",)),
        (("watch", "nothing"), ("nothing", "live")),
        (("challenge", "one", "two", TTT), ("one", "join")),
        (("ladder", TTT, "--system", "glicko"), ("glicko", "trueskill")),
        (("matches", "--mine", "--token", "arena_no_such"), ("token",)),
    ],
    ids=str,
)
def test_a_wrong_request_to_a_server_is_refused_in_one_sentence(cli, server, args, fragments):
    sentence = cli(*args, "--server", server.address).refusal()
    assert [fragment for fragment in fragments if fragment in sentence] == [*fragments]


def test_a_port_in_use_is_refused(server, tmp_path):
    port = server.address.rpartition(":")[2]
    sentence = arena("serve", "--port", port, cwd=tmp_path).refusal()
    assert port in sentence
    assert "--port" in sentence


def test_a_ledger_in_use_by_another_server_is_refused(server, tmp_path):
    sentence = arena("serve", "--port", free_port(), "--db", server.db, cwd=tmp_path).refusal()
    assert "another server" in sentence
    assert "--db" in sentence


def test_an_interrupted_join_ends_after_its_matches(cli, server, tmp_path):
    name = next(names)
    process = joins(server, "--agent", "random", "--name", name, cwd=tmp_path)
    seen = ()
    while not seen:  # ends by the test's timeout
        assert process.poll() is None, process.stderr.read()
        listed = cli("matches", "--server", server.address, "--agent", name, "--json").json
        seen = [match for match in listed["matches"] if not match["live"]]
    process.send_signal(signal.SIGINT)
    done = ended(process)
    assert done.json["matches"] >= 1
    assert done.json["causes"].keys() == {"rules"}


def test_a_live_match_can_be_watched_to_its_end(cli, server, tmp_path):
    name = next(names)
    (tmp_path / "patient.py").write_text(
        "import asyncio, pathlib\n"
        "from arena.client import Agent\n"
        "class Patient(Agent):\n"
        "    async def act(self, observation, legal, clock):\n"
        "        while not pathlib.Path('go').exists():\n"
        "            await asyncio.sleep(0.05)\n"
        "        return legal.ids[0]\n"
    )
    process = joins(server, "--agent", "patient.py:Patient", "--name", name, "--matches", 1, cwd=tmp_path)
    live = []
    while not live:  # ends by the test's timeout
        assert process.poll() is None, process.stderr.read()
        listed = cli("matches", "--server", server.address, "--json").json
        live = [match["match"] for match in listed["matches"] if match["live"]]
    watcher = subprocess.Popen(
        [ARENA, "watch", live[0], "--server", server.address], cwd=tmp_path, env=environment(), stdout=-1, text=True
    )
    first = watcher.stdout.readline()
    (tmp_path / "go").touch()
    rest, _ = watcher.communicate(timeout=60)
    assert first.startswith("--- step ")
    assert f"--- step {int(first.split()[-1]) + 1}\n" in rest
    assert "--- over: seat 0: rank" in rest
    assert watcher.returncode == 0
    assert ended(process).code == 0


def test_a_challenge_brings_waiting_agents_together(cli, server, tmp_path):
    pair = [next(names), next(names)]
    game = "openspiel/connect_four"
    waiting = [
        joins(server, "--agent", "random", "--name", name, "--matches", 1, game=game, cwd=tmp_path) for name in pair
    ]
    # They may meet by themselves before the challenge arrives; then it is refused because they wait no longer.
    done = cli("challenge", *pair, game, "--server", server.address, "--json")
    assert done.code == 0 or "not waiting" in done.err
    assert all(ended(process).json["matches"] >= 2 for process in waiting)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """A server that asks for tokens: its address, its ledger, and the tokens of ann and bob."""
    folder = tmp_path_factory.mktemp("guarded")
    db = f"sqlite:///{folder}/arena.db"
    with Ledger.open(db) as ledger:
        tokens = [ledger.tokens.create(owner, ("play", "watch")) for owner in ("ann", "bob")]
        tokens.append(ledger.tokens.create("eve", ("watch",)))
    port = free_port()
    with Children(folder / "logs") as children:
        await_port(children.start("server", "serve", "--port", str(port), "--db", db), port)
        yield f"127.0.0.1:{port}", db, tokens


def test_a_guarded_server_refuses_strangers(cli, guarded, monkeypatch):
    address, _, (_, _, watcher) = guarded
    join = ("join", TTT, "--agent", "random", "--server", address)
    unnamed = cli(*join).refusal()
    assert "asks for a token" in unnamed
    assert "ARENA_TOKEN" in unnamed
    assert "asks for a token" in cli("ladder", TTT, "--server", address).refusal()
    assert "token" in cli(*join, "--token", "arena_wrong_token").refusal()
    monkeypatch.setenv("ARENA_TOKEN", watcher)
    assert "play" in cli(*join).refusal()


def test_owners_see_their_own_and_nobody_takes_their_names(cli, guarded, tmp_path):
    address, db, (ann, bob, _) = guarded
    both = [
        subprocess.Popen(
            [ARENA, "join", TTT, "--agent", "random", "--name", name, "--matches", "2", "--server", address],
            cwd=tmp_path,
            env=environment(ARENA_TOKEN=token),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name, token in (("anns", ann), ("bobs", bob))
    ]
    assert [ended(process).code for process in both] == [0, 0]
    mine = cli("matches", "--mine", "--server", address, "--json", "--token", ann).json
    assert len(mine["matches"]) == 2
    here = cli("matches", "--mine", "--db", db, "--json", "--token", ann).json
    assert [m["match"] for m in mine["matches"]] == [m["match"] for m in here["matches"]]
    join = ("join", TTT, "--agent", "random", "--name", "anns", "--server", address)
    assert "'anns' belongs to another owner" in cli(*join, "--token", bob).refusal()


def test_a_revoked_token_opens_nothing(cli, guarded):
    address, db, _ = guarded
    token = cli("token", "create", "carl", "--db", db).out.strip()
    listed = cli("token", "list", "--owner", "carl", "--db", db, "--json").json["tokens"]
    assert [line["owner"] for line in listed] == ["carl"]
    assert token.split("_", 2)[2] not in json.dumps(listed)
    assert cli("games", "--server", address, "--json", "--token", token).code == 0
    assert cli("token", "revoke", listed[0]["id"], "--db", db).code == 0
    assert "unknown or revoked" in cli("games", "--server", address, "--token", token).refusal()


def test_sigterm_ends_a_server_in_order(tmp_path):
    port = free_port()
    process = subprocess.Popen(
        [ARENA, "serve", "--port", str(port)], cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, text=True
    )
    await_port(process, port)
    process.terminate()
    _, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Traceback" not in err
