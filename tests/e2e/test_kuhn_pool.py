"""A pool whose strengths are known exactly, ranked for real: by sets the ladder is right, by single hands it is not."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

EVENT = Path(__file__).parent.parent.parent / "tournaments" / "kuhn_poker_pool.toml"
GAME = "openspiel/kuhn_poker"
RIGHT = ["equilibrium", "always-bet", "uniform", "always-pass"]
"""By what each earns from each, exactly; plugins/openspiel/tests/test_pool.py derives it."""
SECONDS = 20.0


def arena(folder: Path, *args: object) -> Any:
    """What a command prints with --json."""
    command = [sys.executable, "-m", "arena.cli.main", *map(str, args), "--json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose ledger has the event."""
    return tmp_path_factory.mktemp("pool")


@pytest.fixture(scope="module")
def held(folder: Path) -> Any:
    """The event, played by one process."""
    return arena(folder, "tournament", "run", EVENT, "--workers", 1)


def by_hands(folder: Path) -> list[str]:
    """The agents as Bradley-Terry rates them when every hand counts by itself, won or lost."""
    rows = io.StringIO()
    table = csv.writer(rows)
    table.writerow(("match", "agent", "rank"))
    for match in arena(folder, "matches", "--game", GAME, "--limit", 1_000_000)["matches"]:
        table.writerows((match["match"], seat["agent"], seat["rank"]) for seat in match["seats"])
    results = folder / "hands.csv"
    results.write_text(rows.getvalue(), encoding="utf-8")
    return [row["agent"] for row in arena(folder, "rate", results, "--system", "bradley-terry")["rows"]]


def test_pool_of_known_exploitability_is_ranked_in_the_right_order_by_sets(held: Any) -> None:
    assert held["state"] == "over"
    assert held["sets"]["finished"] == 60
    assert [line["agent"] for line in held["standings"]] == RIGHT
    for system in ("trueskill", "bradley-terry", "elo"):
        ratings = [line["ratings"][system]["rating"] for line in held["standings"]]
        assert ratings == sorted(ratings, reverse=True)


def test_exploitability_stands_beside_the_rating(folder: Path, held: Any) -> None:
    found = arena(folder, "openspiel", "exploitability", GAME, "--agents", ",".join(RIGHT))
    ladder = arena(folder, "ladder", GAME)
    assert [row["agent"] for row in found["rows"]] == RIGHT
    assert [row["rating"] for row in found["rows"]] == [row["rating"] for row in ladder["rows"]]
    assert {row["matches"] for row in found["rows"]} == {6_000}
    assert [row["nash_conv"] for row in found["rows"]] == pytest.approx([0, 2 / 3, 11 / 12, 2], abs=1e-4)
    assert [row["exploitability"] for row in found["rows"]] == pytest.approx([0, 1 / 3, 11 / 24, 1], abs=1e-4)


def test_single_hands_mislead(folder: Path, held: Any) -> None:
    assert by_hands(folder) == ["always-bet", "uniform", "equilibrium", "always-pass"]
