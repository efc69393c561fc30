"""A payoff matrix for people: numbers while they fit a terminal, else one sign a pair."""

from math import isnan
from typing import TYPE_CHECKING, Final

from arena.cli.output import print_table
from arena.core.terminal import harmless

if TYPE_CHECKING:
    from arena.rating.payoff import CrossPlay, PayoffMatrix, Solution

WIDEST: Final = 5
"""Agents up to which cells are numbers."""
_LEGEND: Final = "+ the row earns more than the column, - less, = not to be told apart, . never met"
_NAME: Final = 20


def show_matrix(title: str, pool: "PayoffMatrix", found: "Solution", together: "CrossPlay | None") -> None:
    """Print the matrix, the best mean margin first, and what game theory makes of it."""
    order = _by_margin(pool)
    shown = pool.take(order)
    if len(order) <= WIDEST:
        _show_numbers(title, shown)
    else:
        _show_signs(title, shown)
    _show_shares(shown, found)
    if found.cyclic_share is None:
        print("no two agents have met: there is nothing to compare")
    else:
        print(f"cyclic share {found.cyclic_share:.3f}")
    if together is not None:
        pair = f"self-play {together.self_play:.3f}, cross-play {together.cross_play:.3f}"
        print(f"cooperative: {pair}, gap {together.gap:.3f}")
    if found.left_out and found.cyclic_share is not None:
        print(f"left out, since they have not met all the others: {', '.join(map(harmless, found.left_out))}")


def _by_margin(pool: "PayoffMatrix") -> list[int]:
    """Places of agents by the mean of their known margins, those without any last."""
    import numpy as np

    margins = pool.margins.copy()
    np.fill_diagonal(margins, np.nan)
    met = ~np.isnan(margins)
    means = np.where(met, margins, 0.0).sum(axis=1) / np.maximum(met.sum(axis=1), 1)
    means[~met.any(axis=1)] = -np.inf
    return sorted(range(len(pool.agents)), key=lambda i: (-means[i], i))


def _show_numbers(title: str, pool: "PayoffMatrix") -> None:
    """Mean payoffs of rows against columns, each over its interval."""
    numbers = range(len(pool.agents))
    rows = [[f"{i + 1} {pool.agents[i]}", *(_cell(pool, i, j) for j in numbers)] for i in numbers]
    print_table(f"{title}: payoff of rows against columns", ("agent", *(str(j + 1) for j in numbers)), rows)


def _cell(pool: "PayoffMatrix", row: int, column: int) -> str:
    if not pool.count[row, column]:
        return "-"
    mean, low, high = (float(values[row, column]) for values in (pool.payoff, pool.low, pool.high))
    return f"{mean:.3g}" if isnan(low) else f"{mean:.3g}\n{low:.2g}..{high:.2g}"


def _show_signs(title: str, pool: "PayoffMatrix") -> None:
    """One sign a pair, under the number of the column's agent; the numbers stand upright."""
    numbers = [str(i + 1) for i in range(len(pool.agents))]
    digits = len(numbers[-1])
    name = min(_NAME, max(map(len, map(harmless, pool.agents))))
    print(f"{title}: rows against columns\n{_LEGEND}\n")
    for at in range(digits):
        print(" " * (digits + name + 2) + " ".join(number.rjust(digits)[at] for number in numbers))
    for row, agent in enumerate(pool.agents):
        signs = " ".join(_sign(pool, row, column) for column in range(len(numbers)))
        print(f"{numbers[row]:>{digits}} {_cut(agent, name):<{name}} {signs}")
    print()


def _sign(pool: "PayoffMatrix", row: int, column: int) -> str:
    """Whether the intervals of the two sides of a pair lie apart."""
    if row == column:
        return "\\"
    if not (pool.count[row, column] and pool.count[column, row]):
        return "."
    if pool.low[row, column] > pool.high[column, row]:
        return "+"
    return "-" if pool.high[row, column] < pool.low[column, row] else "="


def _cut(name: str, width: int) -> str:
    shown = harmless(name)
    return shown if len(shown) <= width else shown[: width - 1] + "…"


def _show_shares(pool: "PayoffMatrix", found: "Solution") -> None:
    columns = ("#", "agent", "met", "samples", "nash", "alpha-rank", "lottery")
    others = pool.count.copy()
    for i in range(len(others)):
        others[i, i] = 0
    rows = [
        [
            place + 1,
            agent,
            int((others[place] > 0).sum()),
            int(pool.count[place].sum()),
            found.nash[agent],
            found.alpha_rank[agent],
            found.maximal_lottery[agent],
        ]
        for place, agent in enumerate(pool.agents)
    ]
    print_table("", columns, rows)
