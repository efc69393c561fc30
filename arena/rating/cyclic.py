"""How much of a game is rock-paper-scissors: margins split into what strengths explain and what runs in circles."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Parts(NamedTuple):
    """Margins = `transitive` + `cyclic`, orthogonal to each other; `strengths` sum to 0, shape (n,)."""

    strengths: Floats
    transitive: Floats
    cyclic: Floats


def decompose(margins: Floats) -> Parts:
    """The combinatorial Hodge decomposition of an antisymmetric matrix (Jiang, Lim, Yao and Ye, "HodgeRank", 2011).

    With every pair known, strengths are the means of the rows, the transitive margin of a pair is the difference of
    its strengths, and what remains has rows that sum to 0: only circles.
    """
    strengths = margins.mean(axis=1)
    transitive = strengths[:, None] - strengths[None, :]
    return Parts(strengths, transitive, margins - transitive)


def cyclic_share(margins: Floats) -> float:
    """The cyclic part's share of the sum of squared margins, 0 (strengths explain all) to 1; 0 where all are equal.

    Chance in few results looks like circles: the share is one of the measured margins, noise included.
    """
    total = float((margins**2).sum())
    return float((decompose(margins).cyclic ** 2).sum()) / total if total else 0.0
