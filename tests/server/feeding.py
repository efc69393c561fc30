"""Sets of a small real game, played by a hall's workers and put in its ledger as if they had been served."""

from collections.abc import Mapping, Sequence
from typing import Any

from arena.core.agent import Provenance, Refusal
from arena.core.match import MatchResult, PartyRef, SetPlan
from arena.core.seed import Seed
from arena.core.values import AgentName, SetId
from arena.server.hall import Hall
from arena.server.session import Principal
from arena.tournament.sets import plan_set

GAME = "openspiel/kuhn_poker"
ADMIN = Principal("host", frozenset({"play", "watch", "admin"}))
SECRET = "the thoughts of "


def party(name: str) -> PartyRef:
    """An agent that plays at random in the workers, owned by itself."""
    return PartyRef(agent=AgentName(name), version="v1", owner=name, spec="random")


async def played(hall: Hall, *names: str, set_id: str, deals: int = 1) -> tuple[SetPlan, list[MatchResult]]:
    """A rated set of these agents, which have thought about every move and been refused before it."""
    ref, spec = await hall.lobby.describe(GAME, {})
    plan, matches = plan_set(
        ref,
        spec,
        [party(name) for name in names],
        lambda deal, turn: Seed.of(deal * 2 + turn),
        rated=True,
        duplicate=False,
        deals=deals,
        set_id=SetId(set_id),
    )
    results = await hall.pool.play(matches)
    for result in results:
        result.provenance = _thoughts(result)
    return plan, results


async def landed(hall: Hall, *names: str, sets: Sequence[str], **how: Any) -> None:
    """Sets in the ledger, each of them told to whoever follows."""
    for set_id in sets:
        plan, results = await played(hall, *names, set_id=set_id, **how)
        hall.ledger.append(plan, results).result(30)
        hall.news.tell()


def _thoughts(result: MatchResult) -> Mapping[int, Provenance]:
    by_seat = {seat.seat: result.plan.parties[seat.party].agent for seat in result.seats}
    return {
        number: Provenance(
            reasoning=f"{SECRET}{by_seat[move.seat]}",
            completion_token_ids=[1, 2],
            logprobs=[-0.5, float("-inf")],
            refused=[Refusal("not that", "x")],
            raw=f"raw {by_seat[move.seat]}",
        )
        for number, move in enumerate(result.moves)
    }
