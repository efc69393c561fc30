"""The values that ratings are computed from: how each agent fared in one finished set."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum
from typing import NamedTuple

from arena.core.values import AgentName, SetId
from arena.rating.ties import Total, places


class SeatLine(NamedTuple):
    """One seat's part of one match, as far as ratings care. `fault` marks an ending or a default caused by an error."""

    agent: AgentName
    rank: int
    score: float
    fault: bool


class Standing(NamedTuple):
    """One agent's part of a finished set: a party of several seats is one unit, and ranks are by `score`.

    `score` is summed over the matches; a match counts the mean over the agent's seats. `wins`, `draws` and `losses`
    add up to `matches`, and `errors` counts the matches in which a seat of the agent was at fault.
    """

    agent: AgentName
    rank: int
    score: float
    matches: int
    wins: int
    draws: int
    losses: int
    errors: int


@dataclass(frozen=True, slots=True)
class SetResult:
    """One finished set, the unit that is rated. `number` grows in the order in which sets were finished.

    `clean` is false as soon as any match of the set had a fault or a default played for a seat. `teams` says which
    agents won or lost together, and leaves out those that play for themselves; `weights` says how much of the set an
    agent took part in, 1 where it is left out.
    """

    number: int
    set_id: SetId
    clean: bool
    standings: Sequence[Standing]
    teams: Mapping[AgentName, str] | None = None
    weights: Mapping[AgentName, float] | None = None

    @property
    def plain(self) -> bool:
        """Whether every agent is a side of its own and played in full."""
        return self.teams is None and self.weights is None


class Side(NamedTuple):
    """Agents that won or lost together. `weights` are None when all played in full."""

    rank: int
    agents: Sequence[AgentName]
    weights: Sequence[float] | None = None

    def score_against(self, other: "Side") -> float:
        """1 for a better rank than the other's, 0.5 for the same, 0 for a worse one."""
        return 0.5 if self.rank == other.rank else float(self.rank < other.rank)


def sides(result: SetResult) -> list[Side]:
    """The sides of a set in the order of its standings; mates share a rank, the best that one of them has."""
    teams, weights = result.teams or {}, result.weights
    ranks: dict[tuple[str, str], int] = {}
    members: dict[tuple[str, str], list[AgentName]] = {}
    for line in result.standings:
        key = ("team", teams[line.agent]) if line.agent in teams else ("agent", line.agent)
        members.setdefault(key, []).append(line.agent)
        ranks[key] = min(line.rank, ranks.get(key, line.rank))
    return [
        Side(ranks[key], agents, None if weights is None else [weights.get(agent, 1.0) for agent in agents])
        for key, agents in members.items()
    ]


def standings(matches: Iterable[Sequence[SeatLine]]) -> list[Standing]:
    """The standings of a set from its matches: best first, equal sums share a rank.

    Sums are equal where rounding alone may tell them apart (`arena.rating.ties`), and keep the order of names.

    A win is the first rank alone, a draw the first rank shared or without an opponent, anything else a loss. An agent
    whose seats differ in rank takes the worst of them, so that a faulted seat is not covered by its team mates.
    """
    tallies: dict[AgentName, _Tally] = {}
    for lines in matches:
        units = lines if len({line.agent for line in lines}) == len(lines) else _units(lines)
        ranks = [line.rank for line in units]
        best = min(ranks)
        alone = ranks.count(best) == 1 < len(ranks)
        for agent, rank, score, fault in units:
            tally = tallies.get(agent) or tallies.setdefault(agent, _Tally())
            tally.scores.append(score)
            tally.errors += fault
            if rank == best:
                tally.wins += alone
                tally.draws += not alone
    totals = {agent: Total.of(tally.scores) for agent, tally in tallies.items()}
    order = sorted((rank, agent) for agent, rank in places(totals).items())
    return [tallies[agent].standing(agent, rank, totals[agent].value) for rank, agent in order]


@dataclass(slots=True)
class _Tally:
    scores: list[float] = field(default_factory=list)
    wins: int = 0
    draws: int = 0
    errors: int = 0

    def standing(self, agent: AgentName, rank: int, score: float) -> Standing:
        matches = len(self.scores)
        losses = matches - self.wins - self.draws
        return Standing(agent, rank, score + 0.0, matches, self.wins, self.draws, losses, self.errors)


def _units(lines: Sequence[SeatLine]) -> list[SeatLine]:
    """One line an agent: its worst rank, its mean score, and whether any of its seats was at fault."""
    seats: dict[AgentName, list[SeatLine]] = {}
    for line in lines:
        seats.setdefault(line.agent, []).append(line)
    return [
        SeatLine(
            agent,
            rank=max(line.rank for line in own),
            score=fsum(line.score for line in own) / len(own),
            fault=any(line.fault for line in own),
        )
        for agent, own in seats.items()
    ]
