"""Ledgers with a few sums in them, their export, and what reads such files."""

import pytest

from arena.ledger import Ledger
from arena.training import Request, export
from tests.agents.language.tiny_model import make_tiny_model
from tests.training.matches import replay

pytest.importorskip("pyarrow")


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as opened:
        yield opened


@pytest.fixture
def exported(ledger, tmp_path):
    """`exported("trl-sft", out="x", result="win")` is the folder that this request gives."""

    def run(form="parquet", out="out", **request):
        return export(ledger, Request(format=form, **request), tmp_path / out, replay).folder

    return run


@pytest.fixture
def datasets(tmp_path, monkeypatch):
    """Hugging Face's library, which knows nothing of what earlier tests read."""
    library = pytest.importorskip("datasets")
    monkeypatch.setattr(library.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    library.disable_progress_bars()
    return library


@pytest.fixture
def load(datasets):
    """The rows of an exported folder, as trainers load them."""

    def read(folder, split="train"):
        return datasets.load_dataset("parquet", data_dir=str(folder), split=split)

    return read


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    """The folder of a small language model, whose tokenizer has a chat template."""
    pytest.importorskip("transformers")
    return make_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def tokenizer(model):
    """The model's own."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(model)
