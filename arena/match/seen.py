"""A recorded match as its seats saw it, decision by decision: what a trainer learns from."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from arena.core.game import Game
from arena.core.legal import Choices, Legal
from arena.core.match import MatchResult, Seen, Situation
from arena.core.values import TENSOR, TEXT, Fields, Seat, Tensor, Value
from arena.match.prompt import Wants
from arena.match.replay import recorded
from arena.match.table import Table

WORDS: Final[Fields] = frozenset({TEXT})


def seen(
    game: Game, result: MatchResult, views: Fields = WORDS, on_position: Callable[[], None] = lambda: None
) -> Seen:
    """Play a recorded match again and ask every seat what it was asked then; of a void one, as far as it can be.

    `views` are TEXT, TENSOR or both; a game without one of them leaves it out. `on_position` is called before each
    decision.

    Raises:
        ArenaError: the record does not fit the game, or the game's code failed.
    """
    wants = Wants.of(views)
    situations: list[Situation] = []
    last: dict[Seat, Situation] = {}
    table: Table | None = None
    step = 0
    for number, table in enumerate(recorded(game, result)):
        on_position()
        if table.step_number != step:
            step = table.step_number
            _pay(last, table.state.rewards())
        if number < len(result.moves):
            move = result.moves[number]
            last[move.seat] = situation = _situation(table, move.seat, wants)
            situations.append(situation)
    if table is None:
        return Seen(game.spec, situations, ())
    ends = _ends(table, wants) if TENSOR in views else {}
    return Seen(game.spec, situations, table.parties, step, ends, game.actions)


def _situation(table: Table, seat: Seat, wants: Wants) -> Situation:
    if seat not in table.open_seats:  # it resigned out of turn
        return Situation()
    observation, legal, _ = table.prompt(seat, wants)
    return Situation(observation.text, _detached(legal, named=TEXT in wants.views), tensor=_tensor(observation.fields))


def _ends(table: Table, wants: Wants) -> dict[Seat, Tensor]:
    views = {seat: table.view(seat, wants)[0] for seat in map(Seat, range(len(table.parties)))}
    return {seat: tensor for seat, view in views.items() if (tensor := _tensor(view.fields)) is not None}


def _tensor(fields: Mapping[str, Value]) -> Tensor | None:
    value = fields.get(TENSOR)
    return value.copy() if isinstance(value, np.ndarray) else None


def _pay(last: Mapping[Seat, Situation], rewards: Mapping[Seat, Mapping[str, float]]) -> None:
    """To the decision that each seat made last; what comes before its first one is owed to none."""
    for seat, channels in rewards.items():
        if seat in last:
            last[seat].reward += sum(channels.values())


def _detached(legal: Legal, *, named: bool) -> Legal:
    """The same when the state has gone on: names of choices are made from it, and only words need them."""
    if not isinstance(legal, Choices):
        return legal
    if not named:
        return Choices(list(legal.ids), question=legal.question)
    names = dict(zip(legal.ids, legal.labels, strict=True))
    return Choices(list(names), names.__getitem__, legal.question)
