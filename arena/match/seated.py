"""An agent in its seat of one match: its clock, and how it is told the outcome."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from arena.core.agent import Agent, BatchAgent, Clock, Observation, SeatInfo
from arena.core.game import ClockSpec, SeatOutcome
from arena.core.legal import Legal
from arena.core.match import Cause, SeatResult
from arena.core.values import Action, Seat
from arena.match.prompt import Wants
from arena.plugin.border import log_once


def _nobody(observation: Observation, legal: Legal, clock: Clock) -> Action:
    raise AssertionError("this seat is not asked alone")


@dataclass(slots=True)
class SeatedAgent:
    """An agent in its seat of one match. Once `lost` to a cause it is not called again; its decisions are ruled."""

    seat: Seat
    info: SeatInfo
    wants: Wants
    limits: ClockSpec
    agent: Agent | BatchAgent | None
    lost: Cause | None = None
    act: Callable[..., Any] = _nobody
    """Asks the agent for one decision."""
    used: float = 0.0
    """Seconds, in the whole match."""
    clock: Clock = field(init=False)
    """What this decision has left, as the agent is shown it."""
    bank: float = field(init=False)
    """Seconds left in it, whether or not this decision may use them."""
    step: int = 0
    """Of the decision that the clock counts."""
    decided: bool = False

    def __post_init__(self) -> None:
        self.bank = self.limits.bank
        self.clock = Clock(0.0, 0.0)
        self._fill()

    @property
    def left(self) -> float:
        """Seconds until its decision is lost."""
        return self.clock.decision + self.clock.bank

    def renew(self, step: int) -> None:
        """A new decision has its own time again; one that is asked again has what is left of it."""
        if step != self.step:
            self.step = step
            self._fill()

    def _fill(self) -> None:
        limits = self.limits
        cap = limits.cap if self.decided else limits.first_cap
        self.clock.decision = min(limits.decision, cap)
        self.clock.bank = min(self.bank, cap - self.clock.decision)

    def spend(self, seconds: float) -> bool:
        """Take time off the decision, then off the bank; whether there was enough."""
        clock, self.decided = self.clock, True
        clock.decision -= seconds
        if clock.decision >= 0:
            return True
        clock.bank += clock.decision
        self.bank = max(self.bank + clock.decision, 0.0)
        clock.decision = 0.0
        enough = clock.bank >= 0
        clock.bank = max(clock.bank, 0.0)
        return enough

    @property
    def listens(self) -> bool:
        """Whether it does anything when told its outcome."""
        return getattr(type(self.agent), "ended", None) not in _DEAF

    def tell(self, result: SeatResult) -> None:
        """Tell the agent how the match ended for it; what it raises then concerns nobody."""
        outcome = SeatOutcome(result.rank, result.score, result.role, result.team, result.metrics)
        try:
            if isinstance(self.agent, BatchAgent):
                self.agent.ended(self.info, outcome)
            elif self.agent is not None:
                self.agent.ended(outcome)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - border: an agent may raise anything
            log_once(f"an agent raised {type(error).__name__} when told its outcome", error)


_DEAF = (None, Agent.ended, BatchAgent.ended)
