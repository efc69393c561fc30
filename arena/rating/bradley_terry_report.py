"""From fitted parameters to the rows that people read: centred, on both scales, best first."""

import numpy as np

from arena.core.values import AgentName
from arena.rating.bradley_terry_covariates import Design
from arena.rating.bradley_terry_intervals import Bounds, Contrast
from arena.rating.bradley_terry_model import CENTRE, POINTS, BradleyTerry, Effect, Strength
from arena.rating.bradley_terry_newton import Maximum, Posterior
from arena.rating.bradley_terry_pairs import Floats, Ints, sum_by


def report(
    names: tuple[AgentName, ...], shape: Design, posterior: Posterior, best: Maximum, bounds: Bounds
) -> BradleyTerry:
    """Everything that a fit says; `names` are the agents by number."""
    units = len(shape.units)
    agents = [(agent, "") for agent in names]
    won, played = _points(posterior)
    agent_won, agent_played = (sum_by(shape.agent_of, value, len(agents)) for value in (won, played))
    sides = [(names[agent], shape.sides[side]) for agent, side in shape.units]
    return BradleyTerry(
        agents=_strengths(agents, best, shape.agent_rows, bounds, agent_played, shape.component_of),
        sides=_strengths(sides, best, shape.unit_rows, bounds, played, shape.component_of[shape.agent_of])
        if shape.by
        else (),
        effects=_effects(shape, best, bounds),
        draw=float(np.exp(posterior.log_nu(best.params))),
        components=_members(names, shape.component_of),
        all_win=_names(names, agent_won == agent_played),
        all_loss=_names(names, agent_won == 0),
        level=bounds.level,
        by=shape.by,
        unit_logits=dict(zip(sides, best.params[:units].tolist(), strict=True)),
        level_logits=dict(zip(shape.effects, best.params[units:].tolist(), strict=False)),
    )


def _strengths(
    names: list[tuple[AgentName, str]],
    best: Maximum,
    contrast: Contrast,
    bounds: Bounds,
    played: Floats,
    component: Ints,
) -> tuple[Strength, ...]:
    values = _values(best, contrast)
    low, high, error = bounds.around(values, contrast)
    columns = zip(
        names,
        (CENTRE + POINTS * values).tolist(),
        (CENTRE + POINTS * low).tolist(),
        (CENTRE + POINTS * high).tolist(),
        values.tolist(),
        error.tolist(),
        played.tolist(),
        component.tolist(),
        strict=True,
    )
    rows = [Strength(*name, *numbers) for name, *numbers in columns]
    return tuple(sorted(rows, key=lambda row: (-row.rating, row.agent, row.side)))


def _effects(shape: Design, best: Maximum, bounds: Bounds) -> tuple[Effect, ...]:
    if not shape.effects:
        return ()
    values = _values(best, shape.effect_rows)
    low, high, error = bounds.around(values, shape.effect_rows)
    scaled = ((POINTS * column).tolist() for column in (values, low, high))
    columns = zip(shape.effects, *scaled, values.tolist(), error.tolist(), strict=True)
    return tuple(Effect(*name, *numbers) for name, *numbers in columns)


def _values(best: Maximum, contrast: Contrast) -> Floats:
    return contrast(best.params[:, None])[:, 0]


def _points(posterior: Posterior) -> tuple[Floats, Floats]:
    """The points that each unit took, and the weight of its results."""
    cells, tally = posterior.cells, posterior.tally
    won = sum_by(cells.first, tally.score, cells.units)
    won += sum_by(cells.second, tally.weight - tally.score, cells.units)
    played = sum_by(cells.first, tally.weight, cells.units)
    return won, played + sum_by(cells.second, tally.weight, cells.units)


def _names(
    agents: tuple[AgentName, ...], chosen: np.ndarray[tuple[int, ...], np.dtype[np.bool]]
) -> tuple[AgentName, ...]:
    return tuple(agents[at] for at in np.flatnonzero(chosen))


def _members(agents: tuple[AgentName, ...], component_of: Ints) -> tuple[tuple[AgentName, ...], ...]:
    """The agents of each component, in order."""
    return tuple(_names(agents, component_of == number) for number in range(int(component_of.max()) + 1))
