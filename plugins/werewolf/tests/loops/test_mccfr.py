"""MCCFR finds what is known of games that are solved: the same solver that the latent game is given."""

from random import Random

import pytest

from arena.core.values import Seat
from arena_werewolf.loops.mccfr import Solver, walk_size

pyspiel = pytest.importorskip("pyspiel")


class Spiel:
    """A node of an OpenSpiel game of turns; chance is drawn on the way."""

    def __init__(self, state, seed):
        self.state, self.seed = state, seed
        while state.is_chance_node():
            outcomes, chances = zip(*state.chance_outcomes(), strict=True)
            state.apply_action(Random(f"{seed}/{state}").choices(outcomes, chances)[0])

    def to_move(self):
        return [] if self.state.is_terminal() else [Seat(self.state.current_player())]

    def actions(self, seat):
        return self.state.legal_actions()

    def infoset(self, seat):
        return self.state.information_state_string(seat)

    def play(self, chosen):
        return Spiel(self.state.child(*chosen.values()), self.seed)

    def payoffs(self):
        return self.state.returns()


class Shapes:
    """Rock, paper, scissors at once, where rock beats scissors twice over; a seat knows nothing."""

    GAINS = ((0, -1, 2), (1, 0, -1), (-2, 1, 0))

    def __init__(self, chosen=None):
        self.chosen = chosen

    def to_move(self):
        return [] if self.chosen else [Seat(0), Seat(1)]

    def actions(self, seat):
        return (0, 1, 2)

    def infoset(self, seat):
        return str(seat)

    def play(self, chosen):
        return Shapes(chosen)

    def payoffs(self):
        gain = self.GAINS[self.chosen[0]][self.chosen[1]]
        return gain, -gain


def solved(name: str, iterations: int, seats: int = 2):
    game = pyspiel.load_game(name)
    solver = Solver(lambda rng: Spiel(game.new_initial_state(), rng.random()), seats, Random(1))
    solver.iterate(iterations)
    return game, solver


def nash_conv(game, solver) -> float:
    from open_spiel.python import policy
    from open_spiel.python.algorithms import exploitability

    def average(state):
        known = solver.strategy(state.information_state_string())
        legal = state.legal_actions()
        return known or {action: 1 / len(legal) for action in legal}

    return exploitability.nash_conv(game, policy.tabular_policy_from_callable(game, average))


def test_the_average_strategy_of_kuhn_poker_can_hardly_be_exploited():
    game, solver = solved("kuhn_poker", 4_000)
    assert len(solver.table) == 12
    assert nash_conv(game, solver) < 0.05
    assert nash_conv(*solved("kuhn_poker", 20)) > 0.2, "a solver that learns nothing would pass"


def test_three_seats_of_kuhn_poker_are_solved_as_well():
    game, solver = solved("kuhn_poker(players=3)", 3_000, seats=3)
    assert nash_conv(game, solver) < 0.2


def test_choices_made_at_once_reach_the_mixture_that_is_known():
    solver = Solver(lambda rng: Shapes(), 2, Random(1))
    solver.iterate(20_000)
    for seat in "01":
        assert list(solver.strategy(seat).values()) == pytest.approx([1 / 4, 1 / 2, 1 / 4], abs=0.03)


def test_the_same_seed_gives_the_same_table():
    assert solved("kuhn_poker", 50)[1].table == solved("kuhn_poker", 50)[1].table


def test_the_size_of_a_walk_is_estimated_before_it_is_walked():
    assert walk_size(lambda rng: Shapes(), 2, Random(1)) == 4
