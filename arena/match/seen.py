"""A recorded match as its seats saw it, decision by decision: what a trainer learns from."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from arena.core.game import Game
from arena.core.legal import Choices, Legal
from arena.core.match import MatchResult, Seen, Situation
from arena.core.values import TEXT, Seat
from arena.match.prompt import Wants
from arena.match.replay import recorded
from arena.match.table import Table

_WANTS: Final = Wants.of(frozenset({TEXT}))


def seen(game: Game, result: MatchResult, on_position: Callable[[], None] = lambda: None) -> Seen:
    """Play a recorded match again and ask every seat what it was asked then; of a void one, as far as it can be.

    `on_position` is called before each decision.

    Raises:
        ArenaError: the record does not fit the game, or the game's code failed.
    """
    situations: list[Situation] = []
    last: dict[Seat, Situation] = {}
    parties: Sequence[int] = ()
    step = 0
    for number, table in enumerate(recorded(game, result)):
        on_position()
        parties = table.parties
        if table.step_number != step:
            step = table.step_number
            _pay(last, table.state.rewards())
        if number < len(result.moves):
            move = result.moves[number]
            last[move.seat] = situation = _situation(table, move.seat)
            situations.append(situation)
    return Seen(game.spec.brief, situations, parties)


def _situation(table: Table, seat: Seat) -> Situation:
    if seat not in table.open_seats:  # it resigned out of turn
        return Situation()
    observation, legal, _ = table.prompt(seat, _WANTS)
    return Situation(observation.text, _detached(legal))


def _pay(last: Mapping[Seat, Situation], rewards: Mapping[Seat, Mapping[str, float]]) -> None:
    """To the decision that each seat made last; what comes before its first one is owed to none."""
    for seat, channels in rewards.items():
        if seat in last:
            last[seat].reward += sum(channels.values())


def _detached(legal: Legal) -> Legal:
    """The same when the state has gone on: names of choices are made from it."""
    if not isinstance(legal, Choices):
        return legal
    names = dict(zip(legal.ids, legal.labels, strict=True))
    return Choices(list(names), names.__getitem__, legal.question)
