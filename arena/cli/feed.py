"""`arena feed`: a server's finished trajectories as lines of JSON, for pipes."""

import math
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from arena.cli.options import DEFAULT_SERVER, MAX_MATCHES, AsJson, GameOptions, Server, TlsCa, Token
from arena.cli.output import print_json
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
    game: Annotated[
        str | None, typer.Option(metavar="GAME", help="Of this game under any options, or of this rated id.")
    ] = None,
    option: GameOptions = None,
    agent: Annotated[str | None, typer.Option(metavar="NAME", help="The seats of this agent only.")] = None,
    since: Annotated[str | None, typer.Option(metavar="WHEN", help="Matches that ended since a date or time.")] = None,
    min_rating: Annotated[
        float | None, typer.Option(metavar="RATING", help="Seats whose agent was rated so high before the match.")
    ] = None,
    system: Annotated[str | None, typer.Option(help="What rates: as `arena ladder --system`.")] = None,
    result: Annotated[
        str | None, typer.Option(metavar="RESULT", help="Seats that won, drew or lost: win, draw, loss, alone.")
    ] = None,
    void: Annotated[bool, typer.Option("--void", help="Void matches too.")] = False,
    mixed: Annotated[
        bool, typer.Option("--mixed-rules", help="Matches that cannot be played again too, without views.")
    ] = False,
    server: Server = DEFAULT_SERVER,
    token: Token = None,
    tls_ca: TlsCa = None,
    as_json: AsJson = False,
) -> None:
    """Follow a server's finished trajectories, one JSON row a line, until Ctrl-C.

    Rows go on over restarts of the server. What was printed before a kill of this command does not come again, but for
    the last trajectory. With a token they are the seats of its owner's agents, in full; to admins, all.
    """
    from arena.cli.export import _moment, _named
    from arena.training import Feed

    made_as = _format(form)
    chosen: dict[str, Any] = {
        "game": _named(game, option) or "",
        "agent": agent or "",
        "result": result or "",
        "void": void,
        "since_ms": _moment(since),
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
        **chosen,
    ) as following:
        for trajectory in following:
            for row in _rows(made_as, trajectory):
                print_json(_plain(row))
            sys.stdout.flush()  # before it counts as dealt with


def _format(form: str) -> "Format":
    from arena.core.values import TEXT
    from arena.training import FORMATS

    if form not in FORMATS:
        raise BadRequest(f"there is no format {form[:40]!r}; there is {', '.join(FORMATS)}")
    if TEXT not in FORMATS[form].views:
        raise BadRequest(f"{form} is made of tensors, which a feed does not tell; take `arena export --format {form}`")
    return FORMATS[form]


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
