"""`arena export`: the ledger's matches as files that trainers read."""

from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from arena.cli.options import DEFAULT_DB, AsJson, Db, GameOptions
from arena.cli.output import print_json
from arena.cli.plugins import plugin_code
from arena.core.errors import BadRequest, GameUnavailable, UnknownGame

if TYPE_CHECKING:
    from arena.core.match import MatchResult, Seen
    from arena.core.values import Fields
    from arena.ledger import Ledger
    from arena.training import Exported, Request
    from arena.training.trajectory import Replay

_FORMATS = "parquet, trl-sft, trl-kto, trl-grpo, trl-dpo, verl, skyrl, verifiers or minari"
_RESULTS = ("win", "draw", "loss", "alone", "void")


def export(
    out: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new one; it has this name once it is whole.")],
    *,
    form: Annotated[str, typer.Option("--format", metavar="FORMAT", help=f"{_FORMATS}.")] = "parquet",
    game: Annotated[
        str | None,
        typer.Option(metavar="GAME", help="Of this game under any options, of a rated id, or GAME? without any."),
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
    split: Annotated[
        str, typer.Option(metavar="SHARES", help="By set: 0.9 for training, or train=0.8,validation=0.1,test=0.1.")
    ] = "1",
    void: Annotated[bool, typer.Option("--void", help="Void matches too.")] = False,
    mixed: Annotated[
        bool, typer.Option("--mixed-rules", help="Several versions of a game's rules in one export.")
    ] = False,
    tokenizer: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="For verl: make tokens for answers that came without."),
    ] = None,
    db: Db = DEFAULT_DB,
    as_json: AsJson = False,
) -> None:
    """Write matches as files for trainers.

    One row a match and seat in Parquet, from which the other formats are derived. Whatever the ledger holds of an
    agent's reasoning and tokens is in it: it is for who may read the ledger itself. A killed export goes on where it
    stood when the same is asked for again.
    """
    from arena.ledger import Ledger
    from arena.training import export as write

    request = _request(
        form, _named(game, option), agent, since, min_rating, system, result, split, void, mixed, tokenizer
    )
    with Ledger.open(db, create=False) as ledger, plugin_code():
        _require_game(ledger, request.wanted.game)
        done = write(ledger, request, out, replayer())
    if as_json:
        print_json({"folder": str(done.folder), **done.manifest})
    else:
        print(_words(done))


def _request(
    form: str,
    game: str | None,
    agent: str | None,
    since: str | None,
    min_rating: float | None,
    system: str | None,
    result: str | None,
    split: str,
    void: bool,
    mixed: bool,
    tokenizer: str | None,
) -> "Request":
    from arena.ledger.stream import Wanted
    from arena.rating import DEFAULT
    from arena.training import FORMATS, Request, Splits

    if form not in FORMATS:
        raise BadRequest(f"there is no format {form[:40]!r}; there is {', '.join(FORMATS)}")
    if result is not None and result not in _RESULTS:
        raise BadRequest(f"--result is {', '.join(_RESULTS)}, not {result[:40]!r}")
    if min_rating is not None and not isfinite(min_rating):
        raise BadRequest(f"--min-rating is a number, not {min_rating}")
    return Request(
        format=form,
        wanted=Wanted(game=game, agent=agent, since_ms=_moment(since), void=void),
        min_rating=min_rating,
        result=result,
        splits=Splits.parse(split),
        system=system or DEFAULT,
        mixed=mixed,
        tokenizer=tokenizer,
    )


def _moment(since: str | None) -> int:
    """Milliseconds since the epoch."""
    from arena.cli.ladder import _since

    number, since_ms = _since(since)
    if number:
        raise BadRequest(f"--since takes a date or a time, as 2026-01-31, not {since!r}")
    return since_ms


def _named(game: str | None, option: list[str] | None) -> str | None:
    from arena.cli.ladder import _rated

    if option and game is None:
        raise BadRequest("--option is of a game; name that by --game")
    return _rated(game, option) if game is not None and option else game


def _require_game(ledger: "Ledger", game: str | None) -> None:
    known = [line.game for line in ledger.games()]
    if game is not None and not any(name == game.removesuffix("?") or name.startswith(f"{game}?") for name in known):
        raise UnknownGame(f"the ledger has no results of {game[:80]!r}; there are {', '.join(known[:10]) or 'none'}")


def replayer() -> "Replay":
    """Plays recorded matches again as their seats saw them."""
    from arena.cli.recorded import RecordedGames
    from arena.match.seen import seen

    games = RecordedGames()

    def replay(result: "MatchResult", views: "Fields") -> "Seen | None":
        try:
            game = games.game_of(result.plan.game)
        except (UnknownGame, GameUnavailable):
            return None
        return seen(game, result, views)

    return replay


def _words(done: "Exported") -> str:
    counts: dict[str, Any] = done.manifest["counts"]
    size = sum(part["bytes"] for part in done.manifest["parts"]) / 1e6
    return (
        f"{done.folder}: {counts['rows']} rows of {counts['trajectories']} seats in {counts['matches']} matches, "
        f"{len(done.manifest['parts'])} files, {size:.1f} MB"
    )
