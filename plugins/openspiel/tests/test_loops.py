"""Loops over populations of tables: what they reach from sampled matches, and that a kill changes nothing of it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from arena.core.errors import BadOption, BadRequest, GameUnavailable
from arena.core.game import Game
from arena.core.options import resolve
from arena.ledger import Ledger
from arena.loops.run import Asked, opened
from arena.plugin.registry import Registry
from arena_openspiel.agents import PolicyAgents
from arena_openspiel.loops import population
from arena_openspiel.loops.oracle import Oracle
from arena_openspiel.loops.rules import RULES
from arena_openspiel.plugin import _table_agents
from arena_openspiel.tables import load, policy_in, save

Made = Callable[..., Game]
KUHN = "openspiel/kuhn_poker"
SMALL = {"iterations": 5, "payoff_sets": 2, "payoff_deals": 20, "sets": 1, "deals": 5}


@pytest.fixture
def oracle(made: Made) -> Oracle:
    return Oracle(made("kuhn_poker"))


def command(folder: Path) -> list[str]:
    """Two of these are the same run, but for the folder, and the ledger that holds its matches."""
    chosen = [f"--set={name}={value}" for name, value in SMALL.items()]
    run = ["--run", str(folder / "run"), "--name", "learner", "--db", f"sqlite:///{folder}/arena.db"]
    return [sys.executable, "-m", "arena.cli.main", "train", "psro", KUHN, *run, "--workers", "1", *chosen]


def train(folder: Path, loop: str, **settings: int) -> None:
    """The same in this process."""
    registry = Registry()
    chosen = resolve(RULES[loop].options, settings)
    asked = Asked(loop=loop, game=registry.ref(KUHN), settings=chosen, name="learner")
    with (
        Ledger.open(f"sqlite:///{folder}/arena.db") as ledger,
        opened(asked, folder / "run", ledger, lambda: registry.make_game(asked.game), workers=1, quiet=True) as run,
    ):
        population.train(loop, run)


def figures(folder: Path) -> dict[int, dict[str, float]]:
    lines = (folder / "run" / "figures.jsonl").read_text(encoding="utf-8").splitlines()
    return {one["step"]: one for one in map(json.loads, lines)}


def policies(folder: Path) -> dict[str, str]:
    found = (folder / "run" / "checkpoints").glob("*/policy.json")
    return {file.parent.name: file.read_text(encoding="utf-8") for file in found}


def test_a_run_that_is_killed_ends_as_the_unbroken_one(tmp_path: Path) -> None:
    broken, whole = tmp_path / "broken", tmp_path / "whole"
    broken.mkdir()
    whole.mkdir()
    environment = {**os.environ, "ARENA_PLUGINS": "openspiel"}
    with subprocess.Popen(command(broken), env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert any("learner-2 is frozen" in line for line in process.stderr)
        process.send_signal(signal.SIGKILL)
    train(broken, "psro", **SMALL)
    train(whole, "psro", **SMALL)
    assert figures(broken) == figures(whole)
    assert policies(broken) == policies(whole)
    assert len(policies(whole)) == 2 * SMALL["iterations"]


def test_double_oracle_ends_when_no_best_response_is_new(tmp_path: Path) -> None:
    train(tmp_path, "double-oracle", payoff_sets=2, payoff_deals=30, sets=0)
    found = figures(tmp_path)
    assert max(found) + 1 < 40
    assert found[max(found)]["nash_conv"] < 0.25 < found[0]["nash_conv"]


def test_fictitious_play_comes_near_an_equilibrium_without_a_match(tmp_path: Path) -> None:
    train(tmp_path, "fictitious-play", iterations=40, sets=0)
    assert figures(tmp_path)[39]["nash_conv"] < 0.12


@pytest.mark.parametrize(
    ("game", "reason"),
    [
        ("tiny_hanabi", "is not a zero-sum game of two seats"),
        ("tic_tac_toe", "more than 10000 states"),
        ("matrix_rps", "simultaneous moves"),
    ],
)
def test_a_game_without_tables_is_refused_in_a_sentence(made: Made, game: str, reason: str) -> None:
    with pytest.raises(GameUnavailable, match=reason):
        Oracle(made(game))


def test_a_spoilt_checkpoint_ends_the_run_in_a_sentence(tmp_path: Path) -> None:
    train(tmp_path, "fictitious-play", iterations=2, sets=0)
    file = tmp_path / "run" / "checkpoints" / "0" / "policy.json"
    file.write_text(file.read_text(encoding="utf-8")[:50], encoding="utf-8")
    with pytest.raises(BadRequest, match="holds no policy, or a spoilt one"):
        train(tmp_path, "fictitious-play", iterations=2, sets=0)


def test_a_mixture_is_worth_what_drawing_its_policies_is(oracle: Oracle) -> None:
    """Always passing loses nothing to itself; half of it and half of always betting is no equilibrium either."""
    pure = oracle.first()
    other = oracle.best_response(pure)
    alone = oracle.mixture([pure, other], [1.0, 0.0])
    assert oracle.nash_conv(alone) == pytest.approx(oracle.nash_conv(pure))
    even = oracle.mixture([pure, other], [0.5, 0.5])
    assert all(sum(chance for _, chance in row) == pytest.approx(1.0) for row in even.values())
    assert oracle.nash_conv(oracle.mixture([oracle.uniform()], [1.0])) == pytest.approx(11 / 12)


def test_a_table_in_a_file_is_played_as_it_was_written(tmp_path: Path, oracle: Oracle, made: Made) -> None:
    save(tmp_path / "policy.json", oracle.uniform())
    assert load(tmp_path / "policy.json") == oracle.uniform()
    assert PolicyAgents(policy_in(tmp_path / "policy.json")).entry(KUHN, made("kuhn_poker").config) is None


@pytest.mark.parametrize("text", ["{", "[]", '{"0": 1}', '{"0": [[0, 2.0]]}', '{"0": [[0, NaN]]}', '{"0": [["a", 1]]}'])
def test_a_file_that_holds_no_policy_is_refused_in_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "policy.json").write_text(text, encoding="utf-8")
    with pytest.raises(BadRequest, match="holds no policy, or a spoilt one"):
        load(tmp_path / "policy.json")


def test_a_policy_of_another_game_is_refused_before_any_match(tmp_path: Path, oracle: Oracle, made: Made) -> None:
    save(tmp_path / "policy.json", oracle.uniform())
    with pytest.raises(GameUnavailable, match="is not one of openspiel/leduc_poker"):
        PolicyAgents(policy_in(tmp_path / "policy.json")).entry("openspiel/leduc_poker", made("leduc_poker").config)


def test_an_agent_of_a_table_needs_a_file_that_is_there(tmp_path: Path) -> None:
    with pytest.raises(BadOption, match="name the file"):
        _table_agents("", {"file": ""})
    with pytest.raises(BadRequest, match="there is no file"):
        _table_agents("", {"file": str(tmp_path / "none.json")})
