"""What a rating system is: it takes finished sets one by one and can say at any time how strong each agent is."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import ClassVar, NamedTuple, Self

from arena.core.values import AgentName
from arena.rating.results import SetResult


class Rating(NamedTuple):
    """A strength on the system's own scale; `uncertainty` is None where the system states none."""

    value: float
    uncertainty: float | None = None


class RatingSystem(ABC):
    """Ratings as a view of results: the same sets in the same order always give the same ratings.

    An instance is the state after the sets added so far; it reads no clock and draws no numbers.
    """

    name: ClassVar[str]

    @abstractmethod
    def add(self, result: SetResult) -> None:
        """Take one finished set into account."""

    @abstractmethod
    def ratings(self) -> Mapping[AgentName, Rating]:
        """The rating of every agent that was in a set so far."""

    def update(self, results: Iterable[SetResult]) -> Self:
        """Take a stream of finished sets into account, in their order."""
        for result in results:
            self.add(result)
        return self
