"""What a seat may answer: one of four forms, each of which can tell whether an answer fits it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from arena.core.values import Json


@dataclass(slots=True)
class Choices:
    """One of the listed ids. `label(id)` names an action; it is only called for viewers that want labels."""

    ids: Sequence[int]
    label: Callable[[int], str] = str
    question: bool = False

    @property
    def labels(self) -> list[str]:
        """A name for each id, in the same order."""
        return [self.label(i) for i in self.ids]


@dataclass(slots=True)
class FreeText:
    """Any text of at most `max_chars` characters after cleaning; `hint` says what it is for."""

    max_chars: int
    hint: str = ""
    question: bool = False


@dataclass(slots=True)
class Schema:
    """A JSON value that fits `schema` (JSON Schema 2020-12), narrowed to this state as far as a schema can be."""

    schema: Mapping[str, Json]
    question: bool = False


@dataclass(slots=True)
class Box:
    """A tensor of this shape with every component within [low, high], in the units the game's spec names.

    `idle` is the answer that does least, row by row; empty where that is every component at `low`.
    """

    shape: tuple[int, ...]
    low: float
    high: float
    dtype: Literal["float32", "float64", "int32"] = "float32"
    question: bool = False
    idle: tuple[float, ...] = ()


Legal: TypeAlias = Choices | FreeText | Schema | Box
"""`question` marks a decision that touches metrics only: silence on it is no fault."""
