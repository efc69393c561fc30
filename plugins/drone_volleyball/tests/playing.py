"""Matches between agents of the plugin, without the arena around them, and what their rallies came to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from arena.agents.simple import DefaultAgent, RandomAgent
from arena.core.agent import Agent, AgentFactory, Clock, Observation, SeatInfo
from arena.core.game import Event, Game
from arena.core.options import rated_id, resolve
from arena.core.seed import Seed
from arena.core.values import SPECTATOR, Json, MatchId, Seat
from arena_drone_volleyball.agents.hover import Hover
from arena_drone_volleyball.agents.rally import RallyAgent
from arena_drone_volleyball.agents.tasks import TaskAgent
from arena_drone_volleyball.agents.team import TeamAgent
from arena_drone_volleyball.control.attitude import steer
from arena_drone_volleyball.control.ballistics import launch
from arena_drone_volleyball.control.skills import Order, Skill, fly
from arena_drone_volleyball.physics.world import World
from arena_drone_volleyball.play.flight import Flight
from arena_drone_volleyball.play.frame import own_ball, own_body
from arena_drone_volleyball.play.game import DRILL_OPTIONS, OPTIONS, DrillGame
from arena_drone_volleyball.rules.drills import DRILLS
from plugins.drone_volleyball.tests.courts import LEVEL_POSE, contest, game

AGENTS: dict[str, AgentFactory] = {
    "null": DefaultAgent,
    "random": RandomAgent,
    "hover": Hover,
    "rally": RallyAgent,
    "team": TeamAgent,
    "task": TaskAgent,
}


@dataclass(frozen=True, slots=True)
class Played:
    """One rally. A serve is legal when the server's side brought the ball over, returned when it was brought back."""

    hits: int
    winner: str | None
    reason: str
    crossings: int

    @property
    def legal_serve(self) -> bool:
        return self.crossings >= 1

    @property
    def returned(self) -> bool:
        return self.crossings >= 2


def play(court: str, sides: tuple[str, str], seed: int, **options: Json) -> list[Played]:
    """The rallies of one match."""
    made, state = game(court, **options), contest(court, seed, **options)
    _fly(state, [AGENTS[sides[made.court.side(n)]](seat_of(made, n)) for n in range(made.spec.seats)])
    return list(_rallies(state.events(SPECTATOR, 0)))


def drill(task: str, agent: str, seed: int, **options: Json) -> float:
    """What one run of a task scores."""
    made = DrillGame(next(each for each in DRILLS if each.name == task), resolve(DRILL_OPTIONS, options))
    state = made.new_state(Seed.of(seed), {})
    _fly(state, [AGENTS[agent](seat_of(made, n)) for n in range(made.spec.seats)])
    return state.outcome()[0].score


class Landed(NamedTuple):
    """How an attack ended: where the ball came down, and the lowest height at which it passed the net."""

    place: tuple[float, float]
    over_net: float


def attack(order: Order, lift: float, away: float) -> Landed:
    """One attack in the near half, of a set from (4, -1.5) to (3, 1.5) that flies for `lift` s; `away` m is off it."""
    world, over, hit = World(1), [0.0], False
    world.place(np.array([(3.0, 1.5 - away, 1.7, *LEVEL_POSE)]), np.array((4.0, -1.5, 1.9)))
    world.ball_velocity[:] = launch((4.0, -1.5, 1.9), (3.0, 1.5, 1.9), lift)
    while world.ball[2] > 0.2:
        body, ball = own_body(world, 0, 0), own_ball(world, 0)
        now = Order(Skill.GOTO, (3.0, 1.5, 1.7), 0.0) if hit else order
        hit = bool(world.advance(np.array([steer(body, fly(now, body, ball))]))) or hit
        if abs(world.ball[0]) < 0.3:
            over.append(float(world.ball[2]))
    return Landed((float(world.ball[0]), float(world.ball[1])), min(over[1:], default=0.0))


def _fly(state: Flight, agents: Sequence[Agent]) -> None:
    seen, clock = [0] * len(agents), Clock(1.0, 1.0)
    while movers := list(state.to_move()):
        actions = {}
        for seat in movers:
            events = state.events(seat, seen[seat])
            seen[seat] += len(events)
            actions[seat] = state.check(seat, _act(agents[seat], state.observe, seat, events, state.legal(seat), clock))
        state.step(actions)


def _act(agent: Agent, observe, seat: Seat, events: Sequence[Event], legal, clock: Clock):
    return agent.act(Observation(0, observe(seat, agent.wants), events), legal, clock)


def seat_of(made: Game, number: int) -> SeatInfo:
    return SeatInfo(
        match_id=MatchId("match"),
        seat=Seat(number),
        seats=made.spec.seats,
        game=_rated(made),
        config=made.config,
        brief=made.spec.brief,
        seed=Seed.of(number),
    )


def _rated(made: Game) -> str:
    """As agents are told it: with the options that change the rules."""
    options = DRILL_OPTIONS if isinstance(made, DrillGame) else OPTIONS
    return rated_id(made.spec.id, options, made.config)


def _rallies(events: Sequence[Event]) -> Iterator[Played]:
    crossings = 0
    for event in events:
        if event.kind == "serve":
            crossings = 0
        elif event.kind == "crossing":
            crossings += 1
        elif event.kind == "rally":
            winner = event.data["winner"]
            yield Played(int(str(event.data["hits"])), winner and str(winner), str(event.data["reason"]), crossings)
