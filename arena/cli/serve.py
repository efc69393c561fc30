"""`arena serve`: the match server."""

from pathlib import Path
from typing import Annotated

import typer

from arena.cli.options import DEFAULT_DB, MAX_MATCHES, Db, State
from arena.core.errors import BadRequest, UnknownGame


def serve(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for all.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 7777,
    db: Db = DEFAULT_DB,
    state: State = None,
    workers: Annotated[int, typer.Option(min=1, max=1_024, help="Processes that run games.")] = 1,
    game: Annotated[
        list[str] | None, typer.Option(metavar="GAME", help="Host only this game or plugin; repeat.")
    ] = None,
    tls_cert: Annotated[Path | None, typer.Option(metavar="FILE", help="Certificate chain, PEM.")] = None,
    tls_key: Annotated[Path | None, typer.Option(metavar="FILE", help="Its private key, PEM.")] = None,
    metrics_port: Annotated[int, typer.Option(min=0, max=65535, help="Serve Prometheus metrics here; 0: no.")] = 0,
    provenance: Annotated[
        int,
        typer.Option(
            metavar="MIB",
            min=1,
            max=1_000_000,
            help="MiB of provenance kept of a session in a minute; more is dropped.",
        ),
    ] = 256,
    feed_window: Annotated[
        int,
        typer.Option(
            metavar="MATCHES", min=0, max=MAX_MATCHES, help="How many matches back a feed may begin; 0: to the first."
        ),
    ] = 0,
    reflection: Annotated[bool, typer.Option("--reflection", help="Tell clients the protocol, for grpcurl.")] = False,
) -> None:
    """Host games until Ctrl-C.

    SIGTERM and Ctrl-C let live matches finish for a while, and keep the others for the next start.
    """
    _check_tls(tls_cert, tls_key)
    _check_games(game or [])

    from arena.server.run import serve as run
    from arena.server.settings import Settings
    from arena.wire.limits import Limits

    run(
        Settings(
            host=host,
            port=port,
            db=db,
            state=state,
            workers=workers,
            games=tuple(game or ()),
            tls_cert=tls_cert,
            tls_key=tls_key,
            metrics_port=metrics_port,
            reflection=reflection,
            feed_window=feed_window,
            limits=Limits(provenance_per_minute=provenance * 1024 * 1024),
        )
    )


def _check_tls(cert: Path | None, key: Path | None) -> None:
    if (cert is None) != (key is None):
        raise BadRequest("TLS takes both --tls-cert and --tls-key")
    for file in filter(None, (cert, key)):
        if not file.is_file():
            raise BadRequest(f"there is no file {str(file)!r}; name a PEM file")


def _check_games(games: list[str]) -> None:
    if not games:
        return
    from arena.plugin.registry import Registry

    registry = Registry()
    for game in games:
        if "/" in game:
            registry.ref(game)
        elif not any(known.startswith(f"{game}/") for known in registry.game_listings()):
            plugins = sorted({known.partition("/")[0] for known in registry.game_listings()})
            raise UnknownGame(f"unknown plugin {game!r}; there is {', '.join(plugins)}")
