"""What `arena play` says of the matches it played."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from arena.core.match import FAULTS, Cause, MatchResult, SetPlan
from arena.core.values import AgentName
from arena.rating import SeatLine, SetResult, standings
from arena.rating.mean_score import MeanScore

_NOBODY: Final = ("", "")
"""The role and team of a seat that has neither."""


@dataclass(slots=True)
class AgentRow:
    """One agent over all its matches; its `ci95` bounds the mean score, and is None while all of its sets are alike."""

    agent: AgentName
    matches: int = 0
    wins: int = 0
    draws: int = 0
    losses: int = 0
    mean_score: float = 0.0
    ci95: tuple[float, float] | None = None


@dataclass(slots=True)
class RoleRow:
    """How often a role of a side won, whoever played it; a role that a whole team shares counts once a match."""

    role: str
    side: str
    matches: int = 0
    wins: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a local run came to. `causes` counts seats; a void match counts once under `void`.

    `voids` says why matches were void and how many, the commonest reason first. Without `agents` all were.
    """

    game: str
    matches: int
    seconds: float
    agents: Sequence[AgentRow]
    by_role: Sequence[RoleRow]
    causes: Mapping[str, int]
    voids: Mapping[str, int] = field(default_factory=dict)


class Tally:
    """Adds sets up; the interval of a mean takes each set as one sample, since its matches depend on one another."""

    def __init__(self) -> None:
        self._agents: dict[AgentName, AgentRow] = {}
        self._roles: dict[tuple[str, str], RoleRow] = {}
        self._causes: Counter[Cause] = Counter()
        self._voids: Counter[str] = Counter()
        self._means = MeanScore()
        self.matches = 0
        self._sets = 0

    def add(self, plan: SetPlan, results: Sequence[MatchResult]) -> None:
        """Take the results of a set, one a match; void ones are counted under `causes` alone."""
        self.matches += len(results)
        played = [result for result in results if not result.void]
        if void := [result.void for result in results if result.void]:
            self._causes[Cause.VOID] += len(void)
            self._voids.update(void)
        for result in played:
            self._count_seats(result)
        if not played:
            return
        lines = standings([_lines(result) for result in played])
        self._sets += 1
        self._means.add(SetResult(self._sets, plan.set_id, True, lines))
        for line in lines:
            row = self._agents.setdefault(line.agent, AgentRow(line.agent))
            row.matches += line.matches
            row.wins += line.wins
            row.draws += line.draws
            row.losses += line.losses
            row.mean_score += line.score

    def report(self, game: str, seconds: float) -> Report:
        """All of it; `seconds` is how long it took."""
        means = self._means.ratings()
        rows = [_finished(row, means[row.agent].uncertainty) for row in self._agents.values()]
        return Report(
            game=game,
            matches=self.matches,
            seconds=seconds,
            agents=rows,
            by_role=sorted(self._roles.values(), key=lambda row: (row.side, row.role)),
            causes={cause.value: count for cause, count in sorted(self._causes.items())},
            voids=dict(self._voids.most_common()),
        )

    def _count_seats(self, result: MatchResult) -> None:
        seen = set()
        ranks = [seat.rank for seat in result.seats]
        best, tied = min(ranks), len(set(ranks)) == 1
        for seat in result.seats:
            self._causes[seat.cause] += 1
            key = seat.role, seat.team
            if key == _NOBODY or (seat.team and key in seen):
                continue
            seen.add(key)
            row = self._roles.setdefault(key, RoleRow(*key))
            row.matches += 1
            row.wins += seat.rank == best and not tied


def _lines(result: MatchResult) -> list[SeatLine]:
    agents = [party.agent for party in result.plan.parties]
    return [SeatLine(agents[s.party], s.rank, s.score, s.cause in FAULTS or s.defaults > 0) for s in result.seats]


def _finished(row: AgentRow, half: float | None) -> AgentRow:
    mean = row.mean_score / row.matches
    ci95 = None if half is None else (mean - half, mean + half)
    return AgentRow(row.agent, row.matches, row.wins, row.draws, row.losses, mean, ci95)


def as_json(report: Report) -> dict[str, Any]:
    """The report as `arena play --json` prints it."""
    return {
        "game": report.game,
        "matches": report.matches,
        "seconds": report.seconds,
        "agents": [
            {
                "agent": row.agent,
                "matches": row.matches,
                "wins": row.wins,
                "draws": row.draws,
                "losses": row.losses,
                "mean_score": row.mean_score,
                "ci95": list(row.ci95) if row.ci95 else None,
            }
            for row in report.agents
        ],
        "by_role": [
            {"role": row.role, "side": row.side, "matches": row.matches, "wins": row.wins} for row in report.by_role
        ],
        "causes": dict(report.causes),
    }
