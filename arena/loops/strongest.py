"""Which checkpoint of a run to seat: the strongest of its lineage, by the ladder that its rated sets have made."""

from arena.ledger.checkpoints import Frozen
from arena.loops.run import Run
from arena.rating import DEFAULT, Ladder, LadderRow
from arena.rating.mean_score import MeanScore


def tell_strongest(run: Run) -> None:
    """Say at the end of a run which of its checkpoints stands highest, with its 95 % interval, and how many others
    reach as high by theirs; log that at its step.

    As `arena ladder` has it: by TrueSkill, or by mean score where nobody met. Nothing is said where none was rated.
    """
    frozen = _frozen(run)
    ladder = _ladder(run)
    own = [row for row in ladder.rows() if row.agent in frozen]
    if not own:
        return
    row, intervals = own[0], ladder.intervals()
    interval = intervals[row.agent]
    close = sum((intervals[other.agent] or (0.0, other.rating))[1] >= row.rating for other in own[1:])
    figures = {"strongest/rating": row.rating}
    if interval is not None:
        figures |= dict(zip(("strongest/low", "strongest/high"), interval, strict=True))
    run.log(frozen[row.agent].step or 0, figures)
    beside = f"; {close} more may be as strong" if close else ""
    run.tell(f"the strongest by the ladder is {_told(row, interval)}{beside}")


def _frozen(run: Run) -> dict[str, Frozen]:
    """The run's checkpoints by agent."""
    lines = run.grounds.ledger.checkpoints.all()
    return {
        each.agent: each.frozen for each in lines if each.frozen and each.agent == run.member(each.version, "").agent
    }


def _ladder(run: Run) -> Ladder:
    sets = [*run.grounds.ledger.ladder_sets(run.game.rated_id)]
    alone = all(len(each.standings) == 1 for each in sets)
    return Ladder(MeanScore.name if alone else DEFAULT).update(sets)


def _told(row: LadderRow, interval: tuple[float, float] | None) -> str:
    """`pg-60, 1802 (1488 to 2116)`; numbers that are small have decimals."""
    values = [row.rating, *(interval or ())]
    shown = [f"{value:.0f}" if abs(row.rating) >= 100.0 else f"{value:.2f}" for value in values]
    return f"{row.agent}, {shown[0]}" + (f" ({shown[1]} to {shown[2]})" if interval else "")
