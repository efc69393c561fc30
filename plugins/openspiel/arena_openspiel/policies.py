"""Fixed policies as tables: one probability for each legal action of each information state, the same for all seats."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import pyspiel

from arena.core.errors import GameUnavailable
from arena_openspiel.game import OpenSpielGame
from arena_openspiel.information import Information, InformationState, information_of

Table: TypeAlias = Mapping[str, Sequence[tuple[int, float]]]
"""Actions with their probabilities, by OpenSpiel's information state string: the form that OpenSpiel itself takes."""

MAX_ITERATIONS: Final = 2_000
MAX_VISITS: Final = 1_000_000
"""Histories that a solver walks through in all, about three seconds' worth; the larger a game, the fewer iterations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy on offer. `check` refuses games that it has no table for; `tabulate` makes the table."""

    name: str
    summary: str
    check: Callable[[OpenSpielGame, Information], None]
    tabulate: Callable[[OpenSpielGame, Information], Table]

    def table(self, game: OpenSpielGame) -> tuple[Information, Table]:
        """The policy for this game, with the game's information states.

        Raises:
            GameUnavailable: the game is too large, or not one that this policy is for.
        """
        information = self.fit(game)
        return information, self.tabulate(game, information)

    def fit(self, game: OpenSpielGame) -> Information:
        """The information states of a game that this policy can play; nothing is solved.

        Raises:
            GameUnavailable: it cannot play it, and why.
        """
        information = information_of(game)
        self.check(game, information)
        return information


def is_zero_sum(game: OpenSpielGame) -> bool:
    """Whether two seats play for one another's loss, so that solving and exploitability have their plain meaning."""
    return game.spec.seats == 2 and game.engine.get_type().utility == pyspiel.GameType.Utility.ZERO_SUM


def iterations(states: int) -> int:
    """How long a game of so many states is solved."""
    return min(MAX_ITERATIONS, MAX_VISITS // states)


def require_zero_sum(game: OpenSpielGame) -> None:
    """Whether solving and exploitability have a meaning.

    Raises:
        GameUnavailable: they have not.
    """
    if not is_zero_sum(game):
        raise GameUnavailable(f"{game.spec.id} is not a zero-sum game of two seats; only those have an exploitability")


def _solvable(game: OpenSpielGame, information: Information) -> None:
    if not is_zero_sum(game):
        raise GameUnavailable(f"{game.spec.id} is not a zero-sum game of two seats; only those are solved here")


def _solved(game: OpenSpielGame, information: Information) -> Table:
    """The average policy of CFR+ (Tammelin, arXiv 1407.5042), by OpenSpiel's solver."""
    solver = pyspiel.CFRPlusSolver(game.engine)
    for _ in range(iterations(information.states)):
        solver.evaluate_and_update_policy()
    table: Table = solver.tabular_average_policy().policy_table()
    return table


def _any(game: OpenSpielGame, information: Information) -> None:
    """Nothing more is asked of the game."""


def _uniform(game: OpenSpielGame, information: Information) -> Table:
    return {
        key: [(action, 1 / len(seen.actions)) for action in seen.actions] for key, seen in information.found.items()
    }


def _always(action: str) -> Policy:
    """The policy that always takes the action of this name."""

    def check(game: OpenSpielGame, information: Information) -> None:
        for seen in information.found.values():
            if action not in seen.actions.values():
                offered = ", ".join(list(seen.actions.values())[:8])
                raise GameUnavailable(f"{game.spec.id} has decisions without an action {action}, such as {offered}")

    def row(seen: InformationState) -> list[tuple[int, float]]:
        return [(number, float(name == action)) for number, name in seen.actions.items()]

    def tabulate(game: OpenSpielGame, information: Information) -> Table:
        return {key: row(seen) for key, seen in information.found.items()}

    summary = f"always {action}, in games that always offer it"
    return Policy(name=f"always-{action.lower()}", summary=summary, check=check, tabulate=tabulate)


_EQUILIBRIUM: Final = Policy(
    name="equilibrium", summary="solves small zero-sum games of two by CFR+", check=_solvable, tabulate=_solved
)
_UNIFORM: Final = Policy(name="uniform", summary="uniform over the legal actions", check=_any, tabulate=_uniform)

POLICIES: Final[Mapping[str, Policy]] = {
    policy.name: policy for policy in (_EQUILIBRIUM, _UNIFORM, _always("Bet"), _always("Pass"))
}
"""Every policy by name; `openspiel:NAME` is the agent that plays it."""
