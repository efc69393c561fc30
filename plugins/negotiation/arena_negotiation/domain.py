"""What is negotiated about: the issues, the quantities they may take, and how an offer's words become an outcome.

An outcome is one whole number an issue, in one frame for everybody. An offer is the same thing in the words of its
proposer: `turned` leads from one to the other, and back.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product
from math import prod
from typing import ClassVar, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from arena.core.errors import IllegalAction, MalformedAction
from arena.core.values import Json, Seat

Outcome: TypeAlias = tuple[int, ...]
"""One quantity an issue, in the order of the domain's issues."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing to agree on: a whole number from `low` to `high`, both included."""

    name: str
    low: int
    high: int


@dataclass(frozen=True)
class Domain(ABC):
    """The issues of one match."""

    issues: tuple[Issue, ...]
    frame: ClassVar[Literal["common", "own"]]
    """Whether quantities mean the same in everybody's mouth, or are what whoever names them keeps."""

    @abstractmethod
    def turned(self, seat: Seat, quantities: Outcome) -> Outcome:
        """An offer of `seat` as an outcome, or an outcome as `seat` would offer it: turning twice changes nothing."""

    @cached_property
    def size(self) -> int:
        """How many outcomes there are."""
        return prod(issue.high - issue.low + 1 for issue in self.issues)

    def outcomes(self) -> Iterator[Outcome]:
        """Every possible outcome."""
        return product(*(range(issue.low, issue.high + 1) for issue in self.issues))

    @property
    def grid(self) -> NDArray[np.int64]:
        """Every possible outcome as a row, in the order of `outcomes`: int64 of (size, issues), not to be written
        to."""
        return _grid(tuple((issue.low, issue.high) for issue in self.issues))

    @cached_property
    def schema(self) -> Mapping[str, Json]:
        """The JSON Schema of an offer, the same for every proposer."""
        bounds: Mapping[str, Json] = {
            issue.name: {"type": "integer", "minimum": issue.low, "maximum": issue.high} for issue in self.issues
        }
        return {"type": "object", "properties": bounds, "required": [*bounds], "additionalProperties": False}

    def parse(self, seat: Seat, offer: object) -> Outcome:
        """The outcome that `seat` proposes.

        Raises:
            MalformedAction: not exactly one whole number an issue.
            IllegalAction: a quantity is out of range.
        """
        if not isinstance(offer, Mapping) or len(offer) != len(self.issues):
            raise MalformedAction(f"RULES.md 2.1: an offer is an object with exactly {self._names}")
        return self.turned(seat, tuple(self._quantity(issue, offer) for issue in self.issues))

    def show(self, seat: Seat, outcome: Outcome) -> dict[str, Json]:
        """The offer by which `seat` would propose `outcome`: the inverse of `parse`."""
        return dict(zip(self._keys, self.turned(seat, outcome), strict=True))

    def _quantity(self, issue: Issue, offer: Mapping[object, object]) -> int:
        quantity = offer.get(issue.name)
        if type(quantity) is not int:
            raise MalformedAction(f"RULES.md 2.1: an offer is an object with exactly {self._names}, all whole numbers")
        if not issue.low <= quantity <= issue.high:
            raise IllegalAction(f"RULES.md 2.2: {issue.name} must be from {issue.low} to {issue.high}")
        return quantity

    @cached_property
    def _keys(self) -> tuple[str, ...]:
        return tuple(issue.name for issue in self.issues)

    @property
    def _names(self) -> str:
        return ", ".join(self._keys)


class Terms(Domain):
    """Terms that mean the same in everybody's mouth, such as a price."""

    frame = "common"

    def turned(self, seat: Seat, quantities: Outcome) -> Outcome:
        """The same quantities."""
        return quantities


class Split(Domain):
    """Items divided between two seats: an offer says what its proposer keeps, an outcome what seat 0 gets."""

    frame = "own"

    def turned(self, seat: Seat, quantities: Outcome) -> Outcome:
        """What is left, for seat 1."""
        if seat == 0:
            return quantities
        return tuple(issue.high - kept for issue, kept in zip(self.issues, quantities, strict=True))


@lru_cache(maxsize=256)
def _grid(bounds: tuple[tuple[int, int], ...]) -> NDArray[np.int64]:
    """The same for all scenarios of one shape, hence kept."""
    axes = np.meshgrid(*(np.arange(low, high + 1, dtype=np.int64) for low, high in bounds), indexing="ij")
    grid = np.stack(axes, axis=-1).reshape(-1, len(bounds))
    grid.flags.writeable = False
    return grid
