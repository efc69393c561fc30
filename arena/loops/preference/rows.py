"""What preferences are learned from: answers to one prompt, as token ids."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """Two answers at the same prompt, the one preferred to the other; `proto` is the first iterate's, for T-SPIN."""

    prompt: Sequence[int]
    chosen: Sequence[int]
    rejected: Sequence[int]
    proto: Sequence[int] = ()

    @property
    def answers(self) -> tuple[Sequence[int], ...]:
        """All of them, for a digest."""
        return self.chosen, self.rejected, self.proto


@dataclass(frozen=True, slots=True)
class Judged:
    """One answer, and whether it is desired."""

    prompt: Sequence[int]
    completion: Sequence[int]
    desired: bool

    @property
    def answers(self) -> tuple[Sequence[int] | bool, ...]:
        """It and its judgement, for a digest."""
        return self.completion, self.desired
