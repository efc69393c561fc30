"""`arena verify` and `arena backup`: whether the ledger is what it was, and a copy of it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from arena.cli.options import DEFAULT_DB, AsJson, Db, State
from arena.cli.output import print_json
from arena.cli.plugins import plugin_code

if TYPE_CHECKING:
    from arena.core.match import MatchResult
    from arena.ledger import Verification


def verify(
    *,
    db: Db = DEFAULT_DB,
    state: State = None,
    replay: Annotated[bool, typer.Option(help="Also play every match again from its record.")] = True,
    as_json: AsJson = False,
) -> None:
    """Check that nothing in the ledger was changed.

    Its chain, its index, its signed heads, and every match by playing it again.
    """
    from arena.ledger import Ledger
    from arena.ledger.signing import require_heads

    if state is not None:
        require_heads(state)
    with Ledger.open(db, state, create=False) as ledger, plugin_code():
        found = ledger.verify(_replayer() if replay else None)
    if as_json:
        names = ("results", "chain_ok", "first_bad", "replayed", "mismatches", "heads", "unsigned")
        print_json({name: getattr(found, name) for name in names})
    else:
        _tell(found)
    if not found.ok:
        raise typer.Exit(1)


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy goes; it must not exist.")],
    *,
    db: Db = DEFAULT_DB,
    state: State = None,
    as_json: AsJson = False,
) -> None:
    """Copy the ledger and its signed heads, also while it is in use."""
    from arena.ledger import Ledger
    from arena.ledger.signing import require_heads

    if state is not None:
        require_heads(state)
    with Ledger.open(db, state, create=False) as ledger:
        ledger.backup(file)
    if as_json:
        print_json({"file": str(file), "bytes": file.stat().st_size})
    else:
        print(f"{file} is a copy of {db}")


def _replayer() -> "Callable[[MatchResult], bytes | None]":
    """Plays a recorded match again and gives its digest; None where its game is not here by the same rules."""
    from arena.cli.recorded import RecordedGames
    from arena.core.errors import ArenaError
    from arena.match.replay import mismatch

    games = RecordedGames()

    def replay(result: "MatchResult") -> bytes | None:
        try:
            game = games.game_of(result.plan.game)
        except ArenaError:
            return None
        return b"" if mismatch(game, result) else result.play_digest()

    return replay


def _tell(found: "Verification") -> None:
    chain = "the chain is whole" if found.chain_ok else f"entry {found.first_bad} is bad: {found.reason}"
    print(f"{found.results} results: {chain}; {found.replayed} replayed, {found.mismatches} of them differently")
    if found.results and not found.heads:
        print("no entry is signed: whether any are missing from the end, or were written anew, cannot be told")
    elif found.unsigned:
        print(f"unsigned: {found.unsigned} at the end; after a crash or a full disk they may be, else suspect them")
    for match in found.mismatched[:10]:
        print(f"  {match}")
