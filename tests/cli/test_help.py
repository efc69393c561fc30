"""What the command line says of itself."""

import subprocess
import sys

import pytest

from arena.cli.main import app

TOP = {command.callback.__name__ for command in app.registered_commands}
GROUPS = {
    group.name: {c.name or c.callback.__name__ for c in group.typer_instance.registered_commands}
    for group in app.registered_groups
}
COMMANDS = [(name,) for name in sorted(TOP)] + [(group, name) for group in GROUPS for name in sorted(GROUPS[group])]
SPECIFIED = {
    "serve",
    "join",
    "play",
    "ladder",
    "report",
    "rate",
    "matrix",
    "sprt",
    "games",
    "agents",
    "matches",
    "replay",
    "reroll",
    "watch",
    "challenge",
    "verify",
    "backup",
    "export",
    "feed",
    "health",
    "check",
    "token",
    "tournament",
    "train",
    "population",
}


def test_help_lists_every_command(cli):
    done = cli("--help")
    assert done.code == 0
    assert TOP | GROUPS.keys() == SPECIFIED
    assert all(f"  {name} " in done.out for name in SPECIFIED)


def test_groups_have_their_commands():
    assert {
        "check": {"game", "agent"},
        "token": {"create", "list", "revoke"},
        "population": {"payoff", "sample", "need", "freeze"},
        "tournament": {"validate", "run", "resume", "status", "stop", "list"},
    } == GROUPS


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(cli, command):
    done = cli(*command, "--help")
    assert done.code == 0
    assert done.out.startswith(f"Usage: arena {' '.join(command)} ")


@pytest.mark.parametrize("group", [(), *((name,) for name in GROUPS)], ids=" ".join)
def test_no_command_is_summed_up_in_half_a_sentence(cli, group):
    summaries = [line for line in cli(*group, "--help").out.splitlines() if line.startswith("  ")]
    assert not [line for line in summaries if line.endswith("...")]


@pytest.mark.parametrize("command", [c for c in COMMANDS if c != ("serve",)], ids=" ".join)
def test_every_command_that_prints_a_result_takes_json(cli, command):
    assert "--json" in cli(*command, "--help").out


@pytest.mark.parametrize("args", [(), ("token",), ("check",)], ids=str)
def test_a_command_that_is_not_finished_answers_with_help_and_fails(cli, args):
    done = cli(*args)
    assert done.code == 2
    assert not done.out
    assert done.err.startswith("Usage: arena")


def test_help_loads_nothing_heavy():
    script = "import sys; from arena.cli.main import run; run(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    heavy = {"asyncio", "grpc", "numpy", "pluggy", "rich", "sqlalchemy", "arena.plugin.registry", "arena.ledger"}
    assert not heavy & set(done.stderr.split())
