"""Bradley-Terry ratings with ties (Davidson), covariates and intervals: the rating of a finished tournament.

    best = fit([PairResult("ada", "bob", 1.0, cluster="set-1"), ...])
    for row in best.agents:
        print(row.agent, row.rating, row.low, row.high)

Unlike online systems it weighs all results alike, whatever their order. `Comparisons` takes whole ledgers as columns.
"""

from collections.abc import Iterable
from math import inf
from typing import Final, Literal, TypeAlias, get_args

import numpy as np

from arena.core.errors import BadRequest
from arena.core.options import Option
from arena.rating.bradley_terry_connectivity import bounded, components, contested
from arena.rating.bradley_terry_covariates import design
from arena.rating.bradley_terry_intervals import Bounds, Percentiles, Widest, bootstrap, curvature, sandwich
from arena.rating.bradley_terry_model import BradleyTerry, Effect, Forecast, Strength
from arena.rating.bradley_terry_newton import Posterior, Tally, maximise
from arena.rating.bradley_terry_pairs import Comparisons, Entrant, Factor, PairResult, pairs, pairs_of_set
from arena.rating.bradley_terry_report import report

__all__ = [
    "BRADLEY_TERRY",
    "OPTIONS",
    "RIDGE",
    "BradleyTerry",
    "Comparisons",
    "Effect",
    "Entrant",
    "Factor",
    "Forecast",
    "Interval",
    "PairResult",
    "Strength",
    "fit",
    "pairs",
    "pairs_of_set",
]

RIDGE: Final = 0.05
"""Precision of the prior: strengths scatter by about 777 points, 4.5 on the natural scale."""
BRADLEY_TERRY: Final = "bradley-terry"
"""What commands and event files call it."""
OPTIONS: Final = (
    Option(name="ridge", default=RIDGE, kind="float", low=0, high=1e6, help="Precision of the prior."),
    Option(
        name="interval",
        default="sandwich",
        choices=("sandwich", "bootstrap", "curvature"),
        help="How intervals are found.",
    ),
    Option(name="level", default=0.95, kind="float", low=0.01, high=0.9999, help="Coverage of the intervals."),
    Option(name="resamples", default=200, kind="int", low=2, high=100_000, help="Bootstrap samples."),
    Option(name="seed", default=0, kind="int", low=0, high=2**63 - 1, help="Seed of the bootstrap."),
)
"""The settings of `fit` that people may name."""

Interval: TypeAlias = Literal["sandwich", "bootstrap", "curvature"]
"""How intervals are found; see `fit`."""

_CLUSTERS = 2
"""Clusters for each parameter below which their scatter says too little."""


def fit(
    results: Comparisons | Iterable[PairResult],
    *,
    by: str | None = None,
    ridge: float = RIDGE,
    interval: Interval = "sandwich",
    level: float = 0.95,
    resamples: int = 200,
    seed: int = 0,
) -> BradleyTerry:
    """The maximum-likelihood ratings under a normal prior of precision `ridge`, with two-sided intervals of `level`.

    Every factor of the results enters the logit, one effect a level. With `by` naming one of them (`by="side"` for
    Werewolf), each agent has a strength for each of its levels, and its rating is their mean.

    `interval` is "sandwich", which lets results within a cluster depend on each other; "bootstrap", which draws whole
    clusters with replacement `resamples` times from `seed`; or "curvature", which trusts the model. Where results do
    not bound all differences, as of an agent that won everything, or clusters are fewer than two a parameter, no
    interval is narrower than the curvature's.

    Raises:
        BadRequest: when there are no results, an option is out of bounds, or there is no finite maximum (ridge 0 only).
    """
    _check(ridge, interval, level, resamples)
    table = results if isinstance(results, Comparisons) else Comparisons.of(results)
    shape, cells, rows = design(table, by)
    posterior = Posterior(cells, Tally.of(rows, rows.count, len(cells.first)), ridge)
    solid = _solid(posterior)
    if not (solid or ridge):
        raise BadRequest("some agents or levels only won or only lost against the rest; set the ridge above 0")
    best = maximise(posterior)
    linked = components(cells.units, cells.first, cells.second).max() == shape.component_of.max()
    enough = rows.clusters > _CLUSTERS * posterior.size
    trusted = () if solid and linked and enough and interval != "curvature" else (curvature(best),)
    robust = (sandwich(best, posterior, rows),) if interval == "sandwich" else ()
    bounds: Bounds = Widest((*trusted, *robust), level)
    if interval == "bootstrap":
        samples = bootstrap(best, posterior, rows, resamples, np.random.default_rng(seed))
        bounds = Percentiles(samples, level, least=Widest(trusted, level) if trusted else None)
    return report(table.agents, shape, posterior, best, bounds)


def _solid(posterior: Posterior) -> bool:
    """Whether the results alone bound all differences within components, and all effects."""
    cells, scored, conceded = posterior.cells, posterior.tally.score, posterior.tally.weight - posterior.tally.score
    bound = bounded(cells.units, cells.first, cells.second, scored, conceded)
    return bound and contested(cells.levels, scored, conceded)


def _check(ridge: float, interval: str, level: float, resamples: int) -> None:
    if not 0 <= ridge < inf:
        raise BadRequest(f"the ridge is {ridge}; give a finite number of at least 0, such as {RIDGE}")
    if interval not in get_args(Interval):
        raise BadRequest(f"there is no interval {interval!r}; choose from {', '.join(get_args(Interval))}")
    if not 0 < level < 1:
        raise BadRequest(f"the level is {level}; give a probability between 0 and 1, such as 0.95")
    if resamples < 2:
        raise BadRequest(f"{resamples} resamples give no interval; give at least 2, such as 200")
