"""What a language model's self-play is worth to it: sampled tokens with the advantage of each answer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from arena.core.match import FAULTS, Cause
from arena.loops.selfplay.rae import RoleBaselines, discounted
from arena.training.trajectory import Trajectory

_NOTHING = 1e-8


@dataclass(frozen=True, slots=True)
class Sample:
    """One answer: the tokens as they were sampled with their logprobs, the constraint they were drawn under as JSON,
    and what the gradient weighs them by."""

    prompt: Sequence[int]
    completion: Sequence[int]
    logprobs: Sequence[float]
    mask: str
    advantage: float


@dataclass(slots=True)
class Harvest:
    """The samples of a round of self-play, and figures of it."""

    samples: list[Sample] = field(default_factory=list)
    answers: int = 0
    illegal: int = 0
    """Seats with an answer that was refused for good."""
    lost: int = 0
    """Matches left out: a seat's model did not answer in time, which says nothing of the policy."""
    matches: int = 0

    def figures(self) -> dict[str, float]:
        """By name."""
        told = {"answers": self.answers, "illegal": self.illegal, "lost_matches": self.lost}
        return {**told, "samples": len(self.samples), "matches": self.matches}


def harvest(matches: Iterator[Sequence[Trajectory]], baselines: RoleBaselines, settings: Mapping[str, Any]) -> Harvest:
    """The answers of these matches that have an advantage; the baselines follow, match by match."""
    found = Harvest()
    for seats in matches:
        if any(_caused(one) & FAULTS - {Cause.ILLEGAL} for one in seats):
            found.lost += 1
            continue
        found.matches += 1
        found.illegal += sum(Cause.ILLEGAL in _caused(one) for one in seats)
        roles = [one.seat.role or f"seat {one.seat.seat}" for one in seats]
        advantages = baselines.advantages(roles, returns(seats, settings["illegal"], settings["wronged"]))
        for one, advantage in zip(seats, advantages, strict=True):
            _gather(found, one, advantage, settings["gamma"])
    return found


def returns(seats: Sequence[Trajectory], illegal: float | None, wronged: float | None) -> list[float]:
    """What each seat of a match earned; after an illegal answer, what the settings say in place of the game."""
    guilty = [Cause.ILLEGAL in _caused(one) for one in seats]
    if not any(guilty):
        return [one.seat.score for one in seats]
    given = [illegal if bad else wronged for bad in guilty]
    return [one.seat.score if value is None else value for one, value in zip(seats, given, strict=True)]


def _caused(one: Trajectory) -> set[Cause]:
    """Why not everything went as the agent answered."""
    return {one.seat.cause, *(Cause(turn.cause) for turn in one.turns if turn.cause)}


def _gather(found: Harvest, one: Trajectory, advantage: float, gamma: float) -> None:
    told = discounted(advantage, len(one.turns), gamma)
    found.answers += len(one.turns)
    for turn, worth in zip(one.turns, told, strict=True):
        made = turn.made
        if turn.has_tokens and abs(worth) > _NOTHING:
            logprobs = [float(one) for one in made.logprobs]
            sample = Sample(made.prompt_token_ids, made.completion_token_ids, logprobs, made.mask, worth)
            found.samples.append(sample)
