"""Made-up sets and results: small, valid and different from one another."""

from collections.abc import Sequence
from itertools import count

from arena.core.agent import Provenance
from arena.core.game import ClockSpec
from arena.core.match import Cause, GameRef, MatchPlan, MatchResult, Move, PartyRef, SeatResult, SetPlan
from arena.core.seed import Seed
from arena.core.values import AgentName, MatchId, Seat, SetId

GAME = GameRef(id="toy/nim", version="1.0", config={"heap": 7}, rated_id="toy/nim?heap=7")
ALICE = PartyRef(agent=AgentName("alice"), version="v2", owner="ann")
BOB = PartyRef(agent=AgentName("bob"), owner="ben")

_ids = count()


def set_plan(
    matches: int = 2,
    parties: Sequence[PartyRef] = (ALICE, BOB),
    *,
    set_id: str = "",
    rated: bool = True,
    game: GameRef = GAME,
) -> SetPlan:
    return SetPlan(
        set_id=SetId(set_id or f"set-{next(_ids)}"),
        game=game,
        parties=tuple(parties),
        matches=matches,
        rated=rated,
    )


def result(
    plan: SetPlan,
    ordinal: int = 0,
    *,
    match_id: str = "",
    winner: int | None = 0,
    cause: Cause = Cause.RULES,
    defaults: int = 0,
    void: str = "",
    provenance: dict[int, Provenance] | None = None,
) -> MatchResult:
    """A match in which party `winner` of the set won, seats swapped on odd ordinals; the loser ends by `cause`."""
    parties = plan.parties if ordinal % 2 == 0 else plan.parties[::-1]
    seats = [
        _seat(index, winner is None, winner is not None and party is plan.parties[winner], cause, defaults)
        for index, party in enumerate(parties)
    ]
    match = MatchPlan(
        match_id=MatchId(match_id or f"{plan.set_id}/{ordinal}"),
        set_id=plan.set_id,
        ordinal=ordinal,
        game=plan.game,
        seed=Seed.of(ordinal),
        parties=parties,
        clock=ClockSpec(),
    )
    moves = [Move(step, Seat(step % len(parties)), step + 1) for step in range(4)]
    return MatchResult(
        plan=match,
        moves=moves,
        seats=seats,
        void=void,
        started_ms=1_000 + ordinal,
        ended_ms=2_000 + ordinal,
        provenance=provenance or {},
    )


def results(plan: SetPlan, winner: int | None = 0) -> list[MatchResult]:
    """All matches of a set, won by one party."""
    return [result(plan, ordinal, winner=winner) for ordinal in range(plan.matches)]


def _seat(index: int, drawn: bool, won: bool, cause: Cause, defaults: int) -> SeatResult:
    return SeatResult(
        seat=Seat(index),
        party=index,
        rank=1 if drawn or won else 2,
        score=0.5 if drawn else float(won),
        cause=Cause.RULES if drawn or won else cause,
        defaults=0 if drawn or won else defaults,
        role="first" if index == 0 else "second",
        metrics={"nimbers": 0.5 * index},
        rewards={"win": float(won)},
    )
