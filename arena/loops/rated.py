"""Rated sets of the checkpoints of a run, between themselves and with bots: what each of them earns."""

from collections.abc import Sequence
from itertools import combinations

from arena.loops.meeting import Meeting, Member
from arena.loops.run import Run
from arena.rating.population import PayoffTable


def rate(run: Run, lineage: Sequence[Member], bots: Sequence[Member], *, sets: int, deals: int) -> PayoffTable:
    """Have every two of the lineage meet, and each of them every bot; what was played before is not played again.

    Where a game takes more than two parties, the second agent of a pair fills all places but one. Says what each
    checkpoint earned a match against bots and those before it, with 95 % intervals by sets.

    Raises:
        ArenaError: as `Run.play`.
    """
    pairs = [*combinations(lineage, 2), *((member, bot) for member in lineage for bot in bots)]
    others = run.grounds.spec.parties - 1
    if others:
        run.play(
            [Meeting(members=[one, *[other] * others], sets=sets, deals=deals) for one, other in pairs],
        )
    else:
        run.play([Meeting(members=[member], sets=sets, deals=deals) for member in [*lineage, *bots]])
    table = run.grounds.payoffs(lineage, [*bots, *lineage])
    _tell(run, table)
    return table


def _tell(run: Run, table: PayoffTable) -> None:
    for i, row in enumerate(table.rows):
        later = set(table.rows[i:])
        for j, column in enumerate(table.columns):
            if table.count[i, j] and column not in later:
                low, high, count = table.low[i, j], table.high[i, j], table.count[i, j]
                run.tell(
                    f"{row} earned {table.mean[i, j]:+.3f} a match against {column} "
                    f"({low:+.3f} to {high:+.3f}, {count} sets)"
                )
