"""What the pool keeps of a match that it has given to a worker, so that it can go on in another one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from arena.core.match import Cause, MatchPlan, MatchResult, Move
from arena.core.values import Fields, Seat
from arena.match import messages as m
from arena.match.link import Death, WorkerLink
from arena.match.packing import pack_plan, unpack_result


@dataclass(slots=True, eq=False)
class Assignment:
    """A match in a worker: its plan, its record so far, and what its next worker must be told beside them.

    Answers are not kept here: a worker that takes the match over asks again, and whoever follows the match answers
    again. Until it has `opened`, what is ordered is therefore not passed on.
    """

    plan: MatchPlan
    wants: Mapping[int, Fields]
    moves: Sequence[Move]
    """Those that it began with."""
    link: WorkerLink
    task: int = 0
    done: Callable[[MatchResult], None] | None = None
    """Takes the result when nobody else follows the match."""
    opened: bool = False
    forfeits: dict[Seat, Cause] = field(default_factory=dict)
    """Seats that lose the whole match, until that is on record."""
    taken: list[m.Took] = field(default_factory=list)
    """The decisions that stand since."""
    lost: dict[int, Cause] = field(default_factory=dict)
    """Seats whose agent, in the worker, brought it down: it is not called again."""
    refusals: dict[int, tuple[int, int]] = field(default_factory=dict)
    """By seat: answers refused for the open decision, and in the whole match."""
    watchers: Sequence[str] | None = None
    struck: set[Seat] = field(default_factory=set)

    def commands(self) -> Iterator[m.Command]:
        """What brings another worker to where this match stands."""
        match = self.plan.match_id
        wants = {party: sorted(fields) for party, fields in self.wants.items()}
        yield m.Open(match, pack_plan(self.plan), wants, self.record(), self.refusals, self.lost)
        if self.watchers is not None:
            yield m.Watch(match, self.watchers)
        for seat, cause in self.forfeits.items():
            yield m.Forfeit(match, seat, cause)

    def record(self) -> list[Move]:
        """The moves so far."""
        since = [Move(t.step, t.seat, t.action, Cause(t.cause) if t.cause else None) for t in self.taken]
        return [*self.moves, *since]

    def result(self, report: m.Ended | m.Failed) -> MatchResult:
        """What the match came to."""
        if isinstance(report, m.Ended):
            return unpack_result(self.plan, report.result)
        moves = sorted(self.record(), key=lambda move: (move.step, move.seat))
        return MatchResult(plan=self.plan, moves=moves, seats=(), void=report.reason)

    def took(self, report: m.Took) -> None:
        """A decision stands."""
        self.taken.append(report)
        if self.refusals and report.seat in self.refusals:
            self.refusals[report.seat] = 0, self.refusals[report.seat][1]

    def refused(self, report: m.Refused) -> None:
        """An answer was refused."""
        tries, total = self.refusals.get(report.seat, (0, 0))
        self.refusals[report.seat] = tries + 1, total + 1

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
        self.lost[seat] = Cause.TIMEOUT if death.hung else Cause.DISCONNECT
        return death.sentence(f"the agent in seat {seat}") if again else ""
