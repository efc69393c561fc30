"""`arena werewolf`: what the training loop `lspo` has found."""

import re
from pathlib import Path
from typing import Annotated, Final

import typer

from arena.core.errors import BadRequest
from arena.core.terminal import harmless

app: Final = typer.Typer(help="Werewolf: what training has found.", no_args_is_help=True)
_ITERATION: Final = re.compile(r"iteration-(\d+)")


@app.callback()
def werewolf() -> None:
    """A group, though it has one command."""


@app.command()
def latent(
    run: Annotated[Path, typer.Argument(metavar="FOLDER", help="of a run of `arena train lspo`")],
    iteration: Annotated[int | None, typer.Option(min=1, help="By default the latest.")] = None,
) -> None:
    """Show the kinds of utterance that an iteration found, what CFR regrets of them, and the pairs that came of it."""
    found = sorted(int(name[1]) for path in run.glob("iteration-*") if (name := _ITERATION.fullmatch(path.name)))
    if not found:
        raise BadRequest(f"{str(run)!r} holds no iteration of lspo; name the folder that --run named")
    if iteration is not None and iteration not in found:
        raise BadRequest(f"{str(run)!r} has the iterations {', '.join(map(str, found))}, not {iteration}")
    folder = run / f"iteration-{iteration or found[-1]}"
    pages = [folder / stage / f"{stage}.md" for stage in ("latent", "strategy", "pairs")]
    typer.echo("\n".join(harmless(page.read_text(encoding="utf-8")) for page in pages if page.exists()))
