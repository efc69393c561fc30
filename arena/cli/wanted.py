"""Which results and trajectories are wanted: the options that `arena export` and `arena feed` share, and what commands
mean by a game and by a moment."""

from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from arena.core.errors import BadRequest

if TYPE_CHECKING:
    from arena.training.formats import Format

WantedGame: TypeAlias = Annotated[
    str | None,
    typer.Option("--game", metavar="GAME", help="Of this game under any options, of a rated id, or GAME? without any."),
]
OfAgent: TypeAlias = Annotated[
    str | None, typer.Option("--agent", metavar="NAME", help="The seats of this agent only.")
]
Since: TypeAlias = Annotated[
    str | None, typer.Option("--since", metavar="WHEN", help="Matches that ended since a date or time.")
]
MinRating: TypeAlias = Annotated[
    float | None,
    typer.Option("--min-rating", metavar="RATING", help="Seats whose agent was rated so high before the match."),
]
RatedBy: TypeAlias = Annotated[str | None, typer.Option("--system", help="What rates: as `arena ladder --system`.")]
WithResult: TypeAlias = Annotated[
    str | None,
    typer.Option("--result", metavar="RESULT", help="Seats that won, drew or lost: win, draw, loss, alone."),
]
AlsoVoid: TypeAlias = Annotated[bool, typer.Option("--void", help="Void matches too.")]


def rated_game(game: str | None, option: list[str] | None) -> str | None:
    """The game by its name, or with options by its rated id."""
    if option and game is None:
        raise BadRequest("--option is of a game; name that by --game")
    return game and rated_id(game, option or [])


def rated_id(game: str, options: list[str]) -> str:
    """The rated id; only a game with options needs its plugin for that."""
    if not options:
        return game
    from arena.plugin.registry import Registry

    return Registry().ref(game, options).rated_id


def moment(since: str | None) -> int:
    """Milliseconds since the epoch."""
    number, since_ms = since_when(since)
    if number:
        raise BadRequest(f"--since takes a date or a time, as 2026-01-31, not {since!r}")
    return since_ms


def since_when(text: str | None) -> tuple[int, int]:
    """The first set's number and the time, in milliseconds: ISO 8601, in UTC unless it says otherwise."""
    from datetime import UTC, datetime

    if text is None:
        return 0, 0
    if text.isdecimal() and len(text) < 8:  # 20261121 is a date
        return int(text), 0
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return 0, max(0, int(moment.timestamp() * 1000))
    except (ValueError, OverflowError):
        raise BadRequest(f"--since takes a date, a time or a set's number, as 2026-01-31, not {text[:40]!r}") from None


def format_of(name: str) -> "Format":
    """The format of this name."""
    from arena.training import FORMATS

    if name not in FORMATS:
        raise BadRequest(f"there is no format {name[:40]!r}; there is {', '.join(FORMATS)}")
    return FORMATS[name]
