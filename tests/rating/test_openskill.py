"""The models of Weng and Lin: reference values, and equality with the `openskill` package."""

from typing import Any

import pytest
from openskill import models

from arena.core.values import AgentName
from arena.rating import make_system
from tests.rating.sets import AGENTS, as_result, finished, near, random_sides

MODELS = {
    "openskill": models.PlackettLuce,
    "openskill-bt": models.BradleyTerryFull,
    "openskill-bt-part": models.BradleyTerryPart,
    "openskill-tm": models.ThurstoneMostellerFull,
    "openskill-tm-part": models.ThurstoneMostellerPart,
}
SHAPES = {
    "two agents": {},
    "free for all": {"most": 5},
    "teams": {"largest": 3, "most": 3},
    "weights": {"largest": 3, "most": 2, "weighted": True},
}


def test_two_against_two_is_the_reference_value() -> None:
    teams = {"a": "red", "b": "red", "c": "blue", "d": "blue"}
    ratings = make_system("openskill").update([finished({"a": 1, "b": 1, "c": 2, "d": 2}, teams=teams)]).ratings()
    won, lost = near(26.964294621803063, 8.177962604389991, 1e-12), near(23.035705378196937, 8.177962604389991, 1e-12)
    assert ratings == {"a": won, "b": won, "c": lost, "d": lost}


def test_the_package_forecasts_the_reference_value() -> None:
    model = models.PlackettLuce()
    wins, _ = model.predict_win([[model.rating()], [model.rating(mu=33.564, sigma=1.123)]])
    assert wins == pytest.approx(0.2021226121041832, abs=1e-12)


def rated_by(model: Any, shape: dict[str, Any], count: int) -> dict[AgentName, tuple[float, float]]:
    theirs = {agent: model.rating() for agent in AGENTS}
    for sides in random_sides(count, **shape):
        teams = [[theirs[agent] for agent, _ in side] for _, side in sides]
        weights = [[weight for _, weight in side] for _, side in sides]
        partial = any(weight != 1 for side in weights for weight in side)
        rated = model.rate(teams, ranks=[float(rank) for rank, _ in sides], weights=weights if partial else None)
        for (_, side), team in zip(sides, rated, strict=True):
            theirs.update((agent, after) for (agent, _), after in zip(side, team, strict=True))
    return {agent: (rating.mu, rating.sigma) for agent, rating in theirs.items()}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", MODELS)
def test_random_matches_rate_as_the_package_rates_them(name: str, shape: str) -> None:
    theirs = rated_by(MODELS[name](), SHAPES[shape], 4000)
    ours = make_system(name).update(map(as_result, random_sides(4000, **SHAPES[shape]))).ratings()
    assert ours == {agent: near(*theirs[agent], 1e-10) for agent in AGENTS}


@pytest.mark.parametrize("name", MODELS)
def test_settings_reach_the_package_and_the_form_for_two(name: str) -> None:
    settings = {"beta": 5.0, "tau": 0.5, "kappa": 0.01}
    for shape in ("two agents", "teams"):
        theirs = rated_by(MODELS[name](**settings), SHAPES[shape], 200)
        ours = make_system(name, [f"{key}={value}" for key, value in settings.items()])
        ratings = ours.update(map(as_result, random_sides(200, **SHAPES[shape]))).ratings()
        assert ratings == {agent: near(*theirs[agent], 1e-10) for agent in ratings}
