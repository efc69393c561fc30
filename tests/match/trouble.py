"""A plugin for the tests: a game that goes wrong as its option says, agents that do, and a codec of plain JSON."""

import asyncio
import ctypes
import json
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Event as Never
from typing import Any

from arena.core.agent import Agent, BatchAgent, Clock, Decision, Observation, Resign, SeatInfo, Unavailable
from arena.core.errors import ArenaError, BadEntry, GameFault, MalformedAction
from arena.core.game import Entries, Event, GameListing, State
from arena.core.legal import Legal
from arena.core.options import Option
from arena.core.seed import Seed
from arena.core.values import EVENTS, Action, Config, Seat, Value
from arena.plugin.spec import RegisterAgent, RegisterGame, hookimpl
from tests.match.fakes import Sum, SumGame

STAMPS = "TROUBLE_STAMPS"
"""Names the file that the beginnings of faults are noted in: the seed of the match, and monotonic seconds."""

FAULTS = (
    "none",
    "raise",
    "hang",
    "print",
    "exit",
    "segfault",
    "memory",
    "fork",
    "sysexit",
    "huge",
    "odd",
    "kill",
    "nan",
)
OPTIONS = (
    Option(name="fault", default="none", choices=FAULTS, help="what goes wrong"),
    Option(name="turn", kind="int", default=2, low=0, help="in which step"),
    Option(name="turns", kind="int", default=6, low=1, help="steps of a match"),
    Option(name="forfeit", default="loses", choices=("loses", "plays default"), help="what a lost decision means"),
)


class TroubleState(Sum):
    game: "TroubleGame"

    def __init__(self, game: "TroubleGame", seed: Seed, entries: Entries) -> None:
        super().__init__(game, seed, entries)
        self.seed = seed

    def step(self, actions: Mapping[Seat, Action]) -> None:
        if self.turns == self.game.config["turn"]:
            self.begin_fault()
            _FAULTS[str(self.game.config["fault"])](self)
        super().step(actions)

    def check(self, seat: Seat, action: Action) -> Action:
        checked = super().check(seat, action)
        strange = {"huge": 10**30, "odd": {3}}.get(self.game.config["fault"])
        if strange is None or self.turns != self.game.config["turn"]:
            return checked
        self.begin_fault()
        return strange

    def outcome(self) -> Any:
        outcome = super().outcome()
        if outcome and self.game.config["fault"] == "nan":
            self.begin_fault()
            outcome[0].score = float("nan")
        return outcome

    def begin_fault(self) -> None:
        """Note when it began, where a test wants to know: all processes share the monotonic clock."""
        if path := os.environ.get(STAMPS):
            with Path(path).open("a") as stamps:
                stamps.write(f"{self.seed.hex()} {time.monotonic()}\n")


class TroubleGame(SumGame):
    id = "trouble/sum"

    def __init__(self, config: Config) -> None:
        forfeit = config["forfeit"]
        seconds = 1.0 if config["fault"] == "hang" else 20.0
        super().__init__(turns=int(str(config["turns"])), id=self.id, step_seconds=seconds, forfeit=forfeit)
        self.config = config

    def new_state(self, seed: Seed, entries: Entries) -> State:
        if "bad" in entries.values():
            raise BadEntry("this entry is bad; bring another")
        return TroubleState(self, seed, entries)


class TogetherGame(TroubleGame):
    """Steps its states together; an answer of 9 spoils a state."""

    id = "trouble/together"

    def step_many(
        self, states: Sequence[State], actions: Sequence[Mapping[Seat, Action]]
    ) -> Sequence[ArenaError | None]:
        errors: list[ArenaError | None] = []
        for state, chosen in zip(states, actions, strict=True):
            spoiled = 9 in chosen.values()
            errors.append(GameFault("nine is too much") if spoiled else None)
            if not spoiled:
                state.step(chosen)
        return errors


def _raise(state: State) -> None:
    raise RuntimeError("secret of /etc/passwd")


def _fork(state: State) -> None:
    pid = os.fork()
    if pid:
        os.waitpid(pid, 0)


def _eat(state: State) -> None:
    kept = []
    while True:
        kept.append(bytearray(1 << 24))


def _print(state: State) -> None:
    print("printed by a game", flush=True)
    os.write(1, b"\x00\x00\x00\x01written by a game")


def _nothing(state: State) -> None:
    pass


_FAULTS = {
    "none": _nothing,
    "huge": _nothing,
    "odd": _nothing,
    "nan": _nothing,
    "raise": _raise,
    "hang": lambda state: Never().wait(),
    "print": _print,
    "exit": lambda state: os._exit(3),
    "segfault": lambda state: ctypes.string_at(0),
    "memory": _eat,
    "fork": _fork,
    "sysexit": lambda state: sys.exit(0),
    "kill": lambda state: os.kill(os.getpid(), signal.SIGKILL),
}


class Steady(Agent):
    """Always three."""

    wants = frozenset({EVENTS})

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Any:
        return 3


class Hanging(Steady):
    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Any:
        return Never().wait() if observation.step >= 1 else 3


class Slow(Steady):
    """Its constructor never ends."""

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        Never().wait()


class Exiting(Steady):
    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Any:
        return os._exit(5) if observation.step >= 1 else 3


class Raising(Steady):
    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Any:
        raise RuntimeError("the model is gone")


class Resigning(Steady):
    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Any:
        raise Resign


class Absent(Steady):
    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Any:
        raise Unavailable


class Illegal(Steady):
    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Any:
        return 99


class Garbage(Steady):
    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Any:
        return object()


class Waiting(Steady):
    async def act(self, observation: Observation, legal: Legal, clock: Clock) -> Any:
        await asyncio.sleep(0)
        return 3


class Together(BatchAgent):
    """Answers how many decisions it was asked at once, at most nine."""

    wants = frozenset()

    def act_batch(self, decisions: Sequence[Decision]) -> Sequence[Any]:
        return [min(9, len(decisions))] * len(decisions)


AGENTS = (Steady, Slow, Hanging, Exiting, Raising, Resigning, Absent, Illegal, Garbage, Waiting)


@hookimpl
def arena_register_games(register: RegisterGame) -> None:
    for name, game in (("sum", TroubleGame), ("together", TogetherGame)):
        register(
            GameListing(id=f"trouble/{name}", version="1.0.0", min_seats=2, max_seats=2, make=game, options=OPTIONS)
        )


@hookimpl
def arena_register_agents(register: RegisterAgent) -> None:
    for agent in AGENTS:
        name = f"trouble:{agent.__name__.lower()}"
        register(name, lambda rest, options, agent=agent: agent, summary="for tests", games=("trouble",))
    register("trouble:together", lambda rest, options: Together(), summary="for tests")


class JsonCodec:
    """JSON in place of the protocol."""

    def encode_prompt(
        self, step: int, fields: Mapping[str, Value], events: Sequence[Event], legal: Legal, **how: bool
    ) -> bytes:
        return json.dumps([step, dict(fields), len(events), how["from_start"]]).encode()

    def encode_view(self, step: int, fields: Mapping[str, Value], events: Sequence[Event]) -> bytes:
        return json.dumps([step, dict(fields), len(events)]).encode()

    def decode_action(self, data: bytes) -> Action:
        try:
            return json.loads(data)  # type: ignore[no-any-return]
        except ValueError:
            raise MalformedAction("an action is JSON") from None


CODEC = JsonCodec()
