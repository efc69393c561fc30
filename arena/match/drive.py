"""The short way through a match whose agents all live here and answer at once: no channel, no rounds."""

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

from arena.core.agent import Agent, BatchAgent
from arena.core.game import Game
from arena.core.match import Cause, MatchPlan, MatchResult
from arena.core.values import Seat
from arena.match.agents import AgentRoom, Answer, Asker, SeatedAgent, settle, why
from arena.match.table import Table
from arena.plugin.blackbox import GAME, BlackBox
from arena.plugin.border import game_fault

_DEAF = (None, Agent.ended, BatchAgent.ended)


def now_ms() -> int:
    """Milliseconds since the epoch, for the record only."""
    return time.time_ns() // 1_000_000


def play_match(game: Game, plan: MatchPlan, room: AgentRoom, asker: Asker, box: BlackBox) -> MatchResult:
    """Play one match from deal to result; when the game's code fails, the result is void."""
    started = now_ms()
    table = None
    try:
        table = Table(game, plan)
        agents = seat_agents(table, room)
        box.enter(GAME)
        _play(table, agents, asker, box.enter)
        result = table.result()
        tell_outcomes(agents, result)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - border: the game's code may raise anything
        result = void_result(plan, table, str(game_fault(plan.game.id, error)))
    if table is not None:
        close_state(table)
    result.started_ms = started
    result.ended_ms = now_ms()
    return result


def seat_agents(table: Table, room: AgentRoom) -> list[SeatedAgent]:
    """An agent for each seat, as the plan's parties name them."""
    parties = table.plan.parties
    return [room.seat(table, Seat(seat), parties[party].spec or "") for seat, party in enumerate(table.parties)]


def tell_outcomes(agents: Sequence[SeatedAgent], result: MatchResult) -> None:
    """Tell every agent that listens how the match ended for it."""
    for seated in agents:
        if getattr(type(seated.agent), "ended", None) not in _DEAF:
            seated.tell(result.seats[seated.seat])


def void_result(plan: MatchPlan, table: Table | None, reason: str) -> MatchResult:
    """The result of a match that was spoiled, perhaps before it was dealt."""
    return table.void(reason) if table else MatchResult(plan=plan, moves=(), seats=(), void=reason)


def close_state(table: Table) -> None:
    """Let the game let go of a finished state; what it raises then changes nothing."""
    try:
        table.state.close()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - border: the game's code may raise anything
        game_fault(table.plan.game.id, error)


def _play(table: Table, agents: Sequence[SeatedAgent], asker: Asker, enter: Callable[[int], None]) -> None:
    while seats := table.open_seats:
        if len(seats) == 1:
            (seat,) = seats
            answer = _ask(table, agents[seat], asker, enter)
            if type(answer) is int:
                if not table.play(seat, answer) and table.refused_out(seat):
                    table.rule(seat, Cause.ILLEGAL)
                continue
            settle(table, agents[seat], answer)
        else:
            _ask_all(table, [agents[seat] for seat in seats], asker, enter)
        if table.ready:
            table.step()


def _ask_all(table: Table, movers: Sequence[SeatedAgent], asker: Asker, enter: Callable[[int], None]) -> None:
    for seated in movers:
        while seated.seat in table.open_seats:  # it may be asked again, and another's forfeit ends the match for it
            settle(table, seated, _ask(table, seated, asker, enter))


def _ask(table: Table, seated: SeatedAgent, asker: Asker, enter: Callable[[int], None]) -> Answer:
    if seated.lost:
        return seated.lost
    observation, legal, _ = table.prompt(seated.seat, seated.wants)
    enter(seated.seat)
    answer: Any
    try:
        answer = seated.act(observation, legal, seated.clock)
        if type(answer) is not int and isinstance(answer, Awaitable):
            answer = asker.wait(answer)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - border: an agent may raise anything
        answer = why(error)
    enter(GAME)
    return cast(Answer, answer)
