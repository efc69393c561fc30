"""A match between two decisions: the simulator's match, what both sides are asked, and how the series stands."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from arena.core.errors import GameFault, IllegalAction, MalformedAction
from arena.core.game import Event, Outcome, SeatOutcome, State
from arena.core.legal import Choices
from arena.core.seed import Seed
from arena.core.values import Action, Fields, Seat, Value
from arena_pokemon_vgc.choices import Request, joint_choices, spoken
from arena_pokemon_vgc.engine.simulator import Answer, Choice, EngineMatch
from arena_pokemon_vgc.feed import Feed
from arena_pokemon_vgc.labels import label

if TYPE_CHECKING:
    from arena_pokemon_vgc.game import VgcGame

SEATS: Final = (Seat(0), Seat(1))
_REFUSED: Final = "[Unavailable choice]"
"""How the simulator begins when it takes no choice because of what this side could not know: it is asked again."""


class VgcState(State):
    """One match, or a series of them with the same teams and fresh seeds. `engine` is the simulator's match."""

    __slots__ = (
        "_legal",
        "_requests",
        "_seed",
        "_standing",
        "engine",
        "feed",
        "game",
        "played",
        "teams",
        "turn",
        "wins",
    )

    def __init__(self, game: "VgcGame", seed: Seed, teams: tuple[str, str]) -> None:
        self.game, self._seed, self.teams = game, seed, teams
        self.feed = Feed()
        self.wins = [0.0, 0.0]
        self.played = 0
        self.engine: EngineMatch
        self._begin()

    def _begin(self) -> None:
        self.engine, answer = self.game.simulator.open(self.game.rules, self._engine_seed(), self.teams)
        self._take(answer)

    def _engine_seed(self) -> str:
        seeds = self._seed.derive("match", self.played, 0).hex() + self._seed.derive("match", self.played, 1).hex()
        return f"sodium,{seeds}"

    def to_move(self) -> Collection[Seat]:
        return [seat for seat in SEATS if self._requests[seat] is not None]

    def request(self, seat: Seat) -> Request | None:
        """What the simulator asks of this seat; None when it owes nothing."""
        return self._requests[seat]

    def legal(self, seat: Seat) -> Choices:
        found = self._legal[seat]
        if found is None:
            request = self._asked(seat)
            ids = joint_choices(request, (self._standing[seat], self._standing[1 - seat]))
            found = self._legal[seat] = Choices(ids, partial(label, request=request))
        return found

    def _asked(self, seat: Seat) -> Request:
        request = self._requests[seat]
        assert request is not None
        return request

    def check(self, seat: Seat, action: Action) -> Action:
        if self._requests[seat] is None:
            raise IllegalAction("this seat owes no choice now (RULES.md, 4)")
        if isinstance(action, np.integer):
            action = int(action)
        if type(action) is not int:
            raise MalformedAction("answer with the id of a listed choice, a whole number (RULES.md, 4)")
        if action in self.legal(seat).ids:
            return action
        raise IllegalAction("this choice is not among those listed for this request (RULES.md, 4)")

    def step(self, actions: Mapping[Seat, Action]) -> None:
        error = self.game.step_many([self], [actions])[0]
        if error is not None:
            raise error

    def composed(self, actions: Mapping[Seat, Any]) -> Sequence[Choice]:
        """Checked actions in the simulator's words."""
        return [(int(seat), spoken(actions[seat], self._asked(seat))) for seat in sorted(actions)]

    def take(self, answer: Answer) -> None:
        """Go on by what the simulator made of the choices.

        Raises:
            GameFault: it did not accept one that was on offer.
        """
        for seat, error in enumerate(answer.errors):
            if error and not error.startswith(_REFUSED):
                raise GameFault(f"the simulator did not accept a listed choice of seat {seat}: {error[:200]}")
        self._take(answer)
        if answer.ended:
            self._finish(answer)

    def _take(self, answer: Answer) -> None:
        self.feed.add(answer.lines)
        self._requests = [None if request is None or request.get("wait") else request for request in answer.requests]
        self._standing = answer.standing
        self._legal: list[Choices | None] = [None, None]
        self.turn = answer.turn

    def _finish(self, answer: Answer) -> None:
        for seat in SEATS:
            self.wins[seat] += 0.5 if answer.winner < 0 else float(answer.winner == seat)
        self.played += 1
        self.feed.end(self.engine.input_log())
        if max(self.wins) <= self.game.best_of / 2 and self.played < self.game.best_of:
            self.game.simulator.release(self.engine)
            self.feed.begin()
            self._begin()

    def observe(self, viewer: Seat, want: Fields) -> Mapping[str, Value]:
        return self.game.views.build(self, viewer, want)

    def events(self, viewer: Seat, since: int) -> Sequence[Event]:
        return self.feed.events(viewer)[since:]

    def default_action(self, seat: Seat) -> Action:
        return self.legal(seat).ids[0]

    def outcome(self) -> Outcome | None:
        if any(request is not None for request in self._requests):
            return None
        best = max(self.wins)
        return [
            SeatOutcome(
                rank=1 if self.wins[seat] == best else 2,
                score=0.5 if self.wins[0] == self.wins[1] else float(self.wins[seat] == best),
                metrics={"won": self.wins[seat], "played": float(self.played), "turns": float(self.turn)},
            )
            for seat in SEATS
        ]

    def close(self) -> None:
        self.game.simulator.release(self.engine)
