"""Tiny games with one property each, for tables, pools and workers."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from arena.core.errors import IllegalAction
from arena.core.game import Entries, Event, FieldSpec, Game, GameSpec, Outcome, SeatOutcome, State
from arena.core.legal import Choices, Legal
from arena.core.match import GameRef, MatchPlan, PartyRef
from arena.core.seed import Seed
from arena.core.values import Action, AgentName, Fields, MatchId, Seat, SetId, Value

TURN = FieldSpec(name="text", kind="text", help="the sum so far")


class Sum(State):
    """Each seat adds 0 to 9 in turn, or all at once; the highest own sum wins."""

    def __init__(self, game: "SumGame", seed: Seed, entries: Entries) -> None:
        self.game = game
        self.sums = [seed.stream("deal").randrange(3) for _ in range(game.spec.seats)]
        self.turns = 0
        self.log: list[Event] = []
        self.paid: dict[Seat, dict[str, float]] = {}

    def to_move(self) -> Collection[Seat]:
        game = self.game
        if self.turns == game.turns:
            return ()
        if game.spec.dynamics == "simultaneous":
            return {Seat(s) for s in range(game.spec.seats)}
        return (Seat(self.turns % game.spec.seats),)

    def legal(self, seat: Seat) -> Legal:
        return Choices(range(10), question=self.turns in self.game.questions)

    def check(self, seat: Seat, action: Action) -> Action:
        if not isinstance(action, int) or not 0 <= action < 10:
            raise IllegalAction(f"{action!r} is not a number from 0 to 9 (RULES 1)")
        return action

    def step(self, actions: Mapping[Seat, Action]) -> None:
        self.paid = {}
        for seat, action in actions.items():
            assert isinstance(action, int)
            self.sums[seat] += action
            self.paid[seat] = {"added": float(action)}
            self.log.append(Event(len(self.log), "added", {"n": action}, seat))
        self.turns += 1

    def observe(self, viewer: Seat, want: Fields) -> Mapping[str, Value]:
        return {name: f"sum {sum(self.sums)}" for name in want}

    def events(self, viewer: Seat, since: int) -> Sequence[Event]:
        return self.log[since:]

    def rewards(self) -> Mapping[Seat, Mapping[str, float]]:
        return self.paid

    def default_action(self, seat: Seat) -> Action:
        return 0

    def outcome(self) -> Outcome | None:
        if self.turns < self.game.turns:
            return None
        order = sorted(set(self.sums), reverse=True)
        return [SeatOutcome(order.index(s) + 1, float(s), metrics={"sum": float(s)}) for s in self.sums]


class SumGame(Game):
    """Configured by keyword: any field of GameSpec, `turns`, and the turns that are `questions`."""

    def __init__(self, *, turns: int = 4, questions: Collection[int] = (), sides: Sequence[int] = (), **spec: Any):
        self.turns = turns
        self.questions = questions
        self.sides = sides
        self.config = {}
        about = {"id": "fake/sum", "version": "1.0.0", "seats": 2, "summary": "sums", "brief": "add", "fields": (TURN,)}
        self.spec = GameSpec(**{**about, **spec})

    def teams(self, seed: Seed) -> Sequence[int]:
        return self.sides or super().teams(seed)

    def new_state(self, seed: Seed, entries: Entries) -> State:
        return Sum(self, seed, entries)


def make_plan(game: Game, parties: int | None = None, spec: str | None = None, seed: int = 1) -> MatchPlan:
    """A plan for one match of `game`, its agents named a0, a1, ..."""
    count = game.spec.parties if parties is None else parties
    ref = GameRef(id=game.spec.id, version=game.spec.version, config=game.config, rated_id=game.spec.id)
    return MatchPlan(
        match_id=MatchId(f"m{seed}"),
        set_id=SetId("s"),
        ordinal=0,
        game=ref,
        seed=Seed.of(seed),
        parties=tuple(PartyRef(agent=AgentName(f"a{i}"), spec=spec) for i in range(count)),
        clock=game.spec.clock,
    )
