"""What a rating system is: it takes finished sets one by one and can say at any time how strong each agent is."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Final, NamedTuple, Self, cast

from arena.core.options import Option, resolve
from arena.core.values import AgentName, Config, Json
from arena.rating.results import SetResult

Z95: Final = 1.959963984540054
"""A normal belief lies within so many standard deviations of its mean 95 times in 100."""


class Rating(NamedTuple):
    """A strength on the system's own scale; `uncertainty` is None where the system states none."""

    value: float
    uncertainty: float | None = None


class RatingSystem(ABC):
    """Ratings as a view of results: the same sets in the same order always give the same ratings.

    An instance is the state after the sets added so far; it reads no clock and draws no numbers. It is made with
    values for any of its `options`, by name.

    Raises:
        BadOption: for a setting that is not among `options`, or a value that does not fit.
    """

    name: ClassVar[str]
    options: ClassVar[tuple[Option, ...]] = ()
    half_width: ClassVar[float] = Z95
    """A 95 % interval reaches so many uncertainties to each side."""

    def __init__(self, **settings: Json) -> None:
        self._settings: Config = resolve(self.options, settings)

    @abstractmethod
    def add(self, result: SetResult) -> None:
        """Take one finished set into account."""

    @abstractmethod
    def ratings(self) -> Mapping[AgentName, Rating]:
        """The rating of every agent that was in a set so far."""

    @abstractmethod
    def state(self) -> dict[str, list[float]]:
        """The finite numbers of every agent that was in a set so far, which `restore` takes."""

    @abstractmethod
    def restore(self, state: Mapping[str, Sequence[float]]) -> None:
        """Stand where an instance with the same settings stood, to the last bit; this one has taken no set yet.

        Raises:
            ValueError, TypeError: no instance gave this state.
        """

    def update(self, results: Iterable[SetResult]) -> Self:
        """Take a stream of finished sets into account, in their order."""
        for result in results:
            self.add(result)
        return self

    def interval(self, rating: Rating) -> tuple[float, float] | None:
        """Where the strength lies 95 times in 100; None where no uncertainty is stated."""
        if rating.uncertainty is None:
            return None
        half = rating.uncertainty * self.half_width
        return rating.value - half, rating.value + half

    def _number(self, name: str) -> float:
        return cast(float, self._settings[name])
