"""What is to be seen of a running server: metrics, live matches, challenges; and clients and games from elsewhere."""

import asyncio
import json
import os
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from arena.agents.simple import RandomAgent
from arena.client.remote import Remote
from arena.core.errors import ArenaError, BadRequest
from tests.e2e.clients import Notes, client_of, play
from tests.e2e.peer import peer
from tests.e2e.serving import ROOT, Server, arena, arena_json, free_port, install_plugin, serving, watch

GAME = "openspiel/tic_tac_toe"


@pytest.fixture(scope="module")
def metrics_port() -> int:
    """Where metrics are served."""
    return free_port()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, metrics_port: int) -> Iterator[Server]:
    """A server with metrics."""
    with serving(tmp_path_factory.mktemp("server"), "--metrics-port", str(metrics_port)) as started:
        yield started


def metrics(port: int) -> dict[str, float]:
    """Every sample, by its name and labels as Prometheus writes them."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as reply:
        lines = [line for line in reply.read().decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


async def test_metrics_count_matches_decisions_and_causes(server: Server, metrics_port: int) -> None:
    clients = [client_of(server), client_of(server)]
    for name, client in zip(("ann", "bob"), clients, strict=True):
        client.join(GAME, RandomAgent, name=name, matches=4)
    await play(*clients)
    shown = await asyncio.to_thread(metrics, metrics_port)
    with server.ledger() as ledger:
        lines = ledger.matches(game=GAME)
    assert shown[f'arena_matches_total{{game="{GAME}",void="false"}}'] == len(lines) == 4
    assert shown["arena_decisions_total"] == sum(line.moves for line in lines)
    assert shown['arena_seats_total{cause="rules"}'] == 8
    assert shown["arena_live_matches"] == shown["arena_open_requests"] == 0


def test_a_metrics_port_in_use_is_told_in_a_sentence(server: Server, metrics_port: int, tmp_path: Path) -> None:
    db = f"sqlite:///{tmp_path / 'arena.db'}"
    done = arena("serve", "--port", str(free_port()), "--db", db, "--metrics-port", str(metrics_port))
    assert done.returncode == 1
    assert "--metrics-port" in done.stderr.strip().splitlines()[-1]
    assert "Traceback" not in done.stderr


async def test_spectators_follow_a_live_match_to_its_end(server: Server) -> None:
    notes, go, loop = Notes(), asyncio.Event(), asyncio.get_running_loop()
    notes.pause = go.wait
    clients = [client_of(server), client_of(server)]
    for name, client in zip(("cat", "dog"), clients, strict=True):
        client.join(GAME, notes.agent, name=name, matches=2)
    playing = asyncio.create_task(play(*clients))
    await notes.until(lambda: bool(notes.seats))
    match = notes.seats[0].match_id
    listed = await asyncio.to_thread(arena_json, "matches", "--server", server.address)
    (live,) = [row for row in listed["matches"] if row.get("live")]
    assert live["match"] == match
    assert "cat" not in json.dumps(live)
    shown = await asyncio.to_thread(watch, server, match, lambda: loop.call_soon_threadsafe(go.set))
    first, *later = shown.splitlines()
    assert first.startswith("--- step")
    assert sum(line.startswith("--- step") for line in later) >= 5
    assert later[-1].startswith("--- over: seat 0: rank")
    await playing


async def test_a_finished_match_cannot_be_watched(server: Server) -> None:
    with server.ledger() as ledger:
        match = ledger.matches(limit=1)[0].match_id
    done = await asyncio.to_thread(arena, "watch", match, "--server", server.address)
    assert done.returncode == 1
    assert "not live" in done.stderr


async def test_a_challenge_brings_agents_that_wait_a_match_and_others_an_error(server: Server) -> None:
    game = "openspiel/connect_four"
    async with peer(server.address) as one:
        await one.hello()
        await one.join(game, "challenger", matches=2)
        await one.next("joined")

        def challenge(opponent: str, which: str = game) -> None:
            with Remote(server.address) as remote:
                remote.challenge(which, "challenger", opponent)

        with pytest.raises(BadRequest, match="nobody"):
            await asyncio.to_thread(challenge, "nobody")
        with pytest.raises(ArenaError):
            await asyncio.to_thread(challenge, "challenger", "openspiel/no_such_game")
        await asyncio.to_thread(challenge, "challenger")
        match = (await one.next("seat_assigned")).seat_assigned.match_id
        assert match


def test_a_client_that_knows_only_the_protocol_plays(server: Server) -> None:
    """It runs in a process that cannot import the arena's client, server or wire."""
    script = ROOT / "tests" / "wire" / "raw_client.py"
    guard = (
        "import runpy, sys\n"
        "class Guard:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        assert not name.startswith('arena.') or name.startswith('arena.v1'), name\n"
        "sys.meta_path.insert(0, Guard())\n"
        f"sys.argv[0] = {str(script)!r}\n"
        f"runpy.run_path({str(script)!r}, run_name='__main__')\n"
    )
    command = [sys.executable, "-c", guard, server.address, "openspiel/kuhn_poker", "--matches", "4", "--name"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = [
        subprocess.Popen([*command, name], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
        for name in ("raw-one", "raw-two")
    ]
    outputs = [process.communicate(timeout=60) for process in running]
    assert [process.returncode for process in running] == [0, 0], outputs
    one, two = (json.loads(out) for out, _ in outputs)
    assert {result["match"] for result in one["results"]} == {result["match"] for result in two["results"]}
    assert len(one["results"]) >= 4
    assert Counter(result["rated"] for result in one["results"]) == {True: len(one["results"])}
    with server.ledger() as ledger:
        rows = ledger.ladder("openspiel/kuhn_poker")
    assert {row.agent: row.matches for row in rows} == {name: len(one["results"]) for name in ("raw-one", "raw-two")}


COIN = '''
"""A game from elsewhere: both seats call heads or tails; who calls what the coin shows, wins."""
from arena.core.game import FieldSpec, Game, GameListing, GameSpec, SeatOutcome, State
from arena.core.legal import Choices
from arena.plugin import hookimpl


class Coin(Game):
    def __init__(self, config):
        self.config = config
        self.spec = GameSpec(
            id="coin/toss", version="1.0.0", seats=2, summary="Call the coin.", brief="0: heads, 1: tails.",
            fields=(FieldSpec(name="text", kind="text", help="the view"),), dynamics="simultaneous",
        )

    def new_state(self, seed, entries):
        return Toss(seed.stream("coin").randrange(2))


class Toss(State):
    def __init__(self, side):
        self.side, self.calls = side, {}

    def to_move(self):
        return () if self.calls else (0, 1)

    def legal(self, seat):
        return Choices(range(2))

    def check(self, seat, action):
        return action

    def step(self, actions):
        self.calls = dict(actions)

    def observe(self, viewer, want):
        return {"text": "call it"} if "text" in want else {}

    def default_action(self, seat):
        return 0

    def outcome(self):
        if not self.calls:
            return None
        right = [float(self.calls[seat] == self.side) for seat in (0, 1)]
        return [SeatOutcome(1 + (max(right) > mine), mine) for mine in right]


@hookimpl
def arena_register_games(register):
    register(GameListing(id="coin/toss", version="1.0.0", min_seats=2, max_seats=2, make=Coin))
'''

BROKEN = "import no_such_module_at_all\n"


async def test_a_game_installed_from_elsewhere_is_played_and_a_broken_one_is_named(tmp_path: Path) -> None:
    env = install_plugin(tmp_path, "coin", "coin_plugin", COIN)
    install_plugin(tmp_path, "broken", "broken_plugin", BROKEN)
    with serving(tmp_path, env=env) as server:
        clients = [client_of(server), client_of(server)]
        for name, client in zip(("ann", "bob"), clients, strict=True):
            client.join("coin/toss", RandomAgent, name=name, seats=2, matches=6)
        ann, bob = await play(*clients)
        assert ann.matches == bob.matches >= 6
        assert ann.wins == bob.losses
        listed = await asyncio.to_thread(arena_json, "games", "--server", server.address)
        rows = {row["id"]: row for row in listed["games"]}
        assert rows["coin/toss"]["available"]
        assert not rows["broken"]["available"]
        assert "no_such_module_at_all" in rows["broken"]["reason"]
        verified = await asyncio.to_thread(arena_json, "verify", "--db", server.db, env=env)
        assert (verified["chain_ok"], verified["mismatches"]) == (True, 0)
        assert verified["replayed"] == ann.matches
