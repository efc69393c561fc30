"""Which trajectories are wanted: the options that `arena export` and `arena feed` share, and what they mean."""

from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from arena.core.errors import BadRequest

if TYPE_CHECKING:
    from arena.core.values import Config
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
    typer.Option(
        "--result",
        metavar="RESULT",
        help="Seats that won, drew or lost: win, draw, loss; alone: who had nobody to win against; void, with --void.",
    ),
]
ToldBy: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="How the model that is to learn is told what it sees: memory, window, max_tokens, prompts.",
    ),
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


def told_by(settings: list[str] | None) -> "Config":
    """The options of a language model's chats, all of them."""
    from arena.agents.language.conversation import TELLING, telling
    from arena.core.options import parse_assignments

    return telling(parse_assignments(TELLING, settings or []))


def format_of(name: str) -> "Format":
    """The format of this name."""
    from arena.training import FORMATS

    if name not in FORMATS:
        raise BadRequest(f"there is no format {name[:40]!r}; there is {', '.join(FORMATS)}")
    return FORMATS[name]
