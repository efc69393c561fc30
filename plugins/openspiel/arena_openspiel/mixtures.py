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
    """The behaviour that equals the mixture, each policy being as likely."""
    situations = _situations(game, mixture[0])
    offers = {key: situation.legal.ids for key, situation in situations.items()}
    return _averaged(game, offers, _rows(situations, mixture), np.full(len(mixture), 1 / len(mixture)))


def mixed(game: OpenSpielGame, tables: Sequence[Table], chances: Sequence[float]) -> Table:
    """The behaviour that equals drawing one of the tables before each match, with these chances."""
    offers = {key: [action for action, _ in row] for key, row in tables[0].items()}
    rows = {key: np.array([[chance for _, chance in table[key]] for table in tables]) for key in offers}
    return _averaged(game, offers, rows, np.array(chances))


def _averaged(
    game: OpenSpielGame, offers: Mapping[str, Sequence[int]], rows: Mapping[str, Floats], chances: Floats
) -> Table:
    """Each policy counts by its chance, and by how likely it comes to an information state by itself.

    Kuhn's theorem; it holds under perfect recall.
    """
    reach = _reach(game, rows)
    table: dict[str, list[tuple[int, float]]] = {}
    for key, actions in offers.items():
        came = chances * reach.get(key, 0.0)
        weights = came / came.sum() if came.sum() > 0 else chances
        row = np.minimum(weights @ rows[key], 1.0)  # OpenSpiel takes 1 + 2e-16 for no chance
        table[key] = list(zip(actions, row.tolist(), strict=True))
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
