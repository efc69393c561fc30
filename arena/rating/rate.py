"""One rated list from matches from elsewhere, by any rating system of this package."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from arena.core.errors import BadRequest
from arena.core.options import Option, parse_assignments, resolve
from arena.core.values import AgentName
from arena.rating.bradley_terry import BRADLEY_TERRY, OPTIONS, BradleyTerry, fit
from arena.rating.bradley_terry_model import POINTS
from arena.rating.bradley_terry_pairs import Comparisons
from arena.rating.matches import pair_results, set_results
from arena.rating.mean_score import MeanScore
from arena.rating.system import Z95, Rating, RatingSystem
from arena.rating.systems import SYSTEMS, make_system
from arena.rating.table import Match

NAMES: Final = (*sorted(SYSTEMS), BRADLEY_TERRY)
"""Every system that `rate` knows."""
_NAMED: Final = 5
"""Agents that a note names at most."""
_WEIGHTLESS: Final = ("mean",)
"""Systems that count every agent of a match in full."""
_FIT: Final = (
    *OPTIONS,
    Option(name="factors", default="", choices=("", "seat", "role", "seat,role"), help="Covariates."),
    Option(name="by", default="", choices=("", "seat", "role"), help="A strength for each level of this one."),
)


@dataclass(frozen=True, slots=True)
class Rated:
    """One agent's line. `low` and `high` bound a 95 % interval, or that of the `level` that Bradley-Terry was given.

    They and `sigma` are None where the system states no uncertainty. `mu` is the rating's mean, `sigma` the deviation
    of the normal belief with this interval.
    """

    agent: AgentName
    rating: float
    mu: float
    sigma: float | None
    low: float | None
    high: float | None
    matches: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """Agents best first, names in order among equals; `notes` are sentences on what to beware of."""

    rows: Sequence[Rated]
    notes: Sequence[str] = ()


def rate(matches: Sequence[Match], name: str, settings: Iterable[str] = ()) -> Ranking:
    """How the agents of these matches rank by the system of this name; `settings` are `key=value` texts.

    Raises:
        BadRequest: for an unknown system or setting, or matches that it cannot rate.
    """
    notes = [f"{name} leaves weights out: every agent counts in full"] if _ignored(matches, name) else []
    if name == BRADLEY_TERRY:
        return _fitted(matches, resolve(_FIT, parse_assignments(_FIT, settings)), notes)
    if name not in SYSTEMS:
        raise BadRequest(f"unknown rating system {name!r}; there is {', '.join(NAMES)}")
    system = make_system(name, settings)
    _check_scores(matches, system)
    system.update(set_results(matches, alone=isinstance(system, MeanScore)))
    counts = _counts(matches)
    rows = _ordered(_row(agent, own, system, counts[agent]) for agent, own in system.ratings().items())
    return Ranking(rows, notes)


def _ignored(matches: Iterable[Match], name: str) -> bool:
    """Whether some weight is stated that this system makes nothing of."""
    return name in _WEIGHTLESS and any(row.weight != 1 for match in matches for row in match.rows)


def _check_scores(matches: Iterable[Match], system: RatingSystem) -> None:
    if isinstance(system, MeanScore):
        for match in matches:
            for row in match.rows:
                if row.score is None:
                    raise BadRequest(f"line {row.line} has no score; the mean of scores needs one in each row")


def _row(agent: AgentName, rating: Rating, system: RatingSystem, matches: int) -> Rated:
    low, high = system.interval(rating) or (None, None)
    sigma = None if low is None or high is None else (high - low) / 2 / Z95
    return Rated(agent, rating.value, rating.value, sigma, low, high, matches)


def _fitted(matches: Sequence[Match], config: Mapping[str, Any], notes: Sequence[str]) -> Ranking:
    by = config["by"] or None
    factors = dict.fromkeys([*config["factors"].split(","), config["by"]])
    results = Comparisons.of(pair_results(matches, [factor for factor in factors if factor]))
    options = {name: config[name] for name in ("ridge", "interval", "level", "resamples", "seed")}
    found, counts = fit(results, by=by, **options), _counts(matches)
    rows = [
        Rated(row.agent, row.rating, row.rating, row.error * POINTS, row.low, row.high, counts[row.agent])
        for row in found.agents
    ]
    return Ranking(_ordered(rows), [*notes, *_notes(found)])


def _notes(found: BradleyTerry) -> Iterator[str]:
    if not found.connected:
        groups = len(found.components)
        yield f"the agents fall into {groups} groups that never met, and ratings of different groups do not compare"
    for agents, what in ((found.all_win, "lost no point"), (found.all_loss, "won no point")):
        if agents:
            yield f"{_named(agents)} {what}, so that their distance to the others rests on the prior"


def _named(agents: Sequence[AgentName]) -> str:
    """The first few names, and how many more there are."""
    shown = ", ".join(agent[:40] for agent in agents[:_NAMED])
    return shown if len(agents) <= _NAMED else f"{shown} and {len(agents) - _NAMED} more"


def _counts(matches: Iterable[Match]) -> Counter[AgentName]:
    """How many matches each agent was in."""
    return Counter(agent for match in matches for agent in {row.agent for row in match.rows})


def _ordered(rows: Iterable[Rated]) -> list[Rated]:
    return sorted(rows, key=lambda row: (-row.rating, row.agent))
