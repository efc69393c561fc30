"""Davidson's likelihood over cells of like results, and its maximum under a ridge prior by Newton's method."""

from dataclasses import dataclass

import numpy as np

from arena.core.errors import BadRequest
from arena.rating.bradley_terry_covariates import Cells, Rows
from arena.rating.bradley_terry_pairs import Floats, sum_by

_MOST_STEPS = 100
_ENOUGH = 1e-9
"""A rise in log-likelihood within which no strength is further off than 5e-5 of its standard error."""
_FARTHEST = 16.0
"""A logit that no table of results bounds: without a ridge, only rounding ended the climb."""
_GAUGE = 1e-10
"""Ridge relative to the largest information, below which strengths would float freely in floating point."""


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """What the likelihood knows of the results: total weight, score and draws of each cell."""

    weight: Floats
    score: Floats
    drawn: Floats

    @classmethod
    def of(cls, rows: Rows, count: Floats, cells: int) -> "Tally":
        """Sum the rows, each `count` times, by cell."""
        weight = rows.weight * count
        sums = (weight, weight * rows.score, weight * rows.drawn)
        return cls(*(sum_by(rows.cell, value, cells) for value in sums))


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Of one result of each cell: the expected score and share of draws, their variances and covariance."""

    score: Floats
    drawn: Floats
    log_norm: Floats

    @property
    def score_variance(self) -> Floats:
        """The variance of the score, which is 1 for a win and 0.5 for a draw."""
        return self.score * (1 - self.score) - self.drawn / 4

    @property
    def drawn_variance(self) -> Floats:
        """The variance of the indicator of a draw."""
        return self.drawn * (1 - self.drawn)

    @property
    def covariance(self) -> Floats:
        """The covariance of the score and the indicator of a draw."""
        return self.drawn * (0.5 - self.score)


def moments(logit: Floats, log_nu: float) -> Moments:
    """Davidson's probabilities: win : draw : loss as exp(logit / 2) : nu : exp(-logit / 2).

    R. R. Davidson, JASA 65, 1970; with log_nu = -inf there are no draws: the model of Bradley and Terry.
    """
    odds = np.exp(-np.abs(logit) / 2)
    nu = np.exp(log_nu)
    norm = 1 + odds * (odds + nu)  # over exp(|logit| / 2), so that nothing overflows
    lead = (1 - odds) * (1 + odds) / (2 * norm)
    return Moments(0.5 + np.copysign(lead, logit), nu * odds / norm, np.abs(logit) / 2 + np.log(norm))


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """The likelihood of a tally with a normal prior of mean 0 and precision `ridge` on every parameter.

    Parameters are the strengths, the effects and, with draws, the log of nu: a column of length `size`.
    """

    cells: Cells
    tally: Tally
    ridge: float

    @property
    def draws(self) -> bool:
        """Whether nu is a parameter."""
        return bool(self.tally.drawn.any())

    @property
    def size(self) -> int:
        """How many parameters there are."""
        return self.cells.units + self.cells.effects + self.draws

    def logits(self, params: Floats) -> Floats:
        """The logit of each cell: strength less the opponent's strength, and the effects of both."""
        effects = params[self.cells.units : self.cells.units + self.cells.effects]
        return params[self.cells.first] - params[self.cells.second] + self.cells.levels @ effects

    def log_nu(self, params: Floats) -> float:
        """The log of nu, which is -inf without draws."""
        return float(params[-1]) if self.draws else -np.inf

    def height(self, params: Floats) -> tuple[float, Moments]:
        """The log-density up to a constant, and the moments that it came from."""
        logit, tally = self.logits(params), self.tally
        moment = moments(logit, self.log_nu(params))
        likelihood = (tally.score - tally.weight / 2) @ logit - tally.weight @ moment.log_norm
        if self.draws:
            likelihood += params[-1] * tally.drawn.sum()
        return float(likelihood - self.ridge / 2 * (params @ params)), moment

    def gradient(self, params: Floats, moment: Moments) -> Floats:
        """The slope of the height."""
        tally = self.tally
        surprise = tally.score - tally.weight * moment.score
        drawn = [(tally.drawn - tally.weight * moment.drawn).sum()] if self.draws else []
        return (
            np.concatenate([_spread(self.cells, surprise), surprise @ self.cells.levels, drawn]) - self.ridge * params
        )

    def information(self, moment: Moments) -> Floats:
        """The expected information, prior included: (parameters, parameters)."""
        weight = self.tally.weight
        cross, drawn = weight * moment.covariance, float(weight @ moment.drawn_variance)
        matrix = outer_sum(self.cells, weight * moment.score_variance, cross if self.draws else None, drawn)
        prior = max(self.ridge, _GAUGE * matrix.diagonal().max())
        np.fill_diagonal(matrix, matrix.diagonal() + prior)
        return matrix


@dataclass(frozen=True, slots=True, eq=False)
class Maximum:
    """The penalised maximum: strengths, effects and, with draws, the log of nu in `params`.

    `factor` is the Cholesky factor of the information, prior included, as scipy's `cho_factor` gives it.
    """

    params: Floats
    factor: tuple[Floats, bool]
    moments: Moments


def maximise(posterior: Posterior, start: Floats | None = None) -> Maximum:
    """Climb to the maximum from `start`, from 0 when that is None.

    Raises:
        BadRequest: when there is no finite maximum, which happens without a ridge only.
    """
    from scipy.linalg import LinAlgError, cho_factor, cho_solve

    params = np.zeros(posterior.size) if start is None else start[: posterior.size]
    height, moment = posterior.height(params)
    for _ in range(_MOST_STEPS):
        gradient = posterior.gradient(params, moment)
        try:
            factor = cho_factor(posterior.information(moment).T, lower=True, overwrite_a=True, check_finite=False)
        except LinAlgError:
            break
        step = cho_solve(factor, gradient, check_finite=False)
        if float(gradient @ step) < _ENOUGH:
            if not posterior.ridge and params.max() > _FARTHEST:
                break
            return Maximum(params + step, factor, moment)
        params, height, moment = _climb(posterior, params, step, height)
    raise BadRequest("the strengths have no finite maximum; set the ridge above 0")


def _climb(posterior: Posterior, params: Floats, step: Floats, height: float) -> tuple[Floats, float, Moments]:
    """A Newton step, halved until it does not lead downhill by more than rounding does."""
    slack = 1e-12 * max(1.0, abs(height))
    for _ in range(30):
        reached, moment = posterior.height(params + step)
        if reached >= height - slack:
            break
        step = step / 2
    return params + step, reached, moment


def outer_sum(cells: Cells, score: Floats, cross: Floats | None, drawn: float) -> Floats:
    """The sum over cells of outer products of what a result can teach: (parameters, parameters).

    `score` weighs the square of the logit's direction in each cell, `cross` its product with nu's (None without
    draws), and `drawn` is the total weight of the square of nu's.
    """
    units, effects = cells.units, cells.effects
    matrix = np.zeros((units + effects + (cross is not None),) * 2)
    flat = sum_by(cells.pair, score, units * units).reshape(units, units)
    matrix[:units, :units] = -(flat + flat.T)
    np.fill_diagonal(matrix[:units, :units], flat.sum(axis=0) + flat.sum(axis=1))
    for at in range(effects):
        column = score * cells.levels[:, at]
        matrix[units + at, :units] = _spread(cells, column)
        matrix[units + at, units : units + effects] = column @ cells.levels
    if cross is not None:
        matrix[-1, :units] = _spread(cells, cross)
        matrix[-1, units:-1] = cross @ cells.levels
        matrix[-1, -1] = drawn
    matrix[:units, units:] = matrix[units:, :units].T
    matrix[units:, -1] = matrix[-1, units:]
    return matrix


def _spread(cells: Cells, value: Floats) -> Floats:
    """The sum of a value over each unit's cells, counted negative where it is second."""
    return sum_by(cells.first, value, cells.units) - sum_by(cells.second, value, cells.units)
