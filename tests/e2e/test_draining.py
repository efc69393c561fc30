"""SIGTERM: not serving at once, out soon, and what was left goes on at the next start as if nothing had happened."""

import asyncio
import signal
import time

from grpc_health.v1 import health_pb2, health_pb2_grpc

from arena.core.game import GameSpec
from arena.rating import LadderRow
from tests.e2e.clients import Notes, client_of, play
from tests.e2e.serving import NOT_SERVING, SERVING, Server, socket_channel

GAME = "openspiel/tic_tac_toe"


def watch_health(server: Server) -> tuple[list[int], float]:
    """What a health watcher is told around SIGTERM, and how many seconds after it NOT_SERVING came."""
    with socket_channel(server.address) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        said = stub.Watch(health_pb2.HealthCheckRequest(service="arena.v1.PlayService"), timeout=20)
        statuses = [next(said).status]
        server.signal(signal.SIGTERM)
        told = time.monotonic()
        statuses.append(next(said).status)
        return statuses, time.monotonic() - told


async def test_matches_left_by_a_drain_go_on_at_the_next_start(own_server: Server) -> None:
    server, notes = own_server, Notes()
    thinking = asyncio.Event()
    notes.pause = thinking.wait
    clients = [client_of(server), client_of(server)]
    for name, client in zip(("ann", "bob"), clients, strict=True):
        client.join(GAME, notes.agent, name=name, seats=4, matches=8)
    playing = asyncio.create_task(play(*clients))
    await notes.until(lambda: len(notes.asked) >= 4)
    statuses, seconds = await asyncio.to_thread(watch_health, server)
    assert statuses == [SERVING, NOT_SERVING]
    assert seconds < 0.5
    before, asked = {info.match_id for info in notes.seats}, len(notes.clocks)
    assert await asyncio.to_thread(server.wait) == 0
    await asyncio.to_thread(server.start)
    thinking.set()
    ann, bob = await playing
    assert ann.matches == bob.matches == 8
    assert set(ann.causes) == {"rules"}
    with server.ledger() as ledger:
        lines = ledger.matches()
    assert before <= {line.match_id for line in lines}
    assert [line.void for line in lines] == [""] * 8
    assert sum(row.matches for row in ledger_ladder(server)) == 16
    full = GameSpec.__dataclass_fields__["clock"].default
    assert all(clock.bank == full.bank for clock in notes.clocks)
    assert all(clock.decision > full.decision - 1.0 for clock in notes.clocks[asked:])
    assert "Traceback" not in server.log


def ledger_ladder(server: Server) -> list[LadderRow]:
    """The ladder of the game, from the ledger."""
    with server.ledger() as ledger:
        return ledger.ladder(GAME)


async def test_matches_that_can_finish_do_so_before_the_server_stops(own_server: Server) -> None:
    server, notes = own_server, Notes()
    clients = [client_of(server), client_of(server)]
    for name, client in zip(("ann", "bob"), clients, strict=True):
        client.join(GAME, notes.agent, name=name, seats=2)
    playing = [asyncio.create_task(client.run()) for client in clients]
    await notes.until(lambda: len(notes.ended) >= 3)
    assert await asyncio.to_thread(server.stop) == 0
    assert '"matches_left": 0' in server.log
    for client in clients:
        client.stop()
    await asyncio.to_thread(server.start)
    await asyncio.wait_for(asyncio.gather(*playing), 30)
    assert "Traceback" not in server.log


def test_a_server_without_matches_stops_quickly(own_server: Server) -> None:
    begun = time.monotonic()
    assert own_server.stop() == 0
    assert time.monotonic() - begun < 5
    assert "Traceback" not in own_server.log
