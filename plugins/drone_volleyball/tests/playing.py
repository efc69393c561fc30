"""Matches between agents of the plugin, without the arena around them, and what their rallies came to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from arena.agents.simple import RandomAgent
from arena.core.agent import Agent, AgentFactory, Clock, Observation, SeatInfo
from arena.core.game import Event
from arena.core.seed import Seed
from arena.core.values import SPECTATOR, Json, MatchId, Seat
from arena_drone_volleyball.agents.hover import Hover
from arena_drone_volleyball.agents.rally import RallyAgent
from arena_drone_volleyball.agents.team import TeamAgent
from arena_drone_volleyball.play.game import CourtGame
from plugins.drone_volleyball.tests.courts import contest, game

AGENTS: dict[str, AgentFactory] = {"random": RandomAgent, "hover": Hover, "rally": RallyAgent, "team": TeamAgent}


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
    agents = [AGENTS[sides[made.court.side(n)]](seat_of(made, n)) for n in range(made.spec.seats)]
    seen, clock = [0] * len(agents), Clock(1.0, 1.0)
    while movers := list(state.to_move()):
        actions = {}
        for seat in movers:
            events = state.events(seat, seen[seat])
            seen[seat] += len(events)
            actions[seat] = state.check(seat, _act(agents[seat], state.observe, seat, events, state.legal(seat), clock))
        state.step(actions)
    return list(_rallies(state.events(SPECTATOR, 0)))


def _act(agent: Agent, observe, seat: Seat, events: Sequence[Event], legal, clock: Clock):
    return agent.act(Observation(0, observe(seat, agent.wants), events), legal, clock)


def seat_of(made: CourtGame, number: int) -> SeatInfo:
    return SeatInfo(
        match_id=MatchId("match"),
        seat=Seat(number),
        seats=made.spec.seats,
        game=made.spec.id,
        config=made.config,
        brief=made.spec.brief,
        seed=Seed.of(number),
    )


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
