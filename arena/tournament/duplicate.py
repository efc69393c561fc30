"""How much one deal for all rotations of a set saves: luck of the deal that falls on both sides cancels out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Scores: TypeAlias = NDArray[np.float64]
"""One agent's scores in a set, deals x rotations."""
_Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class VarianceSaved:
    """The share of a set score's variance that sharing deals took away, with a 95 % interval; negative if it added.

    `low` and `high` are None with fewer than two sets. `worth` is how many times as many unpaired matches would be
    needed for the same certainty; None when nothing is left to vary.
    """

    share: float
    low: float | None
    high: float | None
    worth: float | None
    sets: int
    deals: int


def variance_saved(sets: Iterable[Sequence[Scores]]) -> VarianceSaved | None:
    """How much variance shared deals saved in these sets, each given as the scores of its agents.

    Let x[d, r] be an agent's score in rotation r of deal d, of D deals and k rotations. Its set score is the sum of all
    x. With shared deals only the deals are independent, and the variance of the set score is estimated by

        paired = D * var_d(sum_r x[d, r])

    With deals of their own the rotations would be independent too, each keeping its own mean m[r]:

        unpaired = D * sum_r var_d(x[d, r])

    where var_d is the sample variance over deals. They differ by twice the sum of the rotations' covariances: the luck
    that both sides of a deal share. Both are summed over agents and sets, and

        share = 1 - sum paired / sum unpaired,   worth = sum unpaired / sum paired

    The interval is the jackknife's over whole sets (Tukey 1958), since agents of a set are not independent. None when
    no set has two deals and two rotations, or no score varies.
    """
    chosen = [[scores for scores in agents if min(scores.shape) > 1] for agents in sets]
    chosen = [agents for agents in chosen if agents]
    if not chosen:
        return None
    paired, unpaired = np.array([_variances(agents) for agents in chosen]).T
    if not unpaired.sum():
        return None
    share = 1 - float(paired.sum() / unpaired.sum())
    half = _half_width(paired, unpaired)
    return VarianceSaved(
        share=share,
        low=None if half is None else share - half,
        high=None if half is None else min(1.0, share + half),
        worth=float(unpaired.sum() / paired.sum()) if paired.sum() else None,
        sets=len(chosen),
        deals=sum(len(agents[0]) for agents in chosen),
    )


def _variances(agents: Sequence[Scores]) -> tuple[float, float]:
    """The paired and unpaired variance of the set score, summed over the agents of a set."""
    paired = sum(len(x) * float(x.sum(axis=1).var(ddof=1)) for x in agents)
    unpaired = sum(len(x) * float(x.var(axis=0, ddof=1).sum()) for x in agents)
    return paired, unpaired


def _half_width(paired: Scores, unpaired: Scores) -> float | None:
    rest = unpaired.sum() - unpaired
    count = len(paired)
    if count < 2 or not rest.all():
        return None
    shares = 1 - (paired.sum() - paired) / rest
    return _Z95 * sqrt((count - 1) / count * float(((shares - shares.mean()) ** 2).sum()))
