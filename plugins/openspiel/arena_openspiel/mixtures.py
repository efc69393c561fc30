"""What an agent is worth that draws one of several policies before each match: as a table, and its NashConv."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyspiel
from numpy.typing import NDArray

from arena.core.legal import Choices
from arena.core.policy import Policy, Situation
from arena.core.values import Seat
from arena_openspiel.game import OpenSpielGame
from arena_openspiel.information import histories, information_of
from arena_openspiel.policies import Table, require_zero_sum

Floats = NDArray[np.float64]


def nash_conv(game: OpenSpielGame, mixture: Sequence[Policy]) -> float:
    """What both seats together could gain by answering the mixture best (Lanctot et al., arXiv 1711.00832).

    Raises:
        GameUnavailable: it is no zero-sum game of two, is too large for a table, or names no information states.
    """
    require_zero_sum(game)
    information_of(game)
    return float(pyspiel.nash_conv(game.engine, table_of(game, mixture)))


def table_of(game: OpenSpielGame, mixture: Sequence[Policy]) -> Table:
    """The behaviour that equals the mixture: each policy counts by how likely it comes to an information state itself.

    Kuhn's theorem; it holds under perfect recall.
    """
    situations = _situations(game, mixture[0])
    rows = _rows(situations, mixture)
    reach = _reach(game, rows)
    table: dict[str, list[tuple[int, float]]] = {}
    for key, situation in situations.items():
        came = reach.get(key, np.zeros(len(mixture)))
        weights = came / came.sum() if came.sum() > 0 else np.full(len(mixture), 1 / len(mixture))
        table[key] = list(zip(situation.legal.ids, (weights @ rows[key]).tolist(), strict=True))
    return table


def _situations(game: OpenSpielGame, policy: Policy) -> dict[str, Situation]:
    """Every information state, with what its seat sees of it."""
    found: dict[str, Situation] = {}
    for state in histories(game.engine):
        if state.is_player_node():
            seat = Seat(state.current_player())
            key = state.information_state_string(seat)
            if key not in found:
                fields = game.views.build(state, seat, policy.wants, your_turn=True)
                found[key] = Situation(seat, fields, Choices(state.legal_actions()))
    return found


def _rows(situations: Mapping[str, Situation], mixture: Sequence[Policy]) -> dict[str, Floats]:
    """The probabilities at each information state, of shape (policies, actions)."""
    asked = list(situations.values())
    told = [policy.probabilities(asked) for policy in mixture]
    return {key: np.array([rows[at] for rows in told]) for at, key in enumerate(situations)}


def _reach(game: OpenSpielGame, rows: Mapping[str, Floats]) -> dict[str, Floats]:
    """How likely each policy makes its own way to each information state, of shape (policies,)."""
    found: dict[str, Floats] = {}
    policies = len(next(iter(rows.values())))
    open_states: list[tuple[Any, tuple[Floats, ...]]] = [
        (game.engine.new_initial_state(), (np.ones(policies),) * game.spec.seats)
    ]
    while open_states:
        state, ways = open_states.pop()
        if state.is_chance_node():
            open_states += [(state.child(action), ways) for action in state.legal_actions()]
        elif not state.is_terminal():
            seat = state.current_player()
            key = state.information_state_string(seat)
            found[key] = ways[seat]
            for place, action in enumerate(state.legal_actions()):
                way = ways[seat] * rows[key][:, place]
                open_states.append((state.child(action), (*ways[:seat], way, *ways[seat + 1 :])))
    return found
