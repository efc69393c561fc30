"""`arena feed`: a server's finished trajectories as lines of JSON, for pipes."""

import math
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from arena.cli.options import DEFAULT_SERVER, MAX_MATCHES, AsJson, GameOptions, Server, TlsCa, Token
from arena.cli.output import print_json
from arena.cli.since import ended_since
from arena.cli.wanted import (
    AlsoVoid,
    MinRating,
    OfAgent,
    RatedBy,
    Since,
    ToldBy,
    WantedGame,
    WithResult,
    format_of,
    rated_game,
    told_by,
)
from arena.core.errors import BadRequest

if TYPE_CHECKING:
    from arena.training.files import Row
    from arena.training.formats import Format
    from arena.training.trajectory import Trajectory


def feed(
    *,
    cursor: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep in it what was printed, and go on there the next time.")
    ] = None,
    begin: Annotated[
        str,
        typer.Option("--from", metavar="WHERE", help="beginning, now, or a cursor; for a new FILE, where to begin."),
    ] = "beginning",
    until_now: Annotated[bool, typer.Option("--until-now", help="End behind what has landed by now.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, max=MAX_MATCHES, help="End after so many trajectories.")] = None,
    form: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="Rows as `arena export --format` has them.")
    ] = "parquet",
    game: WantedGame = None,
    option: GameOptions = None,
    agent: OfAgent = None,
    since: Since = None,
    min_rating: MinRating = None,
    system: RatedBy = None,
    result: WithResult = None,
    setting: ToldBy = None,
    void: AlsoVoid = False,
    mixed: Annotated[
        bool, typer.Option("--mixed-rules", help="Matches that cannot be played again too, without views.")
    ] = False,
    server: Server = DEFAULT_SERVER,
    token: Token = None,
    tls_ca: TlsCa = None,
    as_json: AsJson = False,
) -> None:
    """Follow a server's finished trajectories, a JSON row a line.

    It ends by Ctrl-C, and goes on over restarts of the server. What was printed before a kill of this command does not
    come again, but for the last trajectory. With a token they are the seats of its owner's agents, in full; to admins,
    all.
    """
    from arena.training import Feed

    made_as = _format(form)
    chosen: dict[str, Any] = {
        "game": rated_game(game, option) or "",
        "agent": agent or "",
        "result": result or "",
        "void": void,
        "since_ms": ended_since(since),
        "min_rating": min_rating,
        "system": system or "",
    }
    with Feed(
        server,
        cursor=cursor or begin,
        start=begin,
        token=token,
        tls_ca=tls_ca,
        until="now" if until_now else None,
        limit=limit,
        mixed=mixed,
        told=told_by(setting),
        **chosen,
    ) as following:
        for trajectory in following:
            for row in _rows(made_as, trajectory):
                print_json(_plain(row))
            sys.stdout.flush()  # before it counts as dealt with


def _format(form: str) -> "Format":
    from arena.core.values import TEXT

    made_as = format_of(form)
    if TEXT not in made_as.views:
        raise BadRequest(f"{form} is made of tensors, which a feed does not tell; take `arena export --format {form}`")
    return made_as


def _rows(made_as: "Format", trajectory: "Trajectory") -> "Iterator[Row]":
    from arena.training.never import Never

    try:
        yield from made_as.rows(trajectory, "train")
    except Never as never:
        raise never.error from None


def _plain(value: Any) -> Any:
    """As JSON has it: arrays are lists, and a logprob that is no number is null."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
