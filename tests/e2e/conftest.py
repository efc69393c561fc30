"""One server for the tests that disturb nothing, and servers of their own for those that do."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.serving import Server, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An open server that the tests of a module share."""
    with serving(tmp_path_factory.mktemp("server")) as started:
        yield started


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A server to be killed."""
    with serving(tmp_path) as started:
        yield started
