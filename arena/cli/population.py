"""`arena population`: what training asks of a ledger or a server about agents and their checkpoints."""

from pathlib import Path
from typing import Annotated, Any, Final, Literal

import typer

from arena.cli.lineage import Line
from arena.cli.matrix import score_range
from arena.cli.options import DEFAULT_DB, MAX_SEED, AnyServer, AsJson, Db, TlsCa, Token
from arena.cli.output import print_json, print_table
from arena.cli.population_source import Source, opened, the_version
from arena.core.errors import BadRequest

app = typer.Typer(
    help="Payoffs, opponents, pairings and checkpoints for training.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

_MOST_DRAWS: Final = 10_000
_MOST_SEATS: Final = 1_023

Game = Annotated[str, typer.Argument(metavar="GAME", help="A game or rated id.")]
Metric = Annotated[Literal["wins", "score"], typer.Option(help="The share of sets won, or the mean score a match.")]
ByCheckpoint = Annotated[bool, typer.Option("--checkpoints", help="Tell versions apart, named AGENT@VERSION.")]
SeatOption = Annotated[
    int | None, typer.Option("--seat", min=0, max=_MOST_SEATS, help="Only what was earned in this seat.")
]
RoleOption = Annotated[str, typer.Option("--role", metavar="ROLE", help="Only what was earned in this role.")]
Bounds = Annotated[
    str | None,
    typer.Option("--range", metavar="LOW,HIGH", help="The mean scores there can be, for intervals; else those seen."),
]


@app.command()
def payoff(
    game: Game,
    *,
    row: Annotated[list[str] | None, typer.Option("--row", metavar="NAME", help="May be repeated; else all.")] = None,
    column: Annotated[
        list[str] | None, typer.Option("--column", metavar="NAME", help="May be repeated; else all.")
    ] = None,
    metric: Metric = "wins",
    checkpoints: ByCheckpoint = False,
    seat: SeatOption = None,
    role: RoleOption = "",
    bounds: Bounds = None,
    db: Db = DEFAULT_DB,
    server: AnyServer = None,
    token: Token = None,
    tls_ca: TlsCa = None,
    as_json: AsJson = False,
) -> None:
    """Show what rows earned against columns, with 95 % intervals.

    A set is one sample. All finished sets count, those within one owner too. A pair that has not met has no payoff.
    """
    of = {"metric": metric, "checkpoints": checkpoints, "seat": seat, "role": role, "bounds": _bounds(bounds)}
    with opened(Source(db, server, token, tls_ca)) as source:
        found = source.payoffs(game, row or [], column or [], of)
    if as_json:
        print_json(found)
        return
    if not found["rows"]:
        raise BadRequest(f"no set of {game} is finished yet; `arena play` and `arena serve` make some")
    cells = [
        [one, other, *(found[name][i][j] for name in ("mean", "low", "high", "sets"))]
        for i, one in enumerate(found["rows"])
        for j, other in enumerate(found["columns"])
        if one != other
    ]
    title = "share of sets won" if metric == "wins" else "mean score a match"
    print_table(f"{game}: {title}", ("row", "column", metric, "low", "high", "sets"), cells)
    if found["missing"]:
        print(f"not met: {len(found['missing'])} of {len(cells)} pairs")


@app.command()
def sample(
    game: Game,
    learner: Annotated[str, typer.Argument(metavar="LEARNER", help="Who is to meet somebody.")],
    *,
    history: Annotated[
        list[str] | None,
        typer.Option("--history", metavar="NAME", help="Whom it may meet, oldest first; may be repeated."),
    ] = None,
    rule: Annotated[str, typer.Option(help="pfsp-hard, pfsp-even, uniform, meta-nash or delta-uniform.")] = "pfsp-hard",
    setting: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="power of pfsp-hard, share of delta-uniform.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=MAX_SEED, help="The same seed draws the same.")] = 0,
    draws: Annotated[int, typer.Option(min=1, max=_MOST_DRAWS, help="How many to draw.")] = 1,
    metric: Metric = "wins",
    checkpoints: ByCheckpoint = False,
    db: Db = DEFAULT_DB,
    server: AnyServer = None,
    token: Token = None,
    tls_ca: TlsCa = None,
    as_json: AsJson = False,
) -> None:
    """Draw whom LEARNER meets next.

    Without --history that is any other agent or, with --checkpoints, a frozen checkpoint of its own. With --metric
    score, meta-nash is the equilibrium of mean scores instead of win rates.
    """
    asked: dict[str, Any] = {"learner": learner, "history": history or [], "rule": rule, "seed": seed, "draws": draws}
    asked["settings"] = dict(_number("--set", "KEY", "power=2", text) for text in setting or [])
    of = {"metric": metric, "checkpoints": checkpoints}
    with opened(Source(db, server, token, tls_ca)) as source:
        found = source.sample(game, asked, of)
    if as_json:
        print_json(found)
        return
    drawn = found["opponents"]
    rows = [[name, chance, drawn.count(name)] for name, chance in found["chances"].items()]
    print_table(f"{game}: {rule} for {learner}", ("opponent", "chance", "drawn"), rows)


@app.command()
def need(
    game: Game,
    *,
    most: Annotated[int, typer.Option("-k", "--most", min=1, max=1000, help="How many pairings to name.")] = 10,
    member: Annotated[
        list[str] | None, typer.Option("--member", metavar="NAME", help="Of these only; may be repeated.")
    ] = None,
    metric: Metric = "wins",
    checkpoints: ByCheckpoint = False,
    seat: SeatOption = None,
    role: RoleOption = "",
    bounds: Bounds = None,
    db: Db = DEFAULT_DB,
    server: AnyServer = None,
    token: Token = None,
    tls_ca: TlsCa = None,
    as_json: AsJson = False,
) -> None:
    """Name the pairings to play next, those least sure first.

    Pairs that have not met come before those with the widest intervals.
    """
    of = {"metric": metric, "checkpoints": checkpoints, "seat": seat, "role": role, "bounds": _bounds(bounds)}
    with opened(Source(db, server, token, tls_ca)) as source:
        found = source.need(game, most, member or [], of)
    if as_json:
        print_json({"game": game, "pairings": found})
        return
    rows = [[pair[name] for name in ("agent", "opponent", "sets", "width")] for pair in found]
    print_table(f"{game}: pairings to play", ("agent", "opponent", "sets", "interval's width"), rows)


@app.command()
def freeze(
    checkpoint: Annotated[str, typer.Argument(metavar="AGENT@VERSION", help="What is never to change again.")],
    *,
    parent: Annotated[str | None, typer.Option(metavar="[AGENT@]VERSION", help="What it was trained from.")] = None,
    stage: Annotated[str, typer.Option(help="The stage of training, such as skills or self-play.")] = "",
    digest: Annotated[str, typer.Option(metavar="TEXT", help="A digest of the data it was trained on.")] = "",
    data: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Take the SHA-256 of this file as the digest.")
    ] = None,
    figure: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=NUMBER", help="What was measured of it, as in nash_conv=0.03; may be repeated."),
    ] = None,
    step: Annotated[int | None, typer.Option(min=0, max=MAX_SEED, help="How far its training was.")] = None,
    db: Db = DEFAULT_DB,
    server: AnyServer = None,
    token: Token = None,
    tls_ca: TlsCa = None,
    as_json: AsJson = False,
) -> None:
    """Freeze a version of an agent as a checkpoint.

    Its parent, stage, step, figures and data digest stand with it for good.
    To freeze it once more with the same words is fine; with others it is refused.
    """
    if digest and data:
        raise BadRequest("give either --digest or --data, not both")
    version = the_version(checkpoint)
    mother = None if parent is None else the_version(parent, agent=version[0])
    figures = dict(_number("--figure", "NAME", "nash_conv=0.03", text) for text in figure or [])
    told = {"stage": stage, "data_digest": _digest(data) if data else digest, "step": step, "figures": figures}
    with opened(Source(db, server, token, tls_ca), create=True) as source:
        found = source.freeze(version, mother, told)
    if as_json:
        print_json(found)
        return
    print(_told(found))


def _told(line: Line) -> str:
    from arena.core.terminal import harmless

    mother = line["parent"]
    of = f", trained from {mother['agent']}@{mother['version']}" if mother else ""
    return harmless(f"{line['agent']}@{line['version']} is frozen{of}")


def _bounds(text: str | None) -> tuple[float, float] | None:
    return None if text is None else score_range(text)


def _number(option: str, key: str, example: str, text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        return name, float(value)
    except ValueError:
        raise BadRequest(f"{option} takes {key}=NUMBER, as in {example}, not {text[:80]!r}") from None


def _digest(file: Path) -> str:
    import hashlib

    try:
        with file.open("rb") as source:
            return f"sha256:{hashlib.file_digest(source, 'sha256').hexdigest()}"
    except OSError as error:
        raise BadRequest(f"cannot read {str(file)!r}: {error.strerror}; name a file of data") from None
