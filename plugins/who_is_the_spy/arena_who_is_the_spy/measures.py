"""What ladders are told of these games beside their results: the votes of a match, and how often chance alone wins."""

from collections.abc import Iterator
from typing import cast

from arena.core.game import State
from arena.core.measures import Measures, Vote
from arena_who_is_the_spy.base_rates import figures
from arena_who_is_the_spy.deal import TEAMS
from arena_who_is_the_spy.state import SpyState


def measures() -> Measures:
    """Of both variants; settings that were not simulated have no base rates."""
    return Measures(votes=votes, base_rates=figures().base_rates("who_is_the_spy", *TEAMS))


def votes(state: State) -> Iterator[Vote]:
    """The one vote of a match; an abstention is none."""
    for voter, target in cast(SpyState, state).votes.items():
        if target is not None:
            yield Vote(1, voter, target)
