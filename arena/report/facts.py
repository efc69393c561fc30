"""Everything that a report says of one game, gathered from the ledger before anything is drawn."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from arena.core.match import Cause
from arena.core.measures import Column
from arena.core.values import AgentName
from arena.ledger import Ledger
from arena.ledger.selection import Entrant, Pool, Selection, endings, selected_sets, set_entrants
from arena.rating import SetResult
from arena.rating.calibration import Calibration
from arena.rating.payoff import CrossPlay, PayoffMatrix, PayoffTally, Solution, cross_play, solve
from arena.report.alarms import Alarms, find_alarms
from arena.report.forecasts import foresight
from arena.report.history import Checkpoint, Track, find_lineage, find_tracks
from arena.report.insight import Insight, NoInsight
from arena.report.ladders import FoundLadder, find_ladder
from arena.report.nulls import judged_nulls, rated_agents


@dataclass(frozen=True, slots=True, kw_only=True)
class GameFacts:
    """One game's part of a report. What could not be computed, for want of meetings or versions, is None or empty."""

    game: str
    sets: int
    matches: int
    first_ms: int
    last_ms: int
    ladder: FoundLadder
    columns: Sequence[tuple[Column, Mapping[AgentName, float]]]
    """What the game's plugin knows of these agents beside results."""
    pool: PayoffMatrix
    solution: Solution
    cooperation: CrossPlay | None
    tracks: Sequence[Track]
    lineage: Sequence[Checkpoint]
    calibration: Calibration | None
    endings: Mapping[tuple[AgentName, Cause], int]
    alarms: Alarms
    shares: Mapping[AgentName, Sequence[float]]
    """By agent, the share of its matches that it won in each set, a draw counting half."""


def gather(
    ledger: Ledger, chosen: Selection, system: str | None, settings: Sequence[str], insight: Insight | None = None
) -> GameFacts:
    """The facts of one game; `chosen` has self-play too, of which only the matrix and the endings speak.

    `insight` adds what plugins know.

    Raises:
        BadRequest: there is no such rating system or setting.
    """
    everything = [*selected_sets(ledger, chosen)]
    rated = replace(chosen, pool=Pool.CROSS_PLAY)
    met = [*selected_sets(ledger, rated)]
    entrants = [*set_entrants(ledger, chosen)]
    found = find_ladder(ledger, rated if met else chosen, system, settings)
    told = insight or NoInsight()
    agents = rated_agents(ledger, chosen.game, [line.row.agent for line in found.lines])
    pool = PayoffTally().update(everything).matrix() if everything else PayoffTally().matrix((0.0, 1.0))
    return GameFacts(
        game=chosen.game,
        sets=len(everything),
        matches=_matches(entrants),
        first_ms=min((one.ended_ms for one in entrants), default=0),
        last_ms=max((one.ended_ms for one in entrants), default=0),
        ladder=found,
        columns=told.columns(chosen.game, agents) if told.has_columns(chosen.game) else (),
        pool=pool,
        solution=solve(pool),
        cooperation=cross_play(pool),
        tracks=find_tracks(met or everything, entrants, found.system, settings),
        lineage=find_lineage(ledger, met, entrants),
        calibration=foresight(met, found.system, settings),
        endings=endings(ledger, chosen),
        alarms=find_alarms(met, judged_nulls(ledger, rated, agents, told), told.votes(ledger, rated)),
        shares=_shares(met),
    )


def _matches(entrants: Iterable[Entrant]) -> int:
    """Matches of all sets: an agent is in every match of its set."""
    return sum({one.number: one.matches for one in entrants}.values())


def _shares(sets: Iterable[SetResult]) -> dict[AgentName, list[float]]:
    found: dict[AgentName, list[float]] = {}
    for result in sets:
        if len(result.standings) > 1:
            for line in result.standings:
                found.setdefault(line.agent, []).append((line.wins + line.draws / 2) / line.matches)
    return found
