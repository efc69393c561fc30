"""The agent `human`: shows its seat's view at the terminal and plays what is typed."""

import asyncio
import signal
from collections.abc import Sequence
from typing import Final, NoReturn

from arena.agents.human.forms import Form
from arena.agents.human.terminal import Countdown, Interrupted, OutOfTime, Terminal
from arena.core.agent import Agent, Clock, Observation, Resign, SeatInfo, Unavailable
from arena.core.game import Event, SeatOutcome
from arena.core.legal import Legal
from arena.core.terminal import news
from arena.core.values import Action

GRACE: Final = 1.0
"""Seconds after the clock has run down, in which the server says so itself."""
_SIGNAL_TURNS: Final = 3
"""Of the event loop, until a signal's handler has run: it wakes up, it reads which signal, it calls the handler."""
_LATE: Final = "Your time is up: the server goes on by the rules of the game."


class HumanAgent(Agent):
    """One seat of the person at this process's terminal, which plays one decision at a time."""

    holds_terminal = True
    """Nobody else may draw on it."""

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        self._terminal = Terminal.own()
        self._shown = ""
        self._met = False

    async def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """What the person answers before the clock has run down."""
        countdown = Countdown(clock)
        try:
            async with self._terminal.turn:
                return await self._ask(observation, legal, countdown)
        except OutOfTime:
            self._terminal.say(_LATE)
        except EOFError:
            raise Unavailable("the terminal has gone") from None
        await asyncio.sleep(GRACE)
        raise Unavailable("the person did not answer in time")

    def ended(self, outcome: SeatOutcome) -> None:
        """Tell how it ended."""
        role = f", as {outcome.role}" if outcome.role else ""
        self._terminal.say(
            f"--- match {self.seat.match_id} is over{role}: rank {outcome.rank}, score {outcome.score:g}"
        )

    async def _ask(self, observation: Observation, legal: Legal, countdown: Countdown) -> Action:
        self._show(observation)
        self._terminal.forget_keys()
        try:
            return await Form(lambda prompt: self._line(prompt, countdown), self._terminal.say).answer(legal)
        except asyncio.CancelledError:
            self._terminal.say(_LATE if countdown.left < GRACE else "Nobody waits for this answer any more.")
            raise

    def _show(self, observation: Observation) -> None:
        """The view, without what stood in it before; the rules once, at the first decision."""
        say = self._terminal.say
        if not self._met:
            say(f"--- {self.seat.game}, match {self.seat.match_id}: you sit in seat {self.seat.seat}")
            say(self.seat.brief)
            say()
        self._met = True
        if observation.refusal:
            say(f"Refused: {observation.refusal}")
        else:
            told = bool(observation.events)
            say((news(self._shown, observation.text) if told else observation.text) or _listed(observation.events))
            self._shown = observation.text

    async def _line(self, prompt: str, countdown: Countdown) -> str:
        while True:
            try:
                return await self._terminal.line(prompt, countdown)
            except Interrupted:
                await self._offer_to_resign(countdown)

    async def _offer_to_resign(self, countdown: Countdown) -> None:
        try:
            answer = await self._terminal.line("resign this match? y/n, Ctrl-C to leave for good", countdown)
        except Interrupted:
            signal.raise_signal(signal.SIGINT)  # whoever runs this agent begins no further match,
            for _ in range(_SIGNAL_TURNS):  # and says so before the resignation makes room for one
                await asyncio.sleep(0)
            self._resign()
        if answer.strip().lower() in {"y", "yes"}:
            self._resign()

    def _resign(self) -> NoReturn:
        self._terminal.say("You resign.")
        raise Resign


def _listed(events: Sequence[Event]) -> str:
    """Events in words, for games that have no text view."""
    return "\n".join(
        f"{event.kind}{'' if event.sender is None else f' of seat {event.sender}'}: {dict(event.data)}"
        for event in events
    )
