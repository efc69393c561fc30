"""Why tournaments/kuhn_poker_pool.toml has a right order, derived exactly from OpenSpiel's game tree (RULES.md, 8)."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from arena.core.game import GameListing
from arena.core.options import resolve
from arena_openspiel.exploitability import expected_score, exploitability
from arena_openspiel.game import OpenSpielGame
from arena_openspiel.policies import POLICIES, Table

RIGHT = ("equilibrium", "always-bet", "uniform", "always-pass")
MOST = 2
"""Chips that a hand can move."""
Shares = NDArray[np.float64]
"""Probabilities of winning -n to n chips."""


@pytest.fixture(scope="module")
def kuhn(listings: dict[str, GameListing]) -> OpenSpielGame:
    listing = listings["kuhn_poker"]
    game = listing.make(resolve(listing.options, {}))
    assert isinstance(game, OpenSpielGame)
    return game


@pytest.fixture(scope="module")
def tables(kuhn: OpenSpielGame) -> dict[str, Table]:
    return {name: policy.table(kuhn)[1] for name, policy in POLICIES.items()}


def earned(kuhn: OpenSpielGame, tables: dict[str, Table], agent: str, opponent: str) -> float:
    """Chips a hand over both seats."""
    first = expected_score(kuhn, tables[agent], tables[opponent])[0]
    return (first + expected_score(kuhn, tables[opponent], tables[agent])[1]) / 2


def dealt(game: OpenSpielGame) -> Iterator[tuple[Any, float]]:
    """The six deals with their probabilities."""
    root = game.engine.new_initial_state()
    for card, chance in root.chance_outcomes():
        state = root.child(card)
        yield from ((state.child(other), chance * rest) for other, rest in state.chance_outcomes())


def shares(state: Any, first: Table, second: Table) -> Shares:
    """What seat 0 wins from here on."""
    found = np.zeros(2 * MOST + 1)
    if state.is_terminal():
        found[int(state.returns()[0]) + MOST] = 1.0
        return found
    for action, chance in (first, second)[state.current_player()][state.information_state_string()]:
        if chance:
            found += chance * shares(state.child(action), first, second)
    return found


def set_won(game: OpenSpielGame, agent: Table, opponent: Table, deals: int = 100) -> tuple[float, float]:
    """The probabilities that the agent wins and draws a set of so many deals, each played from both seats."""
    one, total = np.zeros(4 * MOST + 1), np.ones(1)
    for state, chance in dealt(game):
        one += chance * np.convolve(shares(state, agent, opponent), shares(state, opponent, agent)[::-1])
    for _ in range(deals):
        total = np.convolve(total, one)
    middle = len(total) // 2
    return float(total[middle + 1 :].sum()), float(total[middle])


def hand_won(game: OpenSpielGame, agent: Table, opponent: Table) -> float:
    """The share of hands that the agent wins over both seats."""
    won = 0.0
    for state, chance in dealt(game):
        won += chance * float(shares(state, agent, opponent)[MOST + 1 :].sum())
        won += chance * float(shares(state, opponent, agent)[:MOST].sum())
    return won / 2


def test_each_of_the_pool_earns_from_all_behind_it(kuhn: OpenSpielGame, tables: dict[str, Table]) -> None:
    found = [round(earned(kuhn, tables, *pair), 3) for pair in combinations(RIGHT, 2)]
    assert found == [0.111, 0.148, 0.185, 0.375, 1.0, 0.5]


def test_right_order_is_that_of_exploitability(kuhn: OpenSpielGame) -> None:
    found = {name: exploitability(policy, kuhn).nash_conv for name, policy in POLICIES.items()}
    assert sorted(found, key=found.__getitem__) == list(RIGHT)


def test_sets_are_won_by_the_one_that_earns(kuhn: OpenSpielGame, tables: dict[str, Table]) -> None:
    won = {pair: set_won(kuhn, tables[pair[0]], tables[pair[1]]) for pair in combinations(RIGHT, 2)}
    assert won["equilibrium", "always-bet"] == pytest.approx((0.9616, 0.0060), abs=1e-3)
    assert min(alone for alone, _ in won.values()) == won["equilibrium", "always-bet"][0]


def test_single_hands_put_always_bet_on_top_and_the_equilibrium_third(
    kuhn: OpenSpielGame, tables: dict[str, Table]
) -> None:
    won = {
        agent: [hand_won(kuhn, tables[agent], tables[other]) for other in RIGHT if other != agent] for agent in RIGHT
    }
    mean = {agent: sum(each) / 3 for agent, each in won.items()}
    known = {"equilibrium": 0.495, "always-bet": 0.760, "uniform": 0.525, "always-pass": 0.219}
    assert mean == pytest.approx(known, abs=2e-3)
