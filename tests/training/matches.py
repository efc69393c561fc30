"""Small real matches in a ledger: sums of `tests.match.fakes`, played on a table by a fixed plan."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from arena.core.agent import Provenance
from arena.core.errors import ActionRefused
from arena.core.game import Game
from arena.core.match import GameRef, MatchPlan, MatchResult, PartyRef, Seen, SetPlan
from arena.core.seed import Seed
from arena.core.values import AgentName, Fields, MatchId, Seat, SetId
from arena.ledger import Ledger
from arena.match.seen import seen
from arena.match.table import Table
from tests.match.fakes import SumGame

GAME = SumGame()
REF = GameRef(id="fake/sum", version="1.0.0", config={}, rated_id="fake/sum")
ANN = PartyRef(agent=AgentName("ann"), version="v2", owner="ann")
BOB = PartyRef(agent=AgentName("bob"), version="v1", owner="bob")
TOKENS = {"prompt_token_ids": [1, 2, 3], "completion_token_ids": [7, 8], "logprobs": [-0.5, -0.25]}

Answer = Callable[[int, int], int | list[int]]
"""By step and seat: what is answered, or several answers of which all but the last are refused."""


def replay(result: MatchResult, views: Fields) -> Seen | None:
    """As the command line's, for this one game."""
    return seen(GAME, result, views) if result.plan.game.version == REF.version else None


def play(plan: MatchPlan, answer: Answer, made: Mapping[str, Any] | None = None, game: Game = GAME) -> MatchResult:
    """One match on a table, as a worker plays it."""
    return play_on(Table(game, plan), answer, made)


def play_on(table: Table, answer: Answer, made: Mapping[str, Any] | None = None) -> MatchResult:
    """A match that has begun."""
    while not table.over:
        for seat in list(table.open_seats):
            _decide(table, seat, answer(table.step_number, seat), made)
        table.step()
    return table.result()


def _decide(table: Table, seat: Seat, answers: int | list[int], made: Mapping[str, Any] | None) -> None:
    for action in answers if isinstance(answers, list) else [answers]:
        try:
            table.submit(seat, action, None if made is None else Provenance(**made))
        except ActionRefused:
            continue


def first_wins(step: int, seat: int) -> int:
    """Seat 0 has the higher sum, whatever the deal."""
    return 9 if seat == 0 else 1


def add_set(
    ledger: Ledger,
    name: str,
    answer: Answer = first_wins,
    *,
    ref: GameRef = REF,
    matches: int = 1,
    deals: Sequence[int] = (),
    **how: Any,
) -> None:
    """A rated set of ann in seat 0 against bob, each match of a deal of its own or as `deals` says.

    A match ends at 1,000 ms and its ordinal.
    """
    seeds = deals or range(matches)
    of = SetPlan(set_id=SetId(name), game=ref, parties=(ANN, BOB), matches=len(seeds), rated=True)
    results = [_result(of, ordinal, seed, answer, **how) for ordinal, seed in enumerate(seeds)]
    ledger.append(of, results).result(30)


def add_result(ledger: Ledger, play: Callable[[Table], None], game: Game = GAME, ref: GameRef = REF) -> None:
    """A rated set of one match, `s.0`, that `play` plays to its end."""
    of = SetPlan(set_id=SetId("s"), game=ref, parties=(ANN, BOB), matches=1, rated=True)
    table = Table(game, _plan(of, 0, 0))
    play(table)
    ledger.append(of, [table.result()]).result(30)


def _plan(of: SetPlan, ordinal: int, seed: int) -> MatchPlan:
    return MatchPlan(
        match_id=MatchId(f"{of.set_id}.{ordinal}"),
        set_id=of.set_id,
        ordinal=ordinal,
        game=of.game,
        seed=Seed.of(seed),
        parties=of.parties,
        clock=GAME.spec.clock,
    )


def _result(
    of: SetPlan, ordinal: int, seed: int, answer: Answer, *, void: str = "", made: Any = None, game: Game = GAME
) -> MatchResult:
    result = play(_plan(of, ordinal, seed), answer, made, game)
    if void:
        result.void, result.seats = void, ()
    result.started_ms, result.ended_ms = 1_000, 1_000 + ordinal
    return result
