"""A real model's matches, exported; `make test-formats` installs the libraries that read them."""

from functools import cache

import pytest
from pyarrow import parquet

from tests.e2e.serving import arena


@pytest.fixture(scope="session")
def of_model(model, tmp_path_factory):
    """`of_model("verl")` is the folder of what the model was asked and sampled, in that form."""
    home, agent = tmp_path_factory.mktemp("played"), f"transformers:{model}?threads=1"
    db = ("--db", f"sqlite:///{home}/arena.db")
    _run("play", "openspiel/tic_tac_toe", "--agents", f"{agent},random", "--matches", "2", "--seed", "1", *db)

    @cache
    def export(form):
        _run("export", str(home / form), "--format", form, "--agent", agent, *db)
        return home / form

    return export


def _run(*arguments):
    done = arena(*arguments, env={"HF_HUB_OFFLINE": "1"}, timeout=100)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def sampled(of_model):
    """Each answer of the model as the master form has it: its row, and its turn."""
    rows = parquet.read_table(of_model("parquet")).to_pylist()
    return [(row, turn) for row in rows for turn in row["turns"]]
