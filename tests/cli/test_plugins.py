"""What plugins bring to the command line, and what they cannot do to it."""

import subprocess
import sys

import pytest

from tests.cli.distributions import install
from tests.cli.terminal import arena, environment

GREET = """
from arena.plugin import hookimpl

def greet(name: str):
    "Say hello."
    print("hello", name)

@hookimpl
def arena_register_commands(register):
    register("greet", greet)
"""
LOUD = """
import os
from arena.plugin import hookimpl
from arena.core.game import GameListing
from arena.core.errors import GameUnavailable

print("printed by a plugin")
os.write(1, b"printed by native code")

def make(config):
    print("printed by a game")
    raise GameUnavailable("game loud/game is not available: it is too loud; install earplugs")

@hookimpl
def arena_register_games(register):
    register(GameListing(id="loud/game", version="1", min_seats=1, max_seats=2, make=make))
"""


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "site"
    install(folder, "greet", GREET)
    install(folder, "loud", LOUD)
    install(folder, "broken", "raise RuntimeError('no engine here')")
    return {"PYTHONPATH": str(folder)}


def test_a_plugin_adds_a_command(site, tmp_path):
    done = arena("greet", "world", cwd=tmp_path, **site)
    assert (done.code, done.out.splitlines()[-1]) == (0, "hello world")
    assert "Say hello." in arena("greet", "--help", cwd=tmp_path, **site).out


def test_a_plugins_command_refuses_like_a_built_in_one(site, tmp_path):
    done = arena("greet", cwd=tmp_path, **site)
    assert done.code == 2
    assert "'name'" in done.err.splitlines()[-1]
    assert "Traceback" not in done.err


def test_built_in_commands_load_no_plugin_for_help(site, tmp_path):
    script = "import sys; from arena.cli.main import run; run(['play', '--help']); print('arena_greet' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment(**site), capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "False"


def test_a_plugin_that_does_not_load_is_reported_by_name_and_the_rest_still_work(site, tmp_path):
    games = {game["id"]: game for game in arena("games", "--json", cwd=tmp_path, **site).json["games"]}
    assert not games["broken"]["available"]
    assert "no engine here" in games["broken"]["reason"]
    assert games["loud/game"]["reason"].endswith("install earplugs")
    assert games["openspiel/tic_tac_toe"]["available"]


def test_a_kill_switch_leaves_plugins_out(site, tmp_path):
    games = arena("games", "--json", cwd=tmp_path, ARENA_PLUGINS="off", **site).json["games"]
    assert games == []
    games = arena("games", "--json", cwd=tmp_path, ARENA_PLUGINS="negotiation", **site).json["games"]
    assert {game["id"].partition("/")[0] for game in games} == {"negotiation"}
