"""Real engines on the tiny model, made once for all tests of this folder."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.serving import Server, serving


def needs(*packages: str) -> None:
    """Skip without these, which come with an extra."""
    for package in packages:
        pytest.importorskip(package, reason=f"{package} comes with the extras hf and openai, or with dev")


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model directory."""
    needs("torch", "transformers", "llguidance")
    from tests.agents.language.tiny_model import make_tiny_model

    return make_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def endpoint(tiny_model: Path) -> Iterator[str]:
    """The URL of llama.cpp's server, a process of its own, on the same model."""
    needs("openai", "xllamacpp", "gguf")
    from tests.agents.language.gguf_model import write_gguf

    script = Path(__file__).with_name("llama_server.py")
    command = [sys.executable, str(script), str(write_gguf(tiny_model))]
    log = (tiny_model / "server.log").open("wb")
    with log, subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True) as server:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        assert address, (tiny_model / "server.log").read_text()[-2_000:]
        yield f"{address}/v1"
        server.communicate(timeout=20)  # closes stdin, which ends it


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An open arena server that the tests of a module share."""
    with serving(tmp_path_factory.mktemp("server")) as started:
        yield started
