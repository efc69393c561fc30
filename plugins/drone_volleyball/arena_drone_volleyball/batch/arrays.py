"""The arrays of this package: the component first, then the drone, then the court; floats are of 32 bits."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.floating[Any]]
Flags: TypeAlias = NDArray[np.bool_]
Small: TypeAlias = NDArray[np.int8]
"""Sides, turns and skills."""
Counts: TypeAlias = NDArray[np.int32]
Indices: TypeAlias = NDArray[np.intp]


def any_over(flags: Flags, axis: int | tuple[int, ...]) -> Flags:
    """Whether any is set along the axes."""
    found: Flags = np.logical_or.reduce(flags, axis=axis)
    return found


def dot(one: Floats, other: Floats) -> Floats:
    """Of two arrays of vectors, component first."""
    total: Floats = np.add.reduce(one * other, axis=0)
    return total


def column(vector: tuple[float, float, float]) -> Floats:
    """A vector as (3, 1, 1), for all drones of all courts."""
    return np.array(vector, np.float32)[:, None, None]
