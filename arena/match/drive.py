"""The short way through a match whose agents all live here and answer at once: no channel, no rounds."""

import time
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import Any, Final

from arena.core.game import Game
from arena.core.match import Cause, MatchPlan, MatchResult
from arena.core.values import Seat
from arena.match.agents import AgentShelf
from arena.match.answers import Answer, settle, taken
from arena.match.asking import Asker
from arena.match.outcomes import OutcomeQueue
from arena.match.seated import SeatedAgent
from arena.match.table import Table
from arena.plugin.blackbox import GAME, BlackBox
from arena.plugin.border import game_fault

_FREE_SECONDS: Final = 0.01
"""So much time may go by before anybody is charged for it."""


def now_ms() -> int:
    """Milliseconds since the epoch, for the record only."""
    return time.time_ns() // 1_000_000


def play_match(
    game: Game, plan: MatchPlan, shelf: AgentShelf, asker: Asker, outcomes: OutcomeQueue, box: BlackBox
) -> MatchResult:
    """Play one match from deal to result; when the game's code fails, the result is void."""
    started = now_ms()
    table = None
    try:
        table = Table(game, plan)
        agents = seat_agents(table, shelf)
        box.enter(GAME)
        _Drive(table, agents, asker, box.enter).play()
        result = table.result()
        outcomes.add(agents, result, agent_limit_ms(plan))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - border: the game's code may raise anything
        box.enter(GAME)
        result = void_result(plan, table, str(game_fault(plan.game.id, error)))
    if table is not None:
        close_state(table)
    result.started_ms = started
    result.ended_ms = now_ms()
    return result


def seat_agents(table: Table, shelf: AgentShelf) -> list[SeatedAgent]:
    """An agent for each seat, as the plan's parties name them."""
    parties = table.plan.parties
    return [shelf.seat(table, Seat(seat), parties[party].spec or "") for seat, party in enumerate(table.parties)]


def void_result(plan: MatchPlan, table: Table | None, reason: str) -> MatchResult:
    """The result of a match that was spoiled just now, perhaps before it was dealt."""
    result = table.void(reason) if table else MatchResult(plan=plan, moves=(), seats=(), void=reason)
    result.started_ms = result.ended_ms = now_ms()
    return result


def close_state(table: Table) -> None:
    """Let the game let go of a finished state; what it raises then changes nothing."""
    try:
        table.state.close()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - border: the game's code may raise anything
        game_fault(table.plan.game.id, error)


def agent_limit_ms(plan: MatchPlan) -> int:
    """How many milliseconds one call into an agent in the worker may last before its process is killed.

    A second more than its clock has: an agent that merely waits, or answers too late, costs itself the decision only.
    """
    return int(plan.clock.longest * 1_000) + 1_000


def overdue_seat(agents: Sequence[SeatedAgent]) -> Seat:
    """The seat that used most of a match whose time has run out."""
    return max(agents, key=lambda seated: seated.used).seat


class _Drive:
    """One match on its way.

    The clock is looked at once a decision, and once more when 10 ms have gone by: decisions within them cost nobody
    anything. Where a step of the game may last longer than a decision it is looked at before each decision too, so that
    no agent pays for a slow game.
    """

    __slots__ = ("_agents", "_asker", "_deadline", "_enter", "_free", "_since", "_table", "_until")

    def __init__(self, table: Table, agents: Sequence[SeatedAgent], asker: Asker, enter: Callable[[int], None]) -> None:
        self._table = table
        self._agents = agents
        self._asker = asker
        self._enter = enter
        clock = table.plan.clock
        self._deadline = monotonic() + clock.match
        self._free = _FREE_SECONDS if clock.decision >= table.game.spec.step_seconds else 0.0
        self._since = self._until = 0.0

    def play(self) -> None:
        table, agents = self._table, self._agents
        while seats := table.open_seats:
            if len(seats) == 1:
                seated = agents[seats[0]]
                answer = self._ask(seated)
                if type(answer) is int:
                    if table.play(seated.seat, answer):
                        continue
                    if table.refused_out(seated.seat):
                        table.rule(seated.seat, Cause.ILLEGAL)
                else:
                    settle(table, seated, answer)
            else:
                self._ask_all([agents[seat] for seat in seats])
            if table.ready:
                table.step()

    def _ask_all(self, movers: Sequence[SeatedAgent]) -> None:
        for seated in movers:
            while seated.seat in self._table.open_seats:  # it may be asked again, and a forfeit ends the match for it
                settle(self._table, seated, self._ask(seated))

    def _ask(self, seated: SeatedAgent) -> Answer:
        if seated.lost:
            return seated.lost
        observation, legal, _ = self._table.prompt(seated.seat, seated.wants)
        if not self._until:
            self._look()
        self._enter(seated.seat)
        answer: Any
        try:
            answer = seated.act(observation, legal, seated.clock)
            if type(answer) is not int:
                answer = self._wait(seated, answer)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - border: an agent may raise anything
            answer = taken(error)
        self._enter(GAME)
        if (ended := monotonic()) < self._until:
            return answer  # type: ignore[no-any-return]  # an int, or from `taken`
        return self._charge(seated, answer, ended, question=legal.question)

    def _look(self) -> None:
        """Begin to count time, on clocks that are whole where the decision is another one."""
        for seated in self._agents:
            seated.renew(self._table.step_number)
        self._since = monotonic()
        self._until = min(self._since + self._free, self._deadline)

    def _charge(self, seated: SeatedAgent, answer: Answer, ended: float, *, question: bool) -> Answer:
        """What is left of an answer once its seat has paid for the time since the last look."""
        spent = ended - self._since
        seated.used += spent
        self._until = 0.0
        if ended >= self._deadline and not question:
            self._table.forfeit(overdue_seat(self._agents), Cause.TIMEOUT)
            return Cause.TIMEOUT
        return answer if seated.spend(spent) else Cause.TIMEOUT

    def _wait(self, seated: SeatedAgent, answer: Any) -> Answer:
        if not isinstance(answer, Awaitable):
            return taken(answer)
        return self._asker.wait(answer, lambda: self._enter(seated.seat), seated.left)
