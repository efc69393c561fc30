"""Pairs for DPO: at one prompt, an utterance of the kind that is worth most there, and one of the kind worth least.

All utterances that are compared were drawn by the current model at that very prompt.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from arena_werewolf.loops.mccfr import Entry
from arena_werewolf.loops.speeches import Speech


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """`prompt` as token ids; of both utterances the text, the kind, and the kind's score at this information set."""

    match: str
    move: int
    role: str
    prompt: Sequence[int]
    chosen: str
    rejected: str
    kinds: tuple[int, int]
    scores: tuple[float, float]

    def as_json(self) -> dict[str, Any]:
        """For `read`."""
        return asdict(self)

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        """What `as_json` gave."""
        return cls(**{**told, "kinds": tuple(told["kinds"]), "scores": tuple(told["scores"])})


def scores(entry: Entry, prefer: str) -> Mapping[int, float]:
    """What each kind of utterance is worth at an information set: its mean regret, or its share of the policy."""
    worth = entry.average() if prefer == "policy" else entry.mean_regrets()
    return dict(zip(entry.actions, worth, strict=True))


def paired(
    speech: Speech,
    prompt: Sequence[int],
    said: Sequence[tuple[str, int]],
    worth: Mapping[int, float],
    margin: float,
) -> Pair | None:
    """The best and the worst of what was `said` (texts with their kinds) at one prompt, the earlier of equals.

    None where they are worth the same, or do not differ by more than `margin`.
    """
    best = max(said, key=lambda one: worth[one[1]])
    worst = min(said, key=lambda one: worth[one[1]])
    if worth[best[1]] - worth[worst[1]] <= margin or best[0] == worst[0]:
        return None
    return Pair(
        match=speech.match,
        move=speech.move,
        role=speech.role,
        prompt=prompt,
        chosen=best[0],
        rejected=worst[0],
        kinds=(best[1], worst[1]),
        scores=(worth[best[1]], worth[worst[1]]),
    )
