"""When a set is complete, and what it then amounts to: the same fold for the writer and for `verify`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from arena.core.match import SetPlan
from arena.core.values import MatchId, SetId
from arena.ledger.record import Record
from arena.ledger.rows import Row, in_ladder, plain, seat_lines
from arena.rating import SeatLine, standings

ATTEMPTS: Final = 2
"""A void match is played again once; a second void makes its whole set void."""

SETTLED: Final = ATTEMPTS


class SetState(StrEnum):
    """How far a set is: `void` and `rerolled` ones are complete too, but counted nowhere."""

    OPEN = "open"
    FINISHED = "finished"
    VOID = "void"
    REROLLED = "rerolled"


@dataclass(slots=True, kw_only=True)
class Tally:
    """One set, match by match. The plan that came with its first result is the one that counts."""

    set_id: SetId
    game: str
    matches: int
    ladder: bool
    settled: int = 0
    state: SetState = SetState.OPEN
    clean: bool = True
    completed: int | None = None
    voids: dict[int, int] = field(default_factory=dict)
    """Void attempts by ordinal; SETTLED for an ordinal that needs no further match."""
    lines: list[Sequence[SeatLine]] = field(default_factory=list)
    """The seats of the counted matches."""
    spoiled: bool = False
    """Whether a match was void twice."""
    rerolled: bool = False
    """Whether its matches go on from another one."""
    known: set[MatchId] = field(default_factory=set)
    """Every match that has landed, as far as the writer asks; `verify` does not."""
    stored: bool = False
    """Whether the set has a row already."""

    @classmethod
    def of(cls, plan: SetPlan) -> "Tally":
        """An empty tally of a set that nothing is known of yet."""
        return cls(set_id=plan.set_id, game=plan.game.rated_id, matches=plan.matches, ladder=in_ladder(plan))

    def meets(self, match_id: MatchId) -> bool:
        """Note a match; whether it is met for the first time."""
        if match_id in self.known:
            return False
        self.known.add(match_id)
        return True

    def land(self, record: Record) -> bool:
        """Take one match; whether it counts, which it does not when its ordinal is settled or will be played again."""
        result = record.result
        ordinal = result.plan.ordinal
        self.rerolled = result.plan.origin is not None
        voids = self.voids.get(ordinal, 0)
        if voids >= SETTLED or self.state is not SetState.OPEN:
            return False
        if result.void and voids + 1 < ATTEMPTS:
            self.voids[ordinal] = voids + 1
            return False
        self.count(ordinal, bool(result.void), seat_lines(result))
        return True

    def count(self, ordinal: int, void: bool, lines: Sequence[SeatLine]) -> None:
        """Settle an ordinal with this match."""
        self.voids[ordinal] = SETTLED
        self.settled += 1
        self.spoiled |= void
        self.clean &= not void
        for line in lines:
            if line.fault:
                self.clean = False
        self.lines.append(lines)

    @property
    def due(self) -> bool:
        """Whether the last match has landed, and `complete` was not called yet."""
        return self.state is SetState.OPEN and self.settled >= self.matches

    def complete(self, entry: int) -> list[Row]:
        """Close the set with this entry; the rows of `standing`, none for a set that is counted nowhere."""
        self.state = SetState.VOID if self.spoiled else SetState.REROLLED if self.rerolled else SetState.FINISHED
        self.completed = entry
        lines, self.lines = self.lines, []
        if self.state is not SetState.FINISHED:
            return []
        return [(entry, plain(place[0]), *place[1:]) for place in standings(lines)]

    def row(self) -> Row:
        """The row of `match_set`."""
        return (
            plain(self.set_id),
            plain(self.game),
            self.matches,
            self.ladder,
            self.settled,
            self.state.value,
            self.clean,
            self.completed,
        )

    def progress(self) -> Row:
        """What changes in that row as matches land, and its key."""
        return self.settled, self.state.value, self.clean, self.completed, plain(self.set_id)
