"""Ledgers made up for ladders and reports: many small sets, drawn from strengths that are known."""

import math
import random
from collections.abc import Iterable, Iterator, Sequence

from arena.core.game import ClockSpec
from arena.core.match import Cause, GameRef, MatchPlan, MatchResult, Move, PartyRef, SeatResult, SetPlan
from arena.core.seed import Seed
from arena.core.values import AgentName, MatchId, Seat, SetId
from arena.ledger import Ledger

GAME = GameRef(id="toy/duel", version="1.0", config={}, rated_id="toy/duel")
OTHER = GameRef(id="toy/pot", version="1.0", config={}, rated_id="toy/pot")
HOSTILE = "=1+1</text><script>alert('x')</script>$_{x}$\u202e"
DAY_MS = 86_400_000


def party(name: str, version: str = "") -> PartyRef:
    return PartyRef(agent=AgentName(name), version=version, owner=name)


def seat(at: int, rank: int, score: float, cause: Cause = Cause.RULES, role: str = "", team: str = "") -> SeatResult:
    return SeatResult(seat=Seat(at), party=at, rank=rank, score=score, cause=cause, role=role, team=team)


def played(
    plan: SetPlan, ordinal: int, parties: Sequence[PartyRef], seats: list[SeatResult], ended_ms: int = 2_000
) -> MatchResult:
    match = MatchPlan(
        match_id=MatchId(f"{plan.set_id}/{ordinal}"),
        set_id=plan.set_id,
        ordinal=ordinal,
        game=plan.game,
        seed=Seed.of(ordinal),
        parties=tuple(parties),
        clock=ClockSpec(),
    )
    moves = [Move(0, Seat(0), 1)]
    return MatchResult(plan=match, moves=moves, seats=seats, started_ms=ended_ms - 1_000, ended_ms=ended_ms)


def plan(name: str, parties: Sequence[PartyRef], matches: int = 2, game: GameRef = GAME) -> SetPlan:
    return SetPlan(set_id=SetId(name), game=game, parties=tuple(parties), matches=matches, rated=True)


def duel(
    of: SetPlan, scores: Sequence[float], ended_ms: int = 2_000, cause: Cause = Cause.RULES
) -> tuple[SetPlan, list[MatchResult]]:
    """A set of two with swapped seats; `scores` are those of the first party, and a loser ends by `cause`."""
    results = []
    for ordinal, score in enumerate(scores):
        own = ordinal % 2
        points = (score, 1 - score)
        seats = [_seat(at, points[at ^ own], cause, ("black", "white")[at]) for at in (0, 1)]
        results.append(played(of, ordinal, of.parties[::-1] if own else of.parties, seats, ended_ms))
    return of, results


def _seat(at: int, points: float, cause: Cause, role: str) -> SeatResult:
    return seat(at, 1 + (points < 0.5), points, cause if points < 0.5 else Cause.RULES, role)


def duels(
    strengths: dict[str, float], sets: int, seed: int = 1, game: GameRef = GAME, versions: int = 0
) -> Iterator[tuple[SetPlan, list[MatchResult]]]:
    """Sets of two matches between agents of these logits; some are drawn, and some losses are faults.

    With `versions`, the first agent plays under that many versions one after the other, each stronger than the last.
    """
    rng, names = random.Random(seed), sorted(strengths)
    for number in range(sets):
        one, two = rng.sample(names, 2)
        version = number * versions // sets
        lift = {names[0]: 0.8 * version}
        edge = strengths[one] + lift.get(one, 0) - strengths[two] - lift.get(two, 0)
        scores = [_drawn(rng, edge + side) for side in (0.3, -0.3)]
        parties = [party(name, f"v{version + 1}" if versions and name == names[0] else "") for name in (one, two)]
        cause = Cause.TIMEOUT if rng.random() < 0.1 else Cause.RULES
        yield duel(plan(f"{game.id}-{seed}-{number}", parties, game=game), scores, number * DAY_MS // 10 + 2_000, cause)


def _drawn(rng: random.Random, logit: float) -> float:
    chance, luck = 1 / (1 + math.exp(-logit)), rng.random()
    return 0.5 if luck > 0.9 else float(luck < 0.9 * chance)


def table(number: int, names: Sequence[str], rng: random.Random) -> tuple[SetPlan, list[MatchResult]]:
    """A set of one match with two wolves against the rest; roles go round, and the second name wins more."""
    parties = [party(name) for name in names]
    of = plan(f"table-{number}", parties, 1)
    wolves = {(number + shift) % len(names) for shift in (0, 1)}
    won = rng.random() < (0.8 if 1 in wolves else 0.4)
    seats = [
        seat(at, 1 if (at in wolves) == won else 2, float((at in wolves) == won), role=role, team=team)
        for at in range(len(names))
        for role, team in [("wolf", "wolves") if at in wolves else ("villager", "village")]
    ]
    return of, [played(of, 0, parties, seats)]


def fill(ledger: Ledger, sets: Iterable[tuple[SetPlan, list[MatchResult]]]) -> Ledger:
    for of, results in sets:
        ledger.append(of, results)
    ledger.flush()
    return ledger
