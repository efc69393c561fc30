"""Records become tables again: to go on after a crash, to look at any position, to verify a result."""

from collections.abc import Iterator, Sequence

from arena.core.errors import ArenaError
from arena.core.game import Game
from arena.core.match import MatchPlan, MatchResult, Move
from arena.match.table import Table
from arena.plugin.border import game_fault


def restore(game: Game, plan: MatchPlan, moves: Sequence[Move]) -> Table:
    """The table as it stood after `moves`, in the order they were taken.

    Raises:
        ArenaError: the record does not fit the game, or the game's code failed.
    """
    table = None
    for table in positions(game, plan, moves):  # noqa: B007 - the last position is the answer
        pass
    assert table is not None
    return table


def positions(game: Game, plan: MatchPlan, moves: Sequence[Move]) -> Iterator[Table]:
    """One table, yielded at the deal and again after each move.

    Raises:
        ArenaError: as `restore`.
    """
    try:
        table = Table(game, plan)
        yield table
        for move in moves:
            table.redo(move)
            yield table
    except Exception as error:  # noqa: BLE001 - border: the game's code may raise anything
        raise game_fault(plan.game.id, error) from None


def mismatch(game: Game, result: MatchResult) -> str:
    """Why replaying `result` does not lead to it again; empty when it does. A void match is only replayed.

    The digests compared cover rules, config, seed, entries, decisions and outcome.
    """
    try:
        table = restore(game, result.plan, result.moves)
        if result.void:
            return ""
        if not table.over:
            return f"the record stops before the match is over, after {len(result.moves)} moves"
        replayed = table.result()
    except ArenaError as error:
        return str(error)
    return "" if replayed.play_digest() == result.play_digest() else "the outcome replayed is another one"
