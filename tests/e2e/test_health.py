"""`arena health`: what images and whoever watches over a server ask it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from grpc_health.v1 import health, health_pb2_grpc

from arena.client.remote import PLAY_SERVICE
from tests.e2e.serving import NOT_SERVING, Server, arena, arena_json, free_port


def test_a_server_that_serves_is_healthy(own_server: Server) -> None:
    assert arena_json("health", "--server", own_server.address) == {"server": own_server.address, "serving": True}
    done = arena("health", env={"ARENA_SERVER": own_server.address})
    assert (done.returncode, done.stdout) == (0, f"{own_server.address} serves\n")
    own_server.stop()
    done = arena("health", "--server", own_server.address)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"arena: no arena server answers at {own_server.address}")
    assert len(done.stderr.splitlines()) == 1


@pytest.fixture
def stopping() -> Iterator[str]:
    """The address of a server that says it does not serve, as one does while it lets matches finish."""
    server, port, checks = grpc.server(ThreadPoolExecutor(1)), free_port(), health.HealthServicer()
    checks.set(PLAY_SERVICE, NOT_SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None)


def test_a_server_that_stops_is_not(stopping: str) -> None:
    done = arena("health", "--server", stopping)
    assert (done.returncode, done.stdout) == (1, "")
    assert "is there but does not serve: it starts or stops" in done.stderr
