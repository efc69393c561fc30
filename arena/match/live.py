"""What the pool keeps of a live match, so that it can go on in another worker."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from arena.core.match import Cause, MatchPlan, MatchResult, Move
from arena.core.values import Fields, Seat
from arena.match import messages as m
from arena.match.link import Death, WorkerLink
from arena.match.packing import pack_plan


@dataclass(slots=True, eq=False)
class LiveMatch:
    """A match in a worker: its plan, its record so far, and the commands whose effect is not known yet."""

    plan: MatchPlan
    wants: Mapping[int, Fields]
    moves: list[Move]
    link: WorkerLink
    task: int = 0
    done: Callable[[MatchResult], None] | None = None
    """Takes the result when nobody else follows the match."""
    opened: bool = False
    asked: set[Seat] = field(default_factory=set)
    pending: list[m.Act | m.Rule] = field(default_factory=list)
    watchers: Sequence[str] | None = None
    struck: set[Seat] = field(default_factory=set)

    def commands(self) -> Iterator[m.Command]:
        """What brings another worker to where this match stands."""
        match = self.plan.match_id
        wants = {party: sorted(fields) for party, fields in self.wants.items()}
        yield m.Open(match, pack_plan(self.plan), wants, self.moves)
        if self.watchers is not None:
            yield m.Watch(match, self.watchers)
        yield from self.pending

    def note(self, report: m.Report) -> bool:
        """Learn from a report; whether it is news to whoever ordered the match."""
        match report:
            case m.Took(_, step, seat, action, cause):
                self.moves.append(Move(step, Seat(seat), action, Cause(cause) if cause else None))
                self.asked.discard(Seat(seat))
                self.pending = [command for command in self.pending if command.seat != seat]
            case m.Asked(_, seat):
                self.asked.add(Seat(seat))
                return all(command.seat != seat for command in self.pending)
            case m.Refused(_, seat):
                self._forget_act(seat)
            case m.Opened():
                news, self.opened = not self.opened, True
                return news
        return True

    def verdict(self, death: Death) -> str:
        """Why this match is void after its worker died in it; empty when it may go on.

        An agent's code costs its seat the decision, once. A worker that somebody killed is forgiven once.
        """
        if death.unbatched or death.entry is None:
            return ""
        seat = Seat(death.entry.seat)
        again = seat in self.struck
        self.struck.add(seat)
        if seat < 0:
            return "" if death.killed and not again else death.sentence(f"the game {self.plan.game.id}")
        cause = Cause.TIMEOUT if death.hung else Cause.DISCONNECT
        self.pending = [command for command in self.pending if command.seat != seat]
        self.pending.append(m.Rule(self.plan.match_id, seat, cause))
        return death.sentence(f"the agent in seat {seat}") if again else ""

    def _forget_act(self, seat: int) -> None:
        for command in self.pending:
            if isinstance(command, m.Act) and command.seat == seat:
                self.pending.remove(command)
                return
