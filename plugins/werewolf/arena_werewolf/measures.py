"""What ladders are told of Werewolf beside its results: the votes of a match, and how often chance alone wins."""

from collections.abc import Iterator
from itertools import count
from typing import cast

from arena.core.game import State
from arena.core.measures import Measures, Vote
from arena.core.values import Seat
from arena_werewolf.base_rates import figures
from arena_werewolf.state import WerewolfState


def measures() -> Measures:
    """Of every preset; settings with other options have no base rates."""
    return Measures(votes=votes, base_rates=figures().base_rates("werewolf", "village", "werewolf"))


def votes(state: State) -> Iterator[Vote]:
    """The votes in the order of ballots, whatever the tally tells of them; abstentions are none."""
    table = cast(WerewolfState, state).table
    numbers = count(1)
    for played in table.rounds:
        for ballot, number in zip(played.ballots, numbers, strict=False):
            for voter, choice in ballot.items():
                if choice != table.rules.nothing:
                    yield Vote(number, voter, Seat(choice))
