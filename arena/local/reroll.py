"""Re-rolls: one position of a recorded match played on, time and again, to see what else might have come of it.

They are matches like any other, of the same deal and with the same moves up to there, and their record names the match
that they go on from. No ladder, payoff or report counts them.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import uuid4

from arena.core.errors import BadRequest, GameUnavailable
from arena.core.game import GameSpec
from arena.core.match import GameRef, MatchPlan, MatchResult, Origin, PartyRef, SetPlan
from arena.core.values import AgentName, MatchId, SetId
from arena.ledger import Ledger
from arena.local.tally import Report, Tally
from arena.match.pool import WorkerPool
from arena.plugin.registry import Registry
from arena.tournament.sets import again, seat_agents

MAX_TIMES: Final = 1_000
_AT_ONCE: Final = 64
"""Matches under way, which land together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reroll:
    """Play `match` on, so many `times`, as it stood before its step `step`.

    `agents` are SPECs, one for all, one a team, or one a seat; without any it is who played it here.
    """

    match: str
    step: int
    times: int = 1
    agents: Sequence[str] = ()
    workers: int = 1
    secrets: frozenset[str] = frozenset()


def reroll(asked: Reroll, ledger: Ledger) -> Report:
    """Play all re-rolls, record them as one set, and say how they went.

    Raises:
        UnknownMatch, BadRequest: there is no such match or step, or nobody to play it.
        GameUnavailable: the match was played by other rules than are installed.
        ArenaError: an agent is unknown or does not work, or the ledger cannot be written.
    """
    if not 1 <= asked.times <= MAX_TIMES:
        raise BadRequest(f"a position is played on 1 to {MAX_TIMES:,} times, not {asked.times}")
    first = ledger.result(asked.match)
    _require_step(first, asked.step)
    return asyncio.run(_play(asked, first, ledger))


async def _play(asked: Reroll, first: MatchResult, ledger: Ledger) -> Report:
    registry, game = Registry(), first.plan.game
    for name in asked.agents:
        registry.make_agent(name, game=game.id)
    pool = WorkerPool(secrets=asked.secrets)
    await pool.start(asked.workers)
    try:
        ref, spec = await pool.describe(game.id, game.config)
        _require_rules(ref, game)
        return await _played(pool, *_planned(asked, first.plan, _parties(asked, first.plan, spec)), first, ledger)
    finally:
        await pool.stop()


async def _played(
    pool: WorkerPool, of: SetPlan, plans: Sequence[MatchPlan], first: MatchResult, ledger: Ledger
) -> Report:
    """All of them, some at once; whoever stops half-way keeps what has landed."""
    began, tally = time.monotonic(), Tally()
    for start in range(0, len(plans), _AT_ONCE):
        results = await _results(pool, plans[start : start + _AT_ONCE], first)
        await asyncio.wrap_future(ledger.append(of, results))
        for result in {result.plan.ordinal: result for result in results}.values():
            tally.add(of, [result])
    return tally.report(of.game.rated_id, time.monotonic() - began)


def _require_step(first: MatchResult, step: int) -> None:
    if first.void:
        raise BadRequest(f"match {first.plan.match_id} is void; choose one that was played to its end")
    last = first.moves[-1].step if first.moves else 0
    if not 0 <= step <= last:
        raise BadRequest(f"match {first.plan.match_id} has the steps 0 to {last}, not {step}")


def _require_rules(here: GameRef, played: GameRef) -> None:
    if here != played:
        raise GameUnavailable(
            f"the match was played by version {played.version} of {played.id}, and version {here.version} is "
            f"installed; install version {played.version} to play it on"
        )


def _parties(asked: Reroll, first: MatchPlan, spec: GameSpec) -> tuple[PartyRef, ...]:
    """Who plays it on. What a party brought to the match stays: it is part of the position."""
    names = asked.agents or [party.spec or "" for party in first.parties]
    if not all(names):
        raise BadRequest(f"not all who played match {first.match_id} are at hand here; name SPECs by --agents")
    agents = seat_agents(spec, [PartyRef(agent=AgentName(name), spec=name) for name in names])
    if len(agents) != len(first.parties):
        count = len(first.parties)
        raise BadRequest(f"match {first.match_id} was played by {count} agents; name as many, or one for all")
    return tuple(replace(agent, entry=party.entry) for agent, party in zip(agents, first.parties, strict=True))


def _planned(asked: Reroll, first: MatchPlan, parties: tuple[PartyRef, ...]) -> tuple[SetPlan, list[MatchPlan]]:
    deal = first.set_id if first.origin is None else first.origin.set_id
    origin = Origin(first.match_id, asked.step, deal)
    name = SetId(f"reroll.{uuid4().hex}")
    of = SetPlan(set_id=name, game=first.game, parties=parties, matches=asked.times, rated=False, origin=origin)
    plans = [
        replace(
            first, match_id=MatchId(f"{name}.{ordinal}"), set_id=name, ordinal=ordinal, parties=parties, origin=origin
        )
        for ordinal in range(asked.times)
    ]
    return of, plans


async def _results(pool: WorkerPool, plans: Sequence[MatchPlan], first: MatchResult) -> list[MatchResult]:
    """All results; a void match is played once more."""

    def go_on(plan: MatchPlan) -> "asyncio.Future[MatchResult]":
        return pool.go_on(plan, [move for move in first.moves if plan.given(move)])

    results = await asyncio.gather(*map(go_on, plans))
    void = [again(result.plan) for result in results if result.void]
    return [*results, *await asyncio.gather(*map(go_on, void))]
