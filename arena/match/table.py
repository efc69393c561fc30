"""One live match: its state, the seats that still owe an answer, its refusals and its record.

Pure and synchronous: no clock, no I/O. What the game's code raises passes through; whoever drives a table turns it into
a void match (`arena.plugin.border`).
"""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from types import MappingProxyType

from arena.core.agent import Observation, Provenance
from arena.core.canonical import finite
from arena.core.errors import ActionRefused, GameFault, MalformedAction, MatchOver, StaleRequest
from arena.core.game import Event, Game, State
from arena.core.match import Cause, MatchPlan, MatchResult, Move, SeatResult
from arena.core.values import Action, Seat, Value
from arena.match.adjudication import by_forfeit, by_rules
from arena.match.notes import Notes
from arena.match.prompt import Prompt, Wants
from arena.match.seating import seat_entries, seat_parties

_NO_FIELDS: Mapping[str, Value] = MappingProxyType({})
_NO_EVENTS: tuple[Event, ...] = ()
_BLANK = Observation(0, _NO_FIELDS, _NO_EVENTS)
_by_seat = itemgetter(Move._fields.index("seat"))


class Table:
    """A match from its deal to its result.

    `open_seats` owe a decision of step `step_number`; when all have answered the table is `ready`, and `step` plays
    their actions at once. Refusals count per decision; at the game's `max_refusals` the decision is lost to `illegal`.
    """

    __slots__ = (
        "_answers",
        "_cap",
        "_cursors",
        "_defaults",
        "_forfeit",
        "_notes",
        "_pays",
        "_reasons",
        "_refusals",
        "_rewards",
        "_tries",
        "_turns",
        "game",
        "moves",
        "open_seats",
        "over",
        "parties",
        "plan",
        "sides",
        "state",
        "step_number",
    )

    def __init__(self, game: Game, plan: MatchPlan) -> None:
        self.game = game
        self.plan = plan
        self.sides: Sequence[int] = game.teams(plan.seed) if game.spec.teams else ()
        self.parties = seat_parties(game, plan, self.sides)
        self.moves: list[Move] = []
        self.step_number = 0
        self.over = False
        self.open_seats: list[Seat] = []
        self._answers: list[Move] = []
        self._turns = [0] * game.spec.seats
        self._forfeit: Move | None = None
        self._cursors: dict[Seat, int] = {}
        self._tries: dict[Seat, int] = {}
        self._reasons: dict[Seat, str] = {}
        self._refusals: dict[Seat, int] = {}
        self._defaults: dict[Seat, int] = {}
        self._rewards: dict[Seat, dict[str, float]] = {}
        self._notes = Notes()
        self.state = game.new_state(plan.seed, seat_entries(plan, self.parties))
        self._cap = game.spec.max_decisions
        self._pays = type(self.state).rewards is not State.rewards
        self._look()

    @property
    def ready(self) -> bool:
        """Whether every seat asked has answered, so that `step` can go on."""
        return not self.open_seats and not self.over

    def prompt(self, seat: Seat, wants: Wants, *, whole: bool = False) -> Prompt:
        """What an open seat is asked: its view, its events since it last looked (`whole`: all), its legal actions.

        Seats that want nothing built share one blank observation.
        """
        if not wants.views and not wants.events:
            return _BLANK, self.state.legal(seat), False
        observation, from_start = self.view(seat, wants, whole=whole)
        if self._tries:
            observation.refusal = self._reasons.get(seat, "")
        return observation, self.state.legal(seat), from_start

    def view(self, viewer: Seat, wants: Wants, *, whole: bool = False) -> tuple[Observation, bool]:
        """What a seat, SPECTATOR or OMNISCIENT may know now, and whether its events begin with the first.

        A seat's step counts its own decisions: that of the match would tell it how often others were asked.
        """
        fields = self.state.observe(viewer, wants.views) if wants.views else _NO_FIELDS
        step = self._turns[viewer] if viewer >= 0 else self.step_number
        if not wants.events:
            return Observation(step, fields, _NO_EVENTS), whole
        since = 0 if whole else self._cursors.get(viewer, 0)
        events = self.state.events(viewer, since)
        self._cursors[viewer] = since + len(events)
        return Observation(step, fields, events), not since

    def submit(self, seat: Seat, action: Action, provenance: Provenance | None = None) -> Move:
        """A seat's own answer, in canonical form once it stands.

        Raises:
            MatchOver, StaleRequest: the seat owes no decision.
            IllegalAction, MalformedAction: refused and counted; see `refused_out`.
        """
        if seat not in self.open_seats:
            raise MatchOver("the match has ended") if self.over else StaleRequest(f"seat {seat} owes no decision now")
        try:
            chosen = self.state.check(seat, action)
            if type(chosen) is not int and not finite(chosen):
                raise MalformedAction("an action holds NaN or an infinity; its numbers must be finite")
        except ActionRefused as error:
            self.refuse(seat, str(error), action)
            raise
        if provenance is not None:
            self._notes.made(self.step_number, seat, provenance)
        if type(chosen) is not int:
            self._notes.taken(self.step_number, seat, sent=action, stands=chosen)
        move = Move(self.step_number, seat, chosen)
        self.open_seats.remove(seat)
        self._answers.append(move)
        return move

    def refuse(self, seat: Seat, reason: str, sent: object) -> None:
        """Count a refused answer against an open seat, and keep it for its owner."""
        self._tries[seat] = self._tries.get(seat, 0) + 1
        self._refusals[seat] = self._refusals.get(seat, 0) + 1
        self._reasons[seat] = reason
        self._notes.refused(self.step_number, seat, reason, sent)

    def recall(self, refusals: Mapping[int, tuple[int, int]]) -> None:
        """Take over the refusals of an earlier table of this match: for the open decision, and in all, by seat."""
        for number, (tries, total) in refusals.items():
            self._tries[Seat(number)], self._refusals[Seat(number)] = tries, total

    def refused_out(self, seat: Seat) -> bool:
        """Whether this decision has been refused as often as the game allows; `rule(seat, ILLEGAL)` is due."""
        return self._tries.get(seat, 0) >= self.game.spec.max_refusals

    def rule(self, seat: Seat, cause: Cause) -> Move | None:
        """Take a decision from a seat: the default is played or the seat forfeits, as the game says.

        RESIGNED forfeits at any time. A question gets its default, and that is no fault. None when nothing was owed.
        """
        if self.over or (seat not in self.open_seats and cause is not Cause.RESIGNED):
            return None
        if cause is Cause.RESIGNED:
            return self.forfeit(seat, cause)
        if self.game.spec.forfeit == "loses" and not self.state.legal(seat).question:
            return self._end(Move(self.step_number, seat, None, cause))
        action = self.state.check(seat, self.state.default_action(seat))
        return self._default(Move(self.step_number, seat, action, cause))

    def forfeit(self, seat: Seat, cause: Cause) -> Move | None:
        """End the match against a seat, whether it owes a decision or not. None when it is over already."""
        return None if self.over else self._end(Move(self.step_number, seat, None, cause))

    def step(self) -> None:
        """Play the answers of a ready table and look who moves next.

        Raises:
            GameFault: the game passed its cap of decisions, or broke its contract.
        """
        self.state.step(self.close_step())
        self.settle()

    def close_step(self) -> dict[Seat, Action]:
        """Put the answers of a ready table on record and give them out to be stepped; `settle` must follow.

        On record first: stepping them may be the last thing that the game does.
        """
        answers, self._answers = self._answers, []
        if len(answers) > 1:
            answers.sort(key=_by_seat)
        for move in answers:
            self._turns[move.seat] += 1
        self.moves += answers
        return {seat: action for _, seat, action, _ in answers if action is not None}

    def settle(self) -> None:
        """After a step: see what it paid, and who moves next."""
        self.step_number += 1
        if self._tries:
            self._tries.clear()
            self._reasons.clear()
        if self._pays and (rewards := self.state.rewards()):
            self._add_rewards(rewards)
        self._look()
        if len(self.moves) >= self._cap and not self.over:
            raise GameFault(f"the match did not end within {self.game.spec.max_decisions} decisions")

    def play(self, seat: Seat, action: int) -> bool:
        """`submit` and `step` in one, for the only open seat and a plain answer: the way of most decisions, kept short.

        Whether it stood; a refused one is counted.
        """
        try:
            chosen = self.state.check(seat, action)
        except ActionRefused as error:
            self.refuse(seat, str(error), action)
            return False
        self.moves.append(Move(self.step_number, seat, chosen))
        self._turns[seat] += 1
        self.state.step({seat: chosen})
        self.settle()
        return True

    def redo(self, move: Move) -> None:
        """Take a move from a record of this match, and step when it was the last one owed.

        Raises:
            GameFault: the record does not fit this game.
        """
        step, seat, action, cause = move
        if self.over or step != self.step_number or (seat not in self.open_seats and action is not None):
            raise GameFault(f"the record does not fit the game: step {step}, seat {seat}")
        if action is None:
            self._end(Move(step, seat, None, cause))
        elif cause is None:
            self.submit(seat, action)
        else:
            self._default(Move(step, seat, action, cause))
        if self.ready:
            self.step()

    def result(self) -> MatchResult:
        """The result of a table that is over.

        Raises:
            GameFault: the game's outcome breaks the contract.
        """
        return MatchResult(
            plan=self.plan, moves=self.moves, seats=self._adjudicate(), provenance=self._notes.by_move(self.moves)
        )

    def void(self, reason: str) -> MatchResult:
        """The result of a match that a plugin spoiled: every answer that stood, stepped or not, and nobody charged."""
        return MatchResult(
            plan=self.plan, moves=self.moves + sorted(self._answers, key=_by_seat), seats=(), void=reason
        )

    def _default(self, move: Move) -> Move:
        if not self.state.legal(move.seat).question:
            self._defaults[move.seat] = self._defaults.get(move.seat, 0) + 1
        self.open_seats.remove(move.seat)
        self._answers.append(move)
        return move

    def _end(self, forfeit: Move) -> Move:
        # The forfeit closes the record, whatever its seat: the answers beside it were taken, but never stepped.
        self._forfeit = forfeit
        self.over = True
        self.moves += sorted(self._answers, key=_by_seat)
        self.moves.append(forfeit)
        self._answers.clear()
        self.open_seats = []
        return forfeit

    def _look(self) -> None:
        moving = self.state.to_move()
        self.open_seats = sorted(moving) if len(moving) > 1 else list(moving)
        self.over = not moving

    def _adjudicate(self) -> list[SeatResult]:
        spec = self.game.spec
        if self._forfeit is not None:
            seats = by_forfeit(spec, self._forfeit, self.parties, self.sides)
        else:
            seats = by_rules(spec, self.state.outcome(), self.parties)
        for seat, count in self._defaults.items():
            seats[seat].defaults = count
        for seat, count in self._refusals.items():
            seats[seat].refusals = count
        for seat, rewards in self._rewards.items():
            if not finite(rewards):
                raise GameFault(f"{spec.id} paid seat {seat} a reward that is no proper number")
            seats[seat].rewards = rewards
        return seats

    def _add_rewards(self, rewards: Mapping[Seat, Mapping[str, float]]) -> None:
        for seat, channels in rewards.items():
            sums = self._rewards.setdefault(seat, {})
            for channel, reward in channels.items():
                sums[channel] = sums.get(channel, 0.0) + reward
