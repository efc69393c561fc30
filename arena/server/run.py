"""The server process: bind, serve, and on SIGTERM or SIGINT drain and stop."""

import asyncio
import gc
import logging
import signal
import ssl
import sys
from collections.abc import Callable
from contextlib import suppress

import grpc
import grpc.aio
import structlog
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import SERVICE_NAME as HEALTH_SERVICE
from grpc_health.v1.health import aio as health

from arena.core.errors import BadRequest
from arena.server.feed import FeedService
from arena.server.hall import Hall
from arena.server.populations import PopulationService
from arena.server.services import LobbyService, ResultsService, play_handler
from arena.server.settings import Settings
from arena.server.tournaments import TournamentService
from arena.v1 import feed_pb2_grpc, lobby_pb2_grpc, population_pb2_grpc, results_pb2_grpc, tournament_pb2_grpc

SERVICES = (
    "",
    "arena.v1.PlayService",
    "arena.v1.LobbyService",
    "arena.v1.ResultsService",
    "arena.v1.TournamentService",
    "arena.v1.PopulationService",
    "arena.v1.FeedService",
)
_RECONNECT_SECONDS = 1.0
_FAREWELL_SECONDS = 0.05
log = structlog.get_logger()


def serve(settings: Settings, on_ready: Callable[[int], None] = lambda port: None) -> None:
    """Serve until SIGTERM or SIGINT; `on_ready` is told the port.

    Raises:
        BadRequest: the address cannot be bound, or the TLS files cannot be read.
        LedgerFault: the ledger or the journal cannot be opened.
    """
    configure_logging()
    asyncio.run(_serve(settings, on_ready))


def configure_logging() -> None:
    """One JSON object a line on stderr; tokens and texts of agents are never among the values."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # whatever stderr is when something is logged
    )


async def _serve(settings: Settings, on_ready: Callable[[int], None]) -> None:
    stopped = _stop_signal()
    hall = await Hall.open(settings)
    try:
        _serve_metrics(hall)
        server, checks = _server(hall)
        port = _bind(server, settings)
        await server.start()
        hall.serving()
        for service in SERVICES:
            await checks.set(service, health_pb2.HealthCheckResponse.SERVING)
        _spare_the_collector()
        log.info("serving", host=settings.host, port=port, db=settings.db.partition("://")[0])
        on_ready(port)
        await stopped.wait()
        await _drain(hall, server, checks)
    finally:
        await hall.close()
    log.info("stopped")


def _server(hall: Hall) -> tuple[grpc.aio.Server, health.HealthServicer]:
    limits = hall.settings.limits
    options = [
        ("grpc.so_reuseport", 0),
        ("grpc.max_receive_message_length", 16 * limits.max_frame_bytes),  # so that too much is told in our words
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
    ]
    server = grpc.aio.server(options=options)
    server.add_generic_rpc_handlers((play_handler(hall),))
    lobby_pb2_grpc.add_LobbyServiceServicer_to_server(LobbyService(hall), server)
    results_pb2_grpc.add_ResultsServiceServicer_to_server(ResultsService(hall), server)
    tournament_pb2_grpc.add_TournamentServiceServicer_to_server(TournamentService(hall), server)
    population_pb2_grpc.add_PopulationServiceServicer_to_server(PopulationService(hall), server)
    feed_pb2_grpc.add_FeedServiceServicer_to_server(FeedService(hall), server)
    checks = health.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    if hall.settings.reflection:
        _enable_reflection(server)
    return server, checks


def _enable_reflection(server: grpc.aio.Server) -> None:
    from grpc_reflection.v1alpha.reflection import SERVICE_NAME, enable_server_reflection

    enable_server_reflection((*filter(None, SERVICES), HEALTH_SERVICE, SERVICE_NAME), server)


def _bind(server: grpc.aio.Server, settings: Settings) -> int:
    address = f"{settings.host}:{settings.port}"
    credentials = _credentials(settings)
    try:
        if credentials is None:
            return server.add_insecure_port(address)
        return server.add_secure_port(address, credentials)
    except RuntimeError as error:
        raise BadRequest(f"{address} cannot be bound; is another server using it? Choose another --port") from error


def _credentials(settings: Settings) -> grpc.ServerCredentials | None:
    if settings.tls_cert is None or settings.tls_key is None:
        return None
    try:  # gRPC itself would not say what is wrong with them
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(settings.tls_cert, settings.tls_key)
        key, cert = settings.tls_key.read_bytes(), settings.tls_cert.read_bytes()
    except OSError as error:
        raise BadRequest(
            f"the TLS files {settings.tls_cert} and {settings.tls_key} are no PEM certificate and its key"
        ) from error
    return grpc.ssl_server_credentials([(key, cert)])


def _serve_metrics(hall: Hall) -> None:
    host, port = hall.settings.host, hall.settings.metrics_port
    if not port:
        return
    try:
        hall.metrics.serve(host, port)
    except OSError as error:
        raise BadRequest(f"{host}:{port} cannot be bound for metrics; choose another --metrics-port") from error


async def _drain(hall: Hall, server: grpc.aio.Server, checks: health.HealthServicer) -> None:
    """Not serving at once; then what can still finish does, and the rest goes on at the next start."""
    for service in SERVICES:
        await checks.set(service, health_pb2.HealthCheckResponse.NOT_SERVING)
    hall.lobby.stop()
    hall.sets.frozen = True
    with suppress(TimeoutError):
        async with asyncio.timeout(hall.settings.drain):
            await hall.arbiter.idle()
    hall.play.go_away("the server is stopping; matches go on at its next start", _RECONNECT_SECONDS)
    await asyncio.sleep(_FAREWELL_SECONDS)
    log.info("drained", matches_left=len(hall.arbiter.matches))
    await server.stop(grace=0.2)


def _spare_the_collector() -> None:
    """Frames and reports are short-lived garbage without cycles: at the default pace 9 % of all time went there."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _stop_signal() -> asyncio.Event:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    return stopped
