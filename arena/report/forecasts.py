"""How well a rating system foresees results: each meeting forecast from earlier ones alone, then learnt."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import hypot, pi, sqrt
from statistics import NormalDist
from typing import Any, Final

from arena.core.options import parse_assignments, resolve
from arena.core.values import AgentName
from arena.rating import SYSTEMS, Rating, RatingSystem, SetResult, make_system
from arena.rating.calibration import Calibration, prequential
from arena.rating.elo import Elo, expected
from arena.rating.glicko2 import SCALE, Glicko2
from arena.rating.mean_score import MeanScore

MOST: Final = 20_000
"""Sets at the end of the stream that are forecast; earlier ones are learnt only."""
_STANDARD: Final = NormalDist()


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two agents of a set, in the order of their names, which says nothing of the result; `score` is the first's."""

    first: AgentName
    second: AgentName
    score: float
    result: SetResult
    last: bool
    """Whether the set has no further pair."""


class Forecaster:
    """An online rating system as a `Predictor` of meetings; it learns a set as a whole, after its last pair."""

    def __init__(self, system: str, settings: Sequence[str] = ()) -> None:
        self._system = make_system(system, settings)
        options = SYSTEMS[system].options
        self._config = resolve(options, parse_assignments(options, settings))
        self._known: Mapping[AgentName, Rating] | None = None
        self._new = _newcomer(make_system(system, settings))

    def expect(self, result: Meeting) -> float:
        """The first agent's expected score, 0 to 1, a draw counting half."""
        if self._known is None:
            self._known = self._system.ratings()
        one, two = (self._known.get(agent, self._new) for agent in (result.first, result.second))
        return chance(self._system, self._config, one, two)

    def learn(self, result: Meeting) -> None:
        """Take the set into account when all of its pairs are forecast."""
        if result.last:
            self.skip(result.result)

    def skip(self, result: SetResult) -> None:
        """Learn a set without forecasting it."""
        self._system.add(result)
        self._known = None


def chance(system: RatingSystem, config: Mapping[str, Any], one: Rating, two: Rating) -> float:
    """The expected score of one agent against another under the model of the system, the doubt in both included.

    Elo's own curve; Glickman's for the Glicko-2 scale; else the normal one of TrueSkill, which openskill's
    `predict_win` has too.
    """
    if isinstance(system, Elo):
        return expected(one.value, two.value, config["scale"])
    doubt = hypot(one.uncertainty or 0.0, two.uncertainty or 0.0)
    if isinstance(system, Glicko2):
        return expected((one.value - two.value) / sqrt(1 + 3 * (doubt / SCALE / pi) ** 2), 0.0)
    return _STANDARD.cdf((one.value - two.value) / hypot(doubt, sqrt(2) * config["beta"]))


def foresight(sets: Sequence[SetResult], system: str, settings: Sequence[str] = ()) -> Calibration | None:
    """How the forecasts of all meetings came out; None where the system makes none, or nobody met."""
    if system not in SYSTEMS or system == MeanScore.name:
        return None
    forecaster = Forecaster(system, settings)
    for result in sets[:-MOST]:
        forecaster.skip(result)
    stream = [*meetings(sets[-MOST:])]
    return prequential(forecaster, stream, lambda meeting: meeting.score) if stream else None


def meetings(sets: Iterable[SetResult]) -> Iterator[Meeting]:
    """Every pair of agents of every set."""
    for result in sets:
        lines = sorted(result.standings, key=lambda line: line.agent)
        pairs = [*combinations(lines, 2)]
        for at, (one, two) in enumerate(pairs, start=1):
            score = 0.5 if one.rank == two.rank else float(one.rank < two.rank)
            yield Meeting(one.agent, two.agent, score, result, at == len(pairs))


def _newcomer(system: RatingSystem) -> Rating:
    """What the system believes of an agent that it has not seen: that of one who met nobody."""
    from arena.core.values import SetId
    from arena.rating import Standing

    name = AgentName("")
    return system.update([SetResult(0, SetId(""), True, [Standing(name, 1, 0.0, 1, 0, 1, 0, 0)])]).ratings()[name]
