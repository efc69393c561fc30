"""Physics that breaks down in a match that a real worker plays."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
CAUSE = "the physics lost its footing 0.620 s into the rally: a state is not finite"


def arena(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """One command, with the plugin `unsound` installed for it and its workers."""
    path = os.pathsep.join((str(folder), str(ROOT)))
    command = [sys.executable, "-m", "arena.cli.main", *words, "--json"]
    environ = {**os.environ, "PYTHONPATH": path}
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)


def test_physics_that_is_not_finite_voids_the_match_with_its_cause(tmp_path: Path):
    about = tmp_path / "arena_unsound-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: arena-unsound\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[arena]\nunsound = plugins.drone_volleyball.tests.unsound\n")
    done = arena(tmp_path, "play", "unsound/1v1", "--agents", "random", "--workers", "1")
    assert done.returncode == 1
    assert done.stderr.strip().endswith(f"arena: every match of unsound/1v1 was void: {CAUSE} (1 times)")
    kept = json.loads(arena(tmp_path, "matches").stdout)["matches"]
    assert [(match["void"], match["rated"]) for match in kept] == [(CAUSE, False)] * 2  # it was played once more
    assert not list(tmp_path.glob("MUJOCO*"))
