"""How the null-class bots of a game fare against chance: by side where base rates are known, else by sets."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from arena.core.measures import BaseRate, RatedAgent
from arena.core.values import AgentName
from arena.ledger import Ledger
from arena.ledger.entries import specs_of
from arena.ledger.selection import PlayedMatch, Selection, selected_matches, selected_sets
from arena.rating import SetResult
from arena.rating.null_bots import NullFinding, NullMatch, NullRecord, SideRecord, base_rate, beaten_chance
from arena.report.insight import Insight

Nulls = Mapping[AgentName, str]
"""Agents of the null class, with the registered name of the bot that each is."""


def rated_agents(ledger: Ledger, game: str, agents: Iterable[AgentName]) -> list[RatedAgent]:
    """These agents with the SPECs that they last ran under in this game."""
    return [RatedAgent(name, spec) for name, spec in specs_of(ledger, game, agents).items()]


def judged_nulls(
    ledger: Ledger, chosen: Selection, agents: Iterable[RatedAgent], insight: Insight
) -> list[NullFinding]:
    """Each null-class bot among `agents` in the selected sets with others than its kind, the most suspicious first."""
    found = {agent.name: insight.null_class(chosen.game, agent) for agent in agents}
    nulls = {name: bot for name, bot in found.items() if bot}
    if not nulls:
        return []
    with_nulls = replace(chosen, agents=frozenset(nulls))
    rates = {(one.agent, one.side): one for one in insight.base_rates(chosen.game)}
    by_side = side_records(selected_matches(ledger, with_nulls), nulls, rates) if rates else []
    rest = nulls.keys() - {record.agent for record in by_side}
    by_set = null_records(selected_sets(ledger, with_nulls), nulls) if rest else []
    return beaten_chance([*by_side, *(record for record in by_set if record.agent in rest)])


def null_records(sets: Iterable[SetResult], nulls: Nulls) -> list[NullRecord]:
    """Each null-class bot's sets against others than its kind; alone at the top by chance is one in the agents there.

    A draw is no win, so that chance is put rather too high than too low.
    """
    tally: dict[AgentName, list[float]] = {}
    for result in sets:
        agents = [line.agent for line in result.standings]
        best = [line.agent for line in result.standings if line.rank == 1]
        if nulls.keys() >= {*agents}:
            continue
        for agent in nulls.keys() & {*agents}:
            own = tally.setdefault(agent, [0, 0, 0.0])
            own[0] += best == [agent]
            own[1] += 1
            own[2] += 1 / len(agents)
    return [NullRecord(agent, int(wins), int(count), sum_ / count) for agent, (wins, count, sum_) in tally.items()]


def side_records(
    matches: Iterable[PlayedMatch], nulls: Nulls, rates: Mapping[tuple[str, str], BaseRate]
) -> list[SideRecord]:
    """Each null-class bot's matches on sides whose base rate is known; who played on another side too is left out."""
    tally: dict[AgentName, list[NullMatch]] = {}
    unknown: set[AgentName] = set()
    for match in matches:
        if nulls.keys() >= {part.agent for part in match.seats}:
            continue
        for agent, side, won in _sides(match, nulls):
            base = base_rate(rates, nulls[agent], side)
            if base is None:
                unknown.add(agent)
            else:
                tally.setdefault(agent, []).append(NullMatch(match.number, won, base))
    return [SideRecord(agent, own) for agent, own in tally.items() if agent not in unknown]


def _sides(match: PlayedMatch, nulls: Nulls) -> Iterator[tuple[AgentName, str, bool]]:
    """The null-class bots of a match that are on one side, which it is, and whether that side won alone."""
    sides: dict[AgentName, set[str]] = {}
    for part in match.seats:
        sides.setdefault(part.agent, set()).add(part.team or str(part.seat))
    best = min(part.rank for part in match.seats)
    winners = {part.team or str(part.seat) for part in match.seats if part.rank == best}
    for agent in nulls.keys() & sides.keys():
        if len(sides[agent]) == 1:
            (side,) = sides[agent]
            yield agent, side, winners == {side}
