"""A policy as probabilities, for whatever computes with them: no match is played, and nothing is drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from arena.core.legal import Choices
from arena.core.values import Fields, Seat, Value


@dataclass(frozen=True, slots=True)
class Situation:
    """Where a seat chooses: the fields it sees, and the ids it may choose from."""

    seat: Seat
    fields: Mapping[str, Value]
    legal: Choices


class Policy(Protocol):
    """How an agent chooses by what it sees now, and by nothing else."""

    @property
    def wants(self) -> Fields:
        """The fields it looks at."""

    def probabilities(self, situations: Sequence[Situation]) -> Sequence[Sequence[float]]:
        """For each situation, one probability an id of its `legal`, in their order."""
