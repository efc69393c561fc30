"""A disk that is full: of a size of its own, in a namespace of its own, as nobody's privilege is needed for that."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.training.matches import add_set

ROOT = Path(__file__).parents[2]
MOUNT = 'mount -t tmpfs -o size=8m none "$1" && shift && exec "$@"'


def on_a_small_disk(disk, *command):
    """Run a command that sees a small disk of its own at `disk`."""
    return subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", MOUNT, "sh", str(disk), *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


@pytest.fixture
def disk(tmp_path):
    """Where a small disk can be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if shutil.which("unshare") is None or on_a_small_disk(folder, "true").returncode:
        pytest.skip("this system lets nobody but root mount a disk of a small size")
    return folder


@pytest.mark.parametrize("form", ["parquet", "minari"])
def test_a_full_disk_is_one_sentence_leaves_nothing_half_written_and_can_be_mended(ledger, disk, tmp_path, form):
    for number in range(20):
        add_set(ledger, f"s{number}")
    url = f"sqlite:///{tmp_path}/arena.db"
    done = on_a_small_disk(disk, sys.executable, "-m", "tests.training.full_disk", form, url, str(disk))
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    told = [json.loads(line) for line in done.stdout.splitlines()]
    full = [each for each in told if each["said"]]
    assert len(full) > 2
    for each in full:
        assert "No space left on device; nothing is lost: once that is mended, the same command goes on" in each["said"]
        assert not each["there"]
        assert not each["half_written"]
    assert all(each["same"] for each in told)
