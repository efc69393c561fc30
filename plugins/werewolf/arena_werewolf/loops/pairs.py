"""Pairs for DPO: at one prompt, an utterance of the kind that is worth most there, and one of the kind worth least.

All utterances that are compared were drawn by the current model at that very prompt.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from arena_werewolf.loops.mccfr import Entry
from arena_werewolf.loops.speeches import Speech


class Said(NamedTuple):
    """An utterance as it is heard, the token ids that were sampled, and its kind."""

    text: str
    ids: Sequence[int]
    kind: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two utterances at one `prompt`, which is token ids, with what the kind of each is worth there."""

    match: str
    move: int
    role: str
    prompt: Sequence[int]
    chosen: Said
    rejected: Said
    worth: tuple[float, float]

    def as_json(self) -> dict[str, Any]:
        """For `read`."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        """What `as_json` gave."""
        chosen, rejected = Said(*told["chosen"]), Said(*told["rejected"])
        return cls(**{**told, "chosen": chosen, "rejected": rejected, "worth": tuple(told["worth"])})


def worth_of(entry: Entry, prefer: str) -> Mapping[int, float]:
    """What each kind of utterance is worth at an information set: its mean regret, or its share of the policy."""
    worth = entry.average() if prefer == "policy" else entry.mean_regrets()
    return dict(zip(entry.actions, worth, strict=True))


def paired(
    speech: Speech, prompt: Sequence[int], said: Sequence[Said], worth: Mapping[int, float], margin: float
) -> Pair | None:
    """The best and the worst of what was said at one prompt, the earlier of equals.

    None where they are worth the same, or do not differ by more than `margin`.
    """
    best = max(said, key=lambda one: worth[one.kind])
    worst = min(said, key=lambda one: worth[one.kind])
    if worth[best.kind] - worth[worst.kind] <= margin or best.text == worst.text:
        return None
    return Pair(
        match=speech.match,
        move=speech.move,
        role=speech.role,
        prompt=prompt,
        chosen=best,
        rejected=worst,
        worth=(worth[best.kind], worth[worst.kind]),
    )
