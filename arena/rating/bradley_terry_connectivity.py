"""Which agents results can compare at all, and which differences they bound from both sides."""

from typing import Literal, TypeAlias

import numpy as np

from arena.rating.bradley_terry_pairs import Floats, Ints

Connection: TypeAlias = Literal["weak", "strong"]
_ENOUGH = 32
"""Edges for each agent that nearly always connect whatever can be connected."""


def components(size: int, first: Ints, second: Ints, connection: Connection = "weak") -> Ints:
    """The component of each of `size` agents, numbered from 0, where edge k leads from first[k] to second[k]."""
    for thin in (max(1, len(first) // (_ENOUGH * size)), 1):  # connected by some of the edges: connected by all
        labels = _labels(size, first[::thin], second[::thin], connection)
        if not labels.any():
            break
    return labels


def bounded(size: int, first: Ints, second: Ints, scored: Floats, conceded: Floats) -> bool:
    """Whether strengths without any prior would be finite within each component.

    They are when of any two groups that make up a component each took points from the other (L. R. Ford, The American
    Mathematical Monthly 64, 1957): when the graph of who took points from whom is strongly connected.
    """
    up, down = scored > 0, conceded > 0
    winners = np.concatenate([first[up], second[down]])
    losers = np.concatenate([second[up], first[down]])
    groups = components(size, winners, losers, "strong").max()
    return bool(groups == 0 or groups == components(size, first, second).max())


def contested(levels: Floats, scored: Floats, conceded: Floats) -> bool:
    """Whether each level of a covariate both took and gave points where it met others; `levels` is (cells, levels)."""
    up, down = levels > 0, levels < 0
    took, gave = scored @ up + conceded @ down, conceded @ up + scored @ down
    return bool(((took > 0) & (gave > 0)).all())


def _labels(size: int, first: Ints, second: Ints, connection: Connection) -> Ints:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    met = coo_array((np.ones(len(first)), (first, second)), shape=(size, size))
    _, labels = connected_components(met, directed=True, connection=connection)
    return np.asarray(labels, dtype=np.int64)
