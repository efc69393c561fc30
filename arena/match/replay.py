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


def recorded(game: Game, result: MatchResult) -> Iterator[Table]:
    """The positions of a recorded match, as `positions` yields them, of a void one as far as its fault.

    That lies in the last step on record, or in the deal when there is none. It is not played again, since it would
    strike here too.

    Raises:
        ArenaError: as `restore`, but of a void match.
    """
    moves = _sound(result)
    if moves is None:
        return
    try:
        yield from positions(game, result.plan, moves)
    except ArenaError:
        if not result.void:
            raise


def _sound(result: MatchResult) -> Sequence[Move] | None:
    """The moves that can be played again without harm; None when not even the deal can."""
    if not result.void:
        return result.moves
    last = result.moves[-1].step if result.moves else -1
    return None if last < 0 else [move for move in result.moves if move.step < last]


def mismatch(game: Game, result: MatchResult) -> str:
    """Why replaying `result` does not lead to it again; empty when it does. A void match is replayed up to its fault.

    The digests compared cover rules, config, seed, entries, decisions and outcome.
    """
    try:
        moves = _sound(result)
        if moves is None:
            return ""
        table = restore(game, result.plan, moves)
        if result.void:
            return ""
        if not table.over:
            return f"the record stops before the match is over, after {len(result.moves)} moves"
        replayed = table.result()
    except ArenaError as error:
        return str(error)
    return "" if replayed.play_digest() == result.play_digest() else "the outcome replayed is another one"
