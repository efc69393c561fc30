"""What the libraries read: an export of sums, and one of a real model's matches. `make test-formats` installs them."""

from functools import cache

import pytest

from tests.agents.language.tiny_model import make_tiny_model
from tests.e2e.serving import arena


@pytest.fixture(autouse=True)
def _apart(tmp_path, monkeypatch):
    """Nothing is downloaded, and nothing is read from what an earlier test left."""
    import datasets

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    datasets.disable_progress_bars()


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    """The folder of a small language model with a chat template."""
    return make_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def tokenizer(model):
    """The model's own."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(model)


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
    done = arena(*arguments, env={"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}, timeout=100)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def sampled(of_model):
    """Each answer of the model as the master form has it: its row, and its turn."""
    from pyarrow import parquet

    rows = parquet.read_table(of_model("parquet")).to_pylist()
    return [(row, turn) for row in rows for turn in row["turns"]]
