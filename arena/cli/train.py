"""`arena train`: the training loops that plugins bring, each a run that can be killed and gone on with."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from arena.cli.lineage import line_of
from arena.cli.logs import show_logs
from arena.cli.options import DEFAULT_DB, MAX_PROCESSES, MAX_SEED, AsJson, Db, GameOptions, State
from arena.cli.output import counted, print_json, print_table
from arena.cli.plugins import plugin_code
from arena.cli.progress import progress_bar
from arena.cli.settings import options_as_json, show_options
from arena.core.errors import BadRequest

if TYPE_CHECKING:
    from arena.core.match import GameRef
    from arena.core.values import Config
    from arena.loops.run import Run
    from arena.plugin.registry import LoopListing, Registry


def train(
    loop: Annotated[
        str | None, typer.Argument(metavar="LOOP", help="One alone: list its settings; none: list the loops.")
    ] = None,
    game: Annotated[str | None, typer.Argument(metavar="GAME", help="What to train on.")] = None,
    *,
    run: Annotated[
        Path | None, typer.Option("--run", metavar="FOLDER", help="New, or that of a run to go on with.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Its agents are NAME-VERSION; by default the folder's name.")
    ] = None,
    setting: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A setting of the loop; may be repeated.")
    ] = None,
    option: GameOptions = None,
    seed: Annotated[int, typer.Option(min=0, max=MAX_SEED, help="Decides every draw of the run.")] = 0,
    db: Db = DEFAULT_DB,
    state: State = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=MAX_PROCESSES, help="Processes that play; by default one a core.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train agents by LOOP on GAME, and freeze them as checkpoints.

    Checkpoints play rated sets. A run that was killed goes on when the same command is given again. Figures are in
    FOLDER/tensorboard, and as JSON lines in FOLDER/figures.jsonl.
    """
    from arena.plugin.registry import Registry

    registry = Registry()
    if loop is None:
        _list(registry, as_json=as_json)
        return
    if game is None and run is None:
        with plugin_code():
            _describe(registry.loop(loop), as_json=as_json)
        return
    if game is None or run is None:
        raise BadRequest("name a game and a folder, as in `arena train psro openspiel/kuhn_poker --run runs/psro`")
    show_logs()
    agents = run.absolute().name if name is None else name
    with plugin_code():
        made = _train(registry, loop, game, option or [], setting or [], run, agents, seed, db, state, workers)
    if as_json:
        print_json({"run": str(run.absolute()), "checkpoints": made})
    else:
        what = counted(len(made), "checkpoint")
        print(f"{what} in {run}: `arena agents --tree` shows them, `arena ladder` how they stand")


def _train(
    registry: "Registry",
    loop: str,
    game: str,
    option: list[str],
    setting: list[str],
    path: Path,
    name: str,
    seed: int,
    db: str,
    state: Path | None,
    workers: int | None,
) -> list[dict[str, Any]]:
    """The checkpoints of the run, in the order in which they were frozen."""
    from arena.core.options import parse_assignments, resolve
    from arena.ledger import Ledger
    from arena.loops.run import Asked, opened

    listing = registry.loop(loop, game)
    ref = registry.ref(game, option)
    settings = resolve(listing.options, parse_assignments(listing.options, setting))
    _require_bots(registry, ref, settings)
    asked = Asked(loop=loop, game=ref, settings=settings, name=name, seed=seed)
    with (
        Ledger.open(db, state) as ledger,
        opened(asked, path, ledger, lambda: registry.make_game(ref), workers=workers, watching=progress_bar) as run,
    ):
        _run(listing, run)
        return [line_of(one) for one in ledger.checkpoints.all() if one.agent.startswith(f"{name}-") and one.frozen]


def _require_bots(registry: "Registry", ref: "GameRef", settings: "Config") -> None:
    """Those whom checkpoints are to meet are there and play the game; hours of training later would be late."""
    for spec in filter(None, str(settings.get("bots", "")).split(",")):
        registry.make_agent(spec.strip(), game=ref.rated_id)


def _run(listing: "LoopListing", run: "Run") -> None:
    """Train, and say what came of it; what the loop's own extra would have brought is named when it is missing."""
    from arena.loops.strongest import tell_strongest

    try:
        listing.train(run)
        tell_strongest(run)
    except ModuleNotFoundError as missing:
        raise BadRequest(
            f"{listing.name} needs {missing.name}, which is not installed; pip install 'arena[train]'"
        ) from missing


def _list(registry: "Registry", *, as_json: bool) -> None:
    with plugin_code():
        listings = [listing for _, listing in sorted(registry.loop_listings().items())]
    if as_json:
        print_json({"loops": [_told(listing) for listing in listings]})
        return
    rows = [(each.name, ", ".join(each.games) or "every game", each.summary) for each in listings]
    print_table("", ("loop", "trains on", "what it does"), rows)
    print("`arena train LOOP` lists its settings")


def _describe(listing: "LoopListing", *, as_json: bool) -> None:
    if as_json:
        print_json(_told(listing))
    else:
        show_options(f"{listing.name}: {listing.summary}", listing.options)


def _told(listing: "LoopListing") -> dict[str, Any]:
    about = {"name": listing.name, "summary": listing.summary, "games": list(listing.games)}
    return about | {"options": options_as_json(listing.options)}
