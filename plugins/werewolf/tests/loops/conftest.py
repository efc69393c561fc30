import pytest

from arena.ledger import Ledger


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as ledger:
        yield ledger


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """What is this small is faster on one, above all where others want the cores too."""
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
