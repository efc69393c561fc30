"""A game of votes as a plugin: twins who vote alike, a null bot that wins too often, and columns of its own."""

from hashlib import sha256

from arena.core.agent import Agent
from arena.core.game import FieldSpec, Game, GameListing, GameSpec, SeatOutcome, State
from arena.core.legal import Choices
from arena.core.measures import BaseRate, Column, Measures, Vote
from arena.core.values import TEXT
from arena.plugin import hookimpl

SEATS, ROUNDS = 5, 4


class Council(Game):
    """Everybody votes for a seat, four times; even seats are of the left, and a coin says which side wins."""

    def __init__(self, config):
        self.config = config
        self.spec = GameSpec(
            id="council/vote",
            version="1",
            seats=SEATS,
            summary="Vote.",
            brief="Vote.",
            fields=(FieldSpec(name=TEXT, kind="text", help="nothing"),),
            dynamics="simultaneous",
        )

    def new_state(self, seed, entries):
        return CouncilState(seed)


class CouncilState(State):
    def __init__(self, seed):
        self.rounds = []
        self.winner = seed.stream("coin").randrange(2)

    def to_move(self):
        return range(SEATS) if len(self.rounds) < ROUNDS else ()

    def legal(self, seat):
        return Choices(range(SEATS))

    def check(self, seat, action):
        return int(action)

    def step(self, actions):
        self.rounds.append(dict(actions))

    def observe(self, viewer, want):
        return {TEXT: "vote"} if TEXT in want else {}

    def default_action(self, seat):
        return 0

    def outcome(self):
        return [self._seat(seat) for seat in range(SEATS)] if len(self.rounds) == ROUNDS else None

    def _seat(self, seat):
        won = seat % 2 == self.winner
        zeros = {"zeros": sum(votes[seat] == 0 for votes in self.rounds) / ROUNDS} if seat else {}
        return SeatOutcome(2 - won, float(won), role=f"r{seat}", team=("left", "right")[seat % 2], metrics=zeros)


class Twin(Agent):
    """Votes by what only the match decides."""

    def act(self, observation, legal, clock):
        return sha256(f"{self.seat.match_id}/{observation.step}".encode()).digest()[0] % SEATS


class Loner(Agent):
    """Votes by its own luck."""

    def __init__(self, seat):
        super().__init__(seat)
        self.rng = seat.rng()

    def act(self, observation, legal, clock):
        return self.rng.randrange(SEATS)


def votes(state):
    for at, made in enumerate(state.rounds):
        yield from (Vote(at, seat, target) for seat, target in made.items())


def letters(game, agents):
    return {agent.name: len(agent.spec) for agent in agents if "twin" in agent.spec}


def broken(game, agents):
    raise RuntimeError("no table here")


@hookimpl
def arena_register_games(register):
    columns = (
        Column(name="letters", heading="letters", help="how long a twin's SPEC is", measure=letters),
        Column(name="broken", heading="broken", help="never there", measure=broken),
    )
    rates = [BaseRate("council:dull", side, 0.02) for side in ("left", "right")]
    measures = Measures(columns=columns, votes=votes, base_rates={"council/vote": rates})
    register(GameListing(id="council/vote", version="1", min_seats=5, max_seats=5, make=Council, measures=measures))


@hookimpl
def arena_register_agents(register):
    for name in ("twin-a", "twin-b", "c", "d"):
        made = Twin if "twin" in name else Loner
        register(f"council:{name}", lambda rest, options, made=made: made, summary=name, games=("council",))
    register("council:dull", lambda rest, options: Loner, summary="dull", games=("council",), null=True)
