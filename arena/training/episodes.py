"""A trajectory as an episode of Minari: the tensors of one seat, what it did, what it was paid.

https://minari.farama.org/content/dataset_standards says what an episode is: of T steps it has T + 1 observations, the
last of which nobody acts on. The other seats are part of the seat's environment.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import numpy as np

from arena.core.game import FieldSpec
from arena.core.legal import Box, Choices, Legal
from arena.core.match import Move, Seen, Situation
from arena.core.values import TENSOR, Tensor
from arena.training.files import Row
from arena.training.never import Never
from arena.training.trajectory import Trajectory

_MASKED: Final = 20_000
"""Actions of a game; where there are more, no mask is written."""
_Acted: TypeAlias = Sequence[tuple[Move, Situation]]


def episodes(one: Trajectory, split: str) -> Iterator[Row]:
    """The one of a trajectory; none where the seat never acted.

    Raises:
        Never: the game shows no tensor, or its answers are neither choices of a known number nor tensors.
    """
    seen = one.seen
    if seen is None:
        return
    view = _view_of(seen)
    asked = [each for each in zip(one.result.moves, seen.situations, strict=False) if _owed(one, *each)]
    acted = [each for each in asked if each[0].step < seen.steps]  # what is answered beside a forfeit is never played
    if not acted:
        return
    last = asked[len(acted)][1].tensor if len(asked) > len(acted) else seen.ends.get(one.seat.seat)
    views = (*(faced.tensor for _, faced in acted), last)
    yield {
        "of": {
            "game": one.result.plan.game.rated_id,
            "ruleset": one.ruleset,
            "observation_space": _bounded(view.shape, -np.inf, np.inf, view.dtype),
            "action_space": _action_space(seen, acted),
        },
        "observations": np.stack([tensor for tensor in views if tensor is not None]),
        "actions": _actions(one, acted),
        "rewards": _rewards(one, acted),
        **_endings(one, len(acted)),
        "infos": _infos(one, seen, acted),
        "about": _about(one),
    }


def _owed(one: Trajectory, move: Move, faced: Situation) -> bool:
    return move.seat == one.seat.seat and faced.legal is not None


def _view_of(seen: Seen) -> FieldSpec:
    for field in seen.spec.fields:
        if field.name == TENSOR:
            return field
    raise Never(
        f"minari is for games that show their seats a tensor, and {seen.spec.id} shows none; choose another format"
    )


def _action_space(seen: Seen, acted: _Acted) -> str:
    spaces = {_space(seen, faced.legal) for _, faced in acted}
    if len(spaces) > 1:
        raise Never(f"a Minari dataset has one space of actions, and {seen.spec.id} has several; choose another format")
    return spaces.pop()


def _space(seen: Seen, legal: Legal | None) -> str:
    match legal:
        case Choices() if seen.actions:
            return json.dumps({"type": "Discrete", "dtype": "int64", "start": 0, "n": seen.actions})
        case Box(shape=shape, low=low, high=high, dtype=dtype):
            return _bounded(shape, low, high, dtype)
        case _:
            raise Never(
                f"minari is for games in which every answer is a tensor, or one of a known number of choices, and "
                f"{seen.spec.id} is none; choose another format"
            )


def _bounded(shape: Sequence[int], low: float, high: float, dtype: str) -> str:
    bounds = {"low": np.full(shape, low).tolist(), "high": np.full(shape, high).tolist()}
    return json.dumps({"type": "Box", "dtype": dtype, "shape": list(shape), **bounds})


def _actions(one: Trajectory, acted: _Acted) -> Tensor:
    legal = acted[0][1].legal
    if not isinstance(legal, Box):
        return np.array([move.action for move, _ in acted], np.int64)
    for move, _ in acted:
        if np.shape(move.action) != legal.shape:  # type: ignore[arg-type]  # a Box is answered with numbers
            raise Never(
                f"a Minari dataset has actions of one shape, {legal.shape}, and match {one.result.plan.match_id} has "
                f"one of shape {np.shape(move.action)}; choose another format"  # type: ignore[arg-type]
            )
    return np.array([move.action for move, _ in acted], legal.dtype)


def _rewards(one: Trajectory, acted: _Acted) -> Tensor:
    """What came of each action; in a game that pays nothing on the way, the score with the last one."""
    if one.seat.rewards:
        return np.array([faced.reward for _, faced in acted], np.float64)
    return np.array([0.0] * (len(acted) - 1) + [one.gain], np.float64)


def _endings(one: Trajectory, steps: int) -> Row:
    """The rules terminate an episode; a forfeit, be it another seat's, or a fault truncates it."""
    by_rules = not one.result.void and one.result.moves[-1].action is not None
    last = np.arange(steps) == steps - 1
    return {"terminations": last & by_rules, "truncations": last & (not by_rules)}


def _infos(one: Trajectory, seen: Seen, acted: _Acted) -> Mapping[str, Tensor]:
    """`own_action` says where it was the seat's own, neither default nor given; `action_mask` is as Gymnasium's."""
    given = one.result.plan.given
    own = np.array([*(move.cause is None and not given(move) for move, _ in acted), False])
    if not 0 < seen.actions <= _MASKED:
        return {"own_action": own}
    mask = np.zeros((len(acted) + 1, seen.actions), np.int8)
    for row, (_, faced) in zip(mask, acted, strict=False):
        assert isinstance(faced.legal, Choices)
        row[list(faced.legal.ids)] = 1
    return {"own_action": own, "action_mask": mask}


def _about(one: Trajectory) -> Mapping[str, Any]:
    plan, seat = one.result.plan, one.seat
    return {
        "match_id": plan.match_id,
        "set_id": plan.set_id,
        "match_seed": plan.seed.hex(),
        "seat": seat.seat,
        "role": seat.role,
        "agent": one.agent,
        "checkpoint": one.checkpoint,
        "outcome": one.outcome,
        "rank": seat.rank,
        "score": seat.score,
        "cause": str(seat.cause),
    }
