"""Matches of the agent under test against random opponents, in this process, and what was noticed while they ran."""

import asyncio
import inspect
from collections.abc import Awaitable
from dataclasses import dataclass, field
from time import perf_counter

from arena.agents.sampling import sample
from arena.core.agent import (
    Agent,
    AgentFactory,
    BatchAgent,
    Clock,
    Decision,
    Observation,
    Reply,
    Resign,
    SeatInfo,
    Unavailable,
)
from arena.core.canonical import canonical
from arena.core.errors import ActionRefused
from arena.core.game import Entries, Game, SeatOutcome
from arena.core.legal import Legal
from arena.core.seed import Seed
from arena.core.values import EVENTS, Action, Fields, Json, MatchId, Seat


@dataclass(slots=True, kw_only=True)
class Answer:
    """One decision the agent was asked for; `fault` is what it raised, `refusal` why its action is not legal."""

    seat: Seat
    seconds: float = 0.0
    fault: str = ""
    refusal: str = ""
    gave_up: bool = False
    observation_changed: bool = False


@dataclass(slots=True, kw_only=True)
class AgentTrial:
    """All that was noticed of one agent; faults outside decisions stand in the other lists, as sentences."""

    game: Game
    wants: Fields = frozenset()
    answers: list[Answer] = field(default_factory=list)
    build_faults: list[str] = field(default_factory=list)
    ending_faults: list[str] = field(default_factory=list)
    entry_fault: str = ""
    played: int = 0
    ended: int = 0
    seated: set[Seat] = field(default_factory=set)


class _OneSeat(Agent):
    """A batch agent in one seat, asked for one decision at a time."""

    def __init__(self, seat: SeatInfo, batch: BatchAgent) -> None:
        super().__init__(seat)
        self._batch = batch

    async def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action | Reply:
        asked = self._batch.act_batch([Decision(seat=self.seat, observation=observation, legal=legal, clock=clock)])
        (reply,) = await asked if inspect.isawaitable(asked) else asked
        if isinstance(reply, Exception):
            raise reply
        return reply

    def ended(self, outcome: SeatOutcome) -> None:
        self._batch.ended(self.seat, outcome)


def watch(game: Game, agent: AgentFactory | BatchAgent, *, matches: int, seed: int, max_steps: int) -> AgentTrial:
    """Play `matches` matches, the agent in each seat in turn and random in the others."""
    trial, loop = AgentTrial(game=game), asyncio.new_event_loop()
    try:
        entry = _entry(trial, agent)
        for n in range(matches):
            info = _seat_info(game, Seed.of(seed + n), Seat(n % game.spec.seats))
            trial.played += 1
            subject = _seated(trial, agent, info)
            if subject is not None:
                entries: Entries = {} if entry is None else {info.seat: entry}
                _Match(trial, subject, loop, Seed.of(seed + n), entries).play(max_steps)
    finally:
        loop.close()
    return trial


def _entry(trial: AgentTrial, agent: AgentFactory | BatchAgent) -> Json:
    brings = getattr(agent, "entry", None)
    try:
        return None if brings is None else trial.game.check_entry(brings(trial.game.spec.id, trial.game.config))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - border: the agent under test may raise anything
        trial.entry_fault = _told(error)
        return None


def _seated(trial: AgentTrial, agent: AgentFactory | BatchAgent, info: SeatInfo) -> Agent | None:
    try:
        subject = _OneSeat(info, agent) if isinstance(agent, BatchAgent) else agent(info)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - border: the agent under test may raise anything
        trial.build_faults.append(_told(error))
        return None
    trial.wants = agent.wants if isinstance(agent, BatchAgent) else subject.wants
    trial.seated.add(info.seat)
    return subject


class _Match:
    """One match of the trial."""

    def __init__(
        self, trial: AgentTrial, subject: Agent, loop: asyncio.AbstractEventLoop, seed: Seed, entries: Entries
    ) -> None:
        self._trial, self._subject, self._loop = trial, subject, loop
        self._state = trial.game.new_state(seed, entries)
        self._opponents = seed.stream("opponents")
        self._told = self._decided = 0

    def play(self, max_steps: int) -> None:
        """From the first decision to the outcome, or to `max_steps`."""
        for _ in range(max_steps):
            movers = sorted(self._state.to_move())
            if not movers:
                self._end()
                break
            self._state.step({seat: self._action(seat) for seat in movers})
        self._state.close()

    def _action(self, seat: Seat) -> Action:
        if seat == self._subject.seat.seat:
            return self._ask(seat, self._look(seat))
        return self._state.check(seat, sample(self._state.legal(seat), self._opponents))

    def _look(self, seat: Seat) -> Observation:
        wants = self._trial.wants
        events = self._state.events(seat, self._told) if EVENTS in wants else ()
        self._told += len(events)
        step, self._decided = self._decided, self._decided + 1
        return Observation(step=step if wants else 0, fields=self._state.observe(seat, wants), events=events)

    def _ask(self, seat: Seat, observation: Observation) -> Action:
        before, began, answer = _seen(observation), perf_counter(), Answer(seat=seat)
        action: Action | None = None
        try:
            action = self._state.check(seat, self._reply(observation, self._state.legal(seat)))
        except ActionRefused as error:
            answer.refusal = str(error)
        except (Resign, Unavailable):
            answer.gave_up = True
        except (Exception, SystemExit) as error:  # noqa: BLE001 - border: the agent under test may raise anything
            answer.fault = _told(error)
        answer.seconds = perf_counter() - began
        answer.observation_changed = _seen(observation) != before
        self._trial.answers.append(answer)
        return self._state.check(seat, self._state.default_action(seat)) if action is None else action

    def _reply(self, observation: Observation, legal: Legal) -> Action:
        limits = self._trial.game.spec.clock
        asked = self._subject.act(observation, legal, Clock(decision=limits.decision, bank=limits.bank))
        reply = self._loop.run_until_complete(_result(asked)) if inspect.isawaitable(asked) else asked
        return reply.action if isinstance(reply, Reply) else reply

    def _end(self) -> None:
        outcome = self._state.outcome()
        self._trial.ended += 1
        try:
            if outcome is not None:
                self._subject.ended(outcome[self._subject.seat.seat])
        except (Exception, SystemExit) as error:  # noqa: BLE001 - border: the agent under test may raise anything
            self._trial.ending_faults.append(_told(error))


async def _result(asked: Awaitable[Action | Reply]) -> Action | Reply:
    return await asked


def _seat_info(game: Game, seed: Seed, seat: Seat) -> SeatInfo:
    return SeatInfo(
        match_id=MatchId(f"trial-{seed.hex()[:8]}"),
        seat=seat,
        seats=game.spec.seats,
        game=game.spec.id,
        config=game.config,
        brief=game.spec.brief,
        seed=seed.derive("agent", seat),
    )


def _seen(observation: Observation) -> bytes:
    return canonical([observation.step, dict(observation.fields), list(observation.events)])


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
