"""Self-play in this process: many matches side by side, and the network asked for all their decisions at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from arena.agents.mlp import Floats, Form, Mlp
from arena.core.errors import BadRequest, GameFault
from arena.core.game import Game, State
from arena.core.legal import Choices
from arena.core.seed import Seed
from arena.core.values import Seat


@dataclass(slots=True)
class Played:
    """What one seat did in one match: the numbers of its decisions in the order of play, and how it ended for it."""

    role: str
    decisions: list[int] = field(default_factory=list)
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Experience:
    """All decisions of a round of self-play, row by row, and the seats of each match that made them.

    `inputs` has the shape (decisions, width), `legal` (decisions, actions) and `actions` (decisions,).
    """

    inputs: Floats
    legal: NDArray[np.bool_]
    actions: NDArray[np.int64]
    matches: Sequence[Sequence[Played]]


@dataclass(frozen=True, slots=True)
class _Moment:
    """The decisions of all running matches at one point, and what was chosen."""

    inputs: Floats
    legal: NDArray[np.bool_]
    actions: NDArray[np.int64]


def form_of(game: Game, rated_id: str) -> Form:
    """What a network for this game sees and chooses from.

    Raises:
        BadRequest: the game shows no tensor, or does not offer choices.
    """
    spec = game.spec
    tensor = next((one for one in spec.fields if one.kind == "tensor"), None)
    if tensor is None or not spec.choices:
        lacks = (
            "shows its seats no tensor"
            if tensor is None
            else "offers no choices, or does not say how many there are at most"
        )
        raise BadRequest(
            f"{spec.id} {lacks}, which a network needs; choose a game such as openspiel/kuhn_poker, or name a language "
            "model for games in words by --set model=FOLDER"
        )
    size = int(np.prod(tensor.shape))
    return Form(game=rated_id, field=tensor.name, size=size, seats=spec.seats, actions=spec.choices)


def play(game: Game, network: Mlp, seeds: Sequence[Seed], rng: Generator) -> Experience:
    """Play a match of each seed, the network in every seat; `rng` draws its actions.

    Raises:
        BadRequest: a decision is no choice from a list.
        GameFault: a match does not end.
    """
    states = [game.new_state(seed, {}) for seed in seeds]
    matches = [[Played(role="") for _ in range(game.spec.seats)] for _ in states]
    moments: list[_Moment] = []
    running, decisions = list(range(len(states))), 0
    while movers := [(match, seat) for match in running for seat in states[match].to_move()]:
        moments.append(_decide(network, states, movers, rng))
        for row, (match, seat) in enumerate(movers):
            matches[match][seat].decisions.append(decisions + row)
        decisions += len(movers)
        running = _step(states, movers, moments[-1].actions)
        if len(moments) > game.spec.max_decisions:
            raise GameFault(f"a match of {game.spec.id} has not ended after {game.spec.max_decisions} decisions")
    for state, seats in zip(states, matches, strict=True):
        _settle(state, seats)
    return Experience(
        np.concatenate([moment.inputs for moment in moments]),
        np.concatenate([moment.legal for moment in moments]),
        np.concatenate([moment.actions for moment in moments]),
        matches,
    )


def draw(chances: Floats, rng: Generator) -> NDArray[np.int64]:
    """One column for each row, with the row's probabilities."""
    summed = np.cumsum(chances, axis=1, dtype=np.float64)
    points = rng.random(len(chances)) * summed[:, -1]
    drawn: NDArray[np.int64] = np.argmax(summed > points[:, None], axis=1)
    return drawn


def _decide(network: Mlp, states: Sequence[State], movers: Sequence[tuple[int, Seat]], rng: Generator) -> _Moment:
    form = network.form
    inputs = form.inputs(
        [seat for _, seat in movers], [states[match].observe(seat, network.wants) for match, seat in movers]
    )
    legal = form.legal([_choices(states[match], seat) for match, seat in movers])
    return _Moment(inputs, legal, draw(network.chances(inputs, legal), rng))


def _choices(state: State, seat: Seat) -> Choices:
    legal = state.legal(seat)
    if not isinstance(legal, Choices):
        raise BadRequest(f"a decision of this game is no choice from a list but {type(legal).__name__}")
    return legal


def _step(states: Sequence[State], movers: Sequence[tuple[int, Seat]], actions: NDArray[np.int64]) -> list[int]:
    """Play the actions; the matches that were asked."""
    chosen: dict[int, dict[Seat, int]] = {}
    for (match, seat), action in zip(movers, actions.tolist(), strict=True):
        chosen.setdefault(match, {})[seat] = action
    for match, by_seat in chosen.items():
        state = states[match]
        state.step({seat: state.check(seat, action) for seat, action in by_seat.items()})
    return list(chosen)


def _settle(state: State, seats: Sequence[Played]) -> None:
    outcome = state.outcome()
    assert outcome is not None
    for number, (seat, told) in enumerate(zip(seats, outcome, strict=True)):
        seat.role, seat.score = told.role or f"seat {number}", told.score
    state.close()
