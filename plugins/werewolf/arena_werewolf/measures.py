"""What ladders are told of Werewolf beside its results: the votes of a match, and how often chance alone wins."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import cast

from arena.core.game import State
from arena.core.measures import BaseRate, Measures, Vote
from arena.core.values import Seat
from arena_werewolf.base_rates import base_rates
from arena_werewolf.state import WerewolfState


def measures() -> Measures:
    """Of every preset; settings with other options have no base rates."""
    return Measures(votes=votes, base_rates=_rates())


def votes(state: State) -> Iterator[Vote]:
    """The votes in the order of ballots, whatever the tally tells of them; abstentions are none."""
    table = cast(WerewolfState, state).table
    numbers = count(1)
    for played in table.rounds:
        for ballot, number in zip(played.ballots, numbers, strict=False):
            for voter, choice in ballot.items():
                if choice != table.rules.nothing:
                    yield Vote(number, voter, Seat(choice))


def _rates() -> Mapping[str, Sequence[BaseRate]]:
    found: dict[str, list[BaseRate]] = {}
    for row in base_rates():
        village = row.village.value - row.draws / 2  # there a draw is half a win, here none
        found.setdefault(f"werewolf/{row.preset}", []).extend(
            BaseRate(row.bot, side, rate, row.village.matches)
            for side, rate in (("village", village), ("werewolf", 1 - village - row.draws))
        )
    return found
