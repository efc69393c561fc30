"""Pairs of answers at the same prompt, by what comes of each when the match is played on from there.

In games where several matches come to the very same prompt, its answers are judged over all of them: what a seat does
not know differs, and an answer is as good as it is on the average. Every answer is played on from every such state.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from arena.core.game import Game
from arena.loops.language.policy import Asked, Policy, batches
from arena.loops.preference.rollouts import Judgement, Position, Rollout, play_on
from arena.loops.preference.rows import Pair

_TOGETHER = 256
"""Matches that are played on at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """How answers are drawn and judged: `candidates` at each prompt, each played on `rollouts` times from each state.

    Of a pair, the better answer earned at least `margin` more than the worse, and more than it in any case.
    """

    candidates: int
    rollouts: int
    margin: float
    temperature: float
    max_tokens: int


@dataclass(slots=True)
class Question:
    """A prompt, the states that it stood for, and the answers that were drawn at it."""

    asked: Asked
    positions: list[Position]
    answers: list[Judgement]


def judged(game: Game, positions: Sequence[Position], policy: Policy, how: Judging, rng: Random) -> list[Question]:
    """Draw answers at every prompt and play each of them on; prompts with one answer alone are left out."""
    questions = [one for one in _drawn(_grouped(positions), policy, how, rng) if len(one.answers) > 1]
    wanted = [
        (answer, position)
        for one in questions
        for position in one.positions
        for answer in one.answers
        for _ in range(how.rollouts)
    ]
    for batch in batches(wanted, _TOGETHER):
        rollouts = [Rollout(game, position, policy, answer.completion) for answer, position in batch]
        play_on(rollouts, policy, rng, temperature=how.temperature, max_tokens=how.max_tokens)
        for (answer, _), rollout in zip(batch, rollouts, strict=True):
            answer.gains.append(rollout.gain())
            rollout.close()
    return questions


def pairs(questions: Sequence[Question], policy: Policy, margin: float) -> Iterator[Pair]:
    """The best answer over the worst of each prompt, once for every state that it stood for, where they differ."""
    for one in questions:
        best, worst = max(one.answers, key=_mean), min(one.answers, key=_mean)
        if best.mean > worst.mean and best.mean - worst.mean >= margin:
            pair = Pair(one.asked.prompt, policy.ended(best.completion), policy.ended(worst.completion))
            yield from [pair] * len(one.positions)


def _mean(answer: Judgement) -> float:
    return answer.mean


def _grouped(positions: Sequence[Position]) -> list[list[Position]]:
    by_prompt: dict[tuple[int, ...], list[Position]] = defaultdict(list)
    for position in positions:
        by_prompt[tuple(position.asked.prompt)].append(position)
    return list(by_prompt.values())


def _drawn(groups: Sequence[list[Position]], policy: Policy, how: Judging, rng: Random) -> Iterator[Question]:
    asked = [group[0].asked for group in groups for _ in range(how.candidates)]
    made = policy.complete(asked, rng, temperature=how.temperature, max_tokens=how.max_tokens)
    for group, completions in zip(groups, batches(made, how.candidates), strict=True):
        by_text = {completion.text: completion for completion in completions}
        answers = [Judgement(completion.completion_token_ids) for completion in by_text.values()]
        yield Question(group[0].asked, group, answers)
