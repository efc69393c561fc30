"""`arena export`: the ledger's matches as files that trainers read."""

from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from arena.cli.options import DEFAULT_DB, AnyServer, AsJson, Db, GameOptions, TlsCa, Token
from arena.cli.output import counted, print_json
from arena.cli.plugins import plugin_code
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
    game: WantedGame = None,
    option: GameOptions = None,
    agent: OfAgent = None,
    since: Since = None,
    min_rating: MinRating = None,
    system: RatedBy = None,
    result: WithResult = None,
    split: Annotated[
        str, typer.Option(metavar="SHARES", help="By set: 0.9 for training, or train=0.8,validation=0.1,test=0.1.")
    ] = "1",
    setting: ToldBy = None,
    void: AlsoVoid = False,
    mixed: Annotated[
        bool, typer.Option("--mixed-rules", help="Several versions of a game's rules in one export.")
    ] = False,
    tokenizer: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="For verl: make tokens for answers that came without."),
    ] = None,
    db: Db = DEFAULT_DB,
    server: AnyServer = None,
    token: Token = None,
    tls_ca: TlsCa = None,
    as_json: AsJson = False,
) -> None:
    """Write matches as files for trainers.

    One row a match and seat in Parquet, from which the other formats are derived. Whatever the ledger holds of an
    agent's reasoning and tokens is in it: it is for who may read the ledger itself. A server tells what `arena feed`
    does: the seats of the token's owner, or to admins all. A killed export goes on where it stood when the same is
    asked for again.
    """

    request = _request(
        form, rated_game(game, option), agent, since, min_rating, system, result, split, setting, void, mixed, tokenizer
    )
    done = _from_server(server, token, tls_ca, request, out) if server else _from_ledger(db, request, out)
    if as_json:
        print_json({"folder": str(done.folder), **done.manifest})
    else:
        print(_words(done))


def _from_ledger(db: str, request: "Request", out: Path) -> "Exported":
    from arena.ledger import Ledger
    from arena.training import export as write

    with Ledger.open(db, create=False) as ledger, plugin_code():
        _require_game(ledger, request.wanted.game)
        return write(ledger, request, out, replayer())


def _from_server(server: str, token: str | None, tls_ca: Path | None, request: "Request", out: Path) -> "Exported":
    from arena.training import Served, export_from

    return export_from(Served(server, request, token=token, tls_ca=tls_ca), request, out)


def _request(
    form: str,
    game: str | None,
    agent: str | None,
    since: str | None,
    min_rating: float | None,
    system: str | None,
    result: str | None,
    split: str,
    setting: list[str] | None,
    void: bool,
    mixed: bool,
    tokenizer: str | None,
) -> "Request":
    from arena.ledger.stream import Wanted
    from arena.rating import DEFAULT
    from arena.training import Request, Splits

    if result is not None and result not in _RESULTS:
        raise BadRequest(f"--result is {', '.join(_RESULTS)}, not {result[:40]!r}")
    if min_rating is not None and not isfinite(min_rating):
        raise BadRequest(f"--min-rating is a number, not {min_rating}")
    return Request(
        format=format_of(form).name,
        wanted=Wanted(game=game, agent=agent, since_ms=ended_since(since), void=void),
        min_rating=min_rating,
        result=result,
        splits=Splits.parse(split),
        system=system or DEFAULT,
        mixed=mixed,
        tokenizer=tokenizer,
        told=told_by(setting),
    )


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
    from rich.filesize import decimal

    counts: dict[str, Any] = done.manifest["counts"]
    parts = done.manifest["parts"]
    size = decimal(sum(part["bytes"] for part in parts))
    early = done.manifest.get("server", {}).get("ended_early")
    return (
        f"{done.folder}: {counted(counts['rows'], 'row')} of {counted(counts['trajectories'], 'seat')} in "
        f"{counted(counts['matches'], 'match', 'es')}, {counted(len(parts), 'file')}, {size}"
        f"{'; it ends before a set that is still played, of which nobody is told without a token' if early else ''}"
    )
