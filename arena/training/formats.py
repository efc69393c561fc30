"""The forms that training libraries read, each derived from trajectories: its columns, and its rows of one trajectory.

The Parquet form is the master: it has all that is known. The forms of TRL are its conversational ones
(https://huggingface.co/docs/trl/dataset_formats); in every derived form, further columns say where a row is from.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from arena.core.values import TENSOR, TEXT, Fields
from arena.training import schemas, traces
from arena.training.chat import ChatMessage
from arena.training.encodings import Columns, Encoding, Lines
from arena.training.episodes import episodes
from arena.training.files import Row
from arena.training.hdf5 import Episodes
from arena.training.never import Never
from arena.training.pairs import counterfactuals
from arena.training.trajectory import GIVEN, Trajectory, Turn


@dataclass(frozen=True, slots=True)
class Format:
    """One form. `rows` gives those of one trajectory, which go to the split that is named."""

    name: str
    help: str
    encoding: Encoding
    rows: Callable[[Trajectory, str], Iterable[Row]]
    """Raises Never where a trajectory is not of what this form is made of."""
    kin: bool = False
    """Whether it looks at other matches that came through the same positions."""
    views: Fields = frozenset({TEXT})
    """What it shows of a match."""


def _whole(one: Trajectory, split: str) -> Iterator[Row]:
    plan, seat = one.result.plan, one.seat
    parent, rating = one.parent, one.rating
    messages = one.messages
    yield {
        "match_id": plan.match_id,
        "set_id": plan.set_id,
        "ordinal": plan.ordinal,
        "game": plan.game.rated_id,
        "game_version": plan.game.version,
        "ruleset": one.ruleset,
        "seed": plan.seed.hex(),
        "origin": None if plan.origin is None else {"match_id": plan.origin.match, "step": plan.origin.step},
        "started_ms": one.result.started_ms,
        "ended_ms": one.result.ended_ms,
        "void": one.result.void,
        "seat": seat.seat,
        "role": seat.role,
        "team": seat.team,
        "agent": one.agent,
        "checkpoint": one.checkpoint,
        "parent": None if parent is None else {"agent": parent[0], "checkpoint": parent[1]},
        "opponents": list(one.opponents()),
        "messages": messages,
        "turns": [_turn(turn, told=bool(messages)) for turn in one.turns],
        "rewards": [{"channel": name, "sum": paid} for name, paid in sorted(seat.rewards.items())],
        "return": one.gain,
        "score": seat.score,
        "outcome": one.outcome,
        "rank": seat.rank,
        "cause": str(seat.cause),
        "rating_before": None if rating is None else {"value": rating.value, "uncertainty": rating.uncertainty},
    }


def _turn(turn: Turn, *, told: bool) -> Row:
    made = turn.made
    return {
        "move": turn.move,
        "step": turn.step,
        "message": 2 * turn.asked + 2 if told and turn.asked is not None else None,
        "legal": turn.legal,
        "action": turn.action,
        "valid": turn.valid,
        "cause": turn.cause,
        "reward": turn.reward,
        "refused": [{"sent": refusal.sent, "reason": refusal.reason} for refusal in turn.refused],
        "policy_version": made.policy_version,
        "prompt_token_ids": made.prompt_token_ids,
        "completion_token_ids": made.completion_token_ids,
        "logprobs": made.logprobs,
        "mask": made.mask,
        "reasoning": made.reasoning,
    }


def _own(one: Trajectory) -> Iterator[Turn]:
    """The turns whose answer was the seat's own and stood."""
    return (turn for turn in _asked(one) if turn.valid)


def _asked(one: Trajectory) -> Iterator[Turn]:
    """The turns that were the seat's to decide."""
    return (turn for turn in one.turns if turn.answered and turn.cause != GIVEN)


def _answer(text: str) -> list[ChatMessage]:
    return [{"role": "assistant", "content": text}]


def _about(one: Trajectory, turn: Turn) -> Row:
    plan = one.result.plan
    return {
        "match_id": plan.match_id,
        "game": plan.game.rated_id,
        "seed": plan.seed.hex(),
        "seat": one.seat.seat,
        "role": one.seat.role,
        "agent": one.agent,
        "checkpoint": one.checkpoint,
        "move": turn.move,
        "outcome": one.outcome,
        "return": one.gain,
    }


def _sft(one: Trajectory, split: str) -> Iterator[Row]:
    for turn in _own(one):
        yield {"prompt": one.prompt(turn), "completion": _answer(one.answer(turn)), **_about(one, turn)}


def _kto(one: Trajectory, split: str) -> Iterator[Row]:
    if one.outcome in {"win", "loss"}:
        for row in _sft(one, split):
            yield {**row, "label": one.outcome == "win"}


def _grpo(one: Trajectory, split: str) -> Iterator[Row]:
    for turn in _asked(one):
        yield {"prompt": one.prompt(turn), "legal": turn.legal, **_about(one, turn)}


def _dpo(one: Trajectory, split: str) -> Iterator[Row]:
    """The answer that stood over those refused at the same decision, and counterfactuals."""
    for turn in _own(one):
        for refusal in turn.refused:
            worse = one.reworded(turn, refusal.sent)
            if worse and worse != one.answer(turn):
                yield _preferred(one, turn, worse, None)
    for chosen, rejected in counterfactuals(one):
        yield _preferred(chosen.of, chosen.turn, rejected.text, rejected.of)


def _preferred(one: Trajectory, turn: Turn, rejected: str, other: Trajectory | None) -> Row:
    """A pair; without another trajectory, the rejected answer was refused."""
    return {
        "prompt": one.prompt(turn),
        "chosen": _answer(one.answer(turn)),
        "rejected": _answer(rejected),
        **_about(one, turn),
        "pair": "refused" if other is None else "counterfactual",
        "rejected_match_id": None if other is None else other.result.plan.match_id,
        "rejected_agent": None if other is None else other.agent,
        "rejected_checkpoint": None if other is None else other.checkpoint,
        "rejected_return": None if other is None else other.gain,
    }


def _verl(one: Trajectory, split: str) -> Iterator[Row]:
    for turn in _own(one):
        made = turn.made
        if not (made.prompt_token_ids and made.completion_token_ids):
            raise _no_tokens(one, turn)
        about: Mapping[str, Any] = {
            **_asked_about(one, turn, split),
            "response": one.answer(turn),
            "tokens": "retokenised" if turn.retokenised else "sampled",
            "prompt_token_ids": made.prompt_token_ids,
            "response_token_ids": made.completion_token_ids,
            "response_logprobs": made.logprobs,
        }
        yield {
            "data_source": one.result.plan.game.rated_id,
            "prompt": one.prompt(turn),
            "ability": "game",
            "reward_model": {"style": "rule", "ground_truth": json.dumps(one.gain)},
            "extra_info": about,
        }


def _no_tokens(one: Trajectory, turn: Turn) -> Never:
    return Never(
        f"verl's rows have the tokens of every answer, and {one.agent!r} sent none with move {turn.move} of match "
        f"{one.result.plan.match_id}; choose an agent that does by --agent, have them made anew by --tokenizer DIR, "
        f"which may differ from what was sampled, or take prompts alone by --format trl-grpo or skyrl"
    )


def _skyrl(one: Trajectory, split: str) -> Iterator[Row]:
    for turn in _asked(one):
        yield {
            "data_source": one.result.plan.game.rated_id,
            "prompt": one.prompt(turn),
            "reward_spec": {"method": "rule", "ground_truth": json.dumps(one.gain)},
            "extra_info": _asked_about(one, turn, split),
        }


def _asked_about(one: Trajectory, turn: Turn, split: str) -> Row:
    """With an `index` that no other row has, as verl takes answers to rows of one index for answers to one prompt."""
    index = f"{one.result.plan.match_id}/{one.seat.seat}/{turn.move}"
    return {**_about(one, turn), "legal": turn.legal, "split": split, "index": index}


FORMATS: Final[Mapping[str, Format]] = {
    each.name: each
    for each in (
        Format("parquet", "all there is, one row a seat", Columns(schemas.whole), _whole),
        Format("trl-sft", "prompt and completion, one row an answer that stood", Columns(schemas.sft), _sft),
        Format("trl-kto", "the same with a label: won or lost", Columns(schemas.kto), _kto),
        Format("trl-grpo", "prompts alone, one row a decision", Columns(schemas.grpo), _grpo),
        Format("trl-dpo", "an answer over another one to the very same prompt", Columns(schemas.dpo), _dpo, kin=True),
        Format("verl", "prompts and answers with their tokens, one row an answer", Columns(schemas.verl), _verl),
        Format("skyrl", "prompts with what came of them, one row a decision", Columns(schemas.skyrl), _skyrl),
        Format("verifiers", "traces with the tokens as sampled", Lines(traces.FILE), traces.episodes),
        Format(
            "minari",
            "tensors and rewards, one episode a seat",
            Episodes(),
            episodes,
            views=frozenset({TENSOR}),
        ),
    )
}
