"""What payoff matrices are computed from: the sets of a ladder, and the self-play that no ladder counts."""

from collections.abc import Iterator

from sqlmodel import col, func, select

from arena.core.values import AgentName, SetId
from arena.ledger.reads import Reads
from arena.ledger.rows import plain
from arena.ledger.sets import SetState
from arena.ledger.tables import SetRow, StandingRow
from arena.rating import SetResult, Standing


def payoff_sets(ledger: Reads, game: str) -> Iterator[SetResult]:
    """The finished sets of a rated id between different agents that count for its ladder, then those of self-play.

    Sets of several agents that no ladder counts, unrated ones and those within one owner, are left out.
    """
    yield from ledger.ladder_sets(game)
    yield from self_play_sets(ledger, game)


def self_play_sets(ledger: Reads, game: str) -> Iterator[SetResult]:
    """The finished sets of a rated id in which an agent met only itself, in order of completion.

    Single-seat games are not among them: their sets count for the ladder.
    """
    alone = select(StandingRow.entry).group_by(col(StandingRow.entry)).having(func.count() == 1)
    query = (
        select(
            SetRow.completed,
            SetRow.set_id,
            SetRow.clean,
            *(getattr(StandingRow, name) for name in Standing._fields),
        )
        .join(StandingRow, col(StandingRow.entry) == col(SetRow.completed))
        .where(SetRow.game == plain(game), col(SetRow.ladder).is_(False), SetRow.state == SetState.FINISHED)
        .where(col(SetRow.completed).in_(alone))
        .order_by(col(SetRow.completed))
    )
    with ledger._engine.connect() as connection:
        for row in connection.execute(query):
            yield _result(*row)


def _result(
    completed: int, set_id: str, clean: bool, agent: str, rank: int, score: float, matches: int, *tallies: int
) -> SetResult:
    standing = Standing(AgentName(agent), rank, score, matches, *tallies)
    return SetResult(completed, SetId(set_id), clean, [standing])
