"""Random actions for games whose rules may refuse what the form of an answer allows, as words that were said before."""

from random import Random
from typing import Final

from arena.agents.sampling import sample
from arena.core.errors import ActionRefused
from arena.core.game import State
from arena.core.values import Action, Seat

_DRAWS: Final = 10


def drawn(state: State, seat: Seat, rng: Random) -> Action:
    """A random action that the rules take; the default where they take none of some draws."""
    for _ in range(_DRAWS):
        try:
            return state.check(seat, sample(state.legal(seat), rng))
        except ActionRefused:
            continue
    return state.check(seat, state.default_action(seat))
