"""A trajectory as an episode of `verifiers` 0.4 with one trace, with tokens as they were sampled.

A prompt is a path of nodes without tokens, which goes along with that of the prompt before as far as both say the same;
the answer that the seat gave hangs from its end, and has the tokens of the whole prompt before its own. So a branch
reads, to the token, as what the model saw and said. Such episodes, one a line, make a `traces.jsonl`, which
`verifiers.v1.utils.trace_store.read_episodes` reads.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from arena.training.chat import ChatMessage
from arena.training.files import Row
from arena.training.never import Never
from arena.training.trajectory import Trajectory, Turn

FILE: Final = "traces.jsonl"
_VERSION: Final = 1
"""`TRACE_VERSION` of the library that reads it."""


def episodes(one: Trajectory, split: str) -> Iterator[Row]:
    """The one of a trajectory; none where the seat never answered by itself.

    Raises:
        Never: of one of its answers there are no tokens.
    """
    for turn in one.turns:
        if turn.valid and not turn.has_tokens:
            raise _no_tokens(one, turn)
    nodes = list(_nodes(one))
    if not nodes:
        return
    plan = one.result.plan
    name = f"{plan.match_id}/{one.seat.seat}"
    data = {"id": name, "name": plan.game.rated_id, "seed": plan.seed.hex(), "ruleset": one.ruleset, "split": split}
    task = {"type": "Match", "data": data}
    trace = {
        "version": _VERSION,
        "id": name,
        "verifiers": {"version": "0.4.0"},
        "task": task,
        "agent": {"config": {"model": f"{one.agent}@{one.checkpoint}"}, "name": one.agent},
        "nodes": nodes,
        "rewards": {"return": {"score": one.gain}},
        "metrics": {"rank": one.seat.rank, "score": one.seat.score},
        "info": {"seat": one.seat.seat, "role": one.seat.role, "team": one.seat.team, "outcome": one.outcome},
        "is_completed": True,
        "ok": not one.result.void,
        "stop_condition": str(one.seat.cause),
        "timing": {"start": one.result.started_ms / 1000},
    }
    yield {"id": name, "env": {"id": plan.game.id}, "task": task, "ok": trace["ok"], "traces": [trace]}


def _no_tokens(one: Trajectory, turn: Turn) -> Never:
    return Never(
        f"verifiers is made of the token ids that were sampled, and {one.agent!r} sent none with move {turn.move} of "
        f"match {one.result.plan.match_id}; choose an agent that does by --agent, or another format"
    )


def _nodes(one: Trajectory) -> Iterator[Row]:
    """What a prompt has in common with the one before is told once."""
    path: list[tuple[ChatMessage, int]] = []
    """The latest prompt, each message with the number of its node."""
    count = 0
    for turn in one.turns:
        if not turn.own:
            continue
        prompt = one.prompt(turn)
        del path[_shared(path, prompt) :]
        for message in prompt[len(path) :]:
            yield _told(message, path[-1][1] if path else None, one)
            path.append((message, count))
            count += 1
        yield _sampled(one.answer(turn), turn, path[-1][1], one)
        count += 1


def _shared(path: Sequence[tuple[ChatMessage, int]], prompt: Sequence[ChatMessage]) -> int:
    pairs = zip(path, prompt, strict=False)
    return next((n for n, ((old, _), new) in enumerate(pairs) if old != new), min(len(path), len(prompt)))


def _told(message: ChatMessage, parent: int | None, one: Trajectory) -> Row:
    return {"parent": parent, "message": message, "timestamp": one.result.ended_ms / 1000}


def _sampled(answer: str, turn: Turn, parent: int, one: Trajectory) -> Row:
    made = turn.made
    prompt, completion = list(made.prompt_token_ids), list(made.completion_token_ids)
    thought = {"reasoning_content": made.reasoning} if made.reasoning else {}
    return {
        **_told({"role": "assistant", "content": answer} | thought, parent, one),
        "sampled": True,
        "token_ids": prompt + completion,
        "mask": [False] * len(prompt) + [True] * len(completion),
        "logprobs": [float(logprob) for logprob in made.logprobs],
    }
