"""The vote of a day (RULES.md 3.3, 3.4, 3.7): who is asked when, and who is out."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final, cast

from arena.core.values import Action, Seat
from arena_werewolf.phase import ChoicePhase
from arena_werewolf.table import Table
from arena_werewolf.tally import TALLIES


class Ballot(ChoicePhase):
    """One vote of all survivors at once, and a second one between the tied where the rules ask for it."""

    __slots__ = ("_second", "_votes")
    name = "vote"
    section = "3.3"
    nothing = "do not vote"

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._second = False
        self._open(table.living)

    def play(self, actions: Mapping[Seat, Action]) -> None:
        """Take votes; count when all are in."""
        self._votes.update({seat: cast(int, actions[seat]) for seat in self.asked})
        self.asked = self.next_voters()
        if not self.asked:
            self._close()

    def first_voters(self) -> Sequence[Seat]:
        """Everybody."""
        return self.table.living

    def next_voters(self) -> tuple[Seat, ...]:
        """Nobody."""
        return ()

    def _open(self, candidates: Sequence[Seat]) -> None:
        last = (self.table.rules.nothing,) if self.table.rules.abstain else ()
        self.menus = {seat: (*(s for s in candidates if s != seat), *last) for seat in self.table.living}
        self._votes: dict[Seat, int] = {}
        self.asked = tuple(self.first_voters())

    def _close(self) -> None:
        """Count, announce, and exile; or have the tied voted on once more."""
        table, votes = self.table, self._votes
        table.round.ballots.append(votes)
        TALLIES[table.rules.tally].close(table, votes)
        leaders = self._leaders(votes)
        if len(leaders) > 1 and table.rules.tie == "revote" and not self._second:
            self._second = True
            table.log.add("revote", {"day": table.day, "candidates": leaders})
            self._open(leaders)
            return
        out = leaders[0] if len(leaders) == 1 else _BREAK_TIE[table.rules.tie](table, leaders)
        if out is not None and table.rules.threshold == "majority" and not self._is_majority(votes, out):
            out = None
        self._exile(out, leaders if len(leaders) > 1 else [])

    def _leaders(self, votes: Mapping[Seat, int]) -> list[Seat]:
        """Who has the most votes, ascending; when there are no votes nobody, or where the rules say so everybody."""
        tally = Counter(choice for choice in votes.values() if choice != self.table.rules.nothing)
        most = max(tally.values(), default=0)
        if not most and self.table.rules.no_votes == self.table.rules.tie == "random":
            return list(self.table.living)
        return sorted(Seat(choice) for choice, count in tally.items() if count == most)

    def _is_majority(self, votes: Mapping[Seat, int], leader: Seat) -> bool:
        return 2 * sum(choice == leader for choice in votes.values()) > len(self.table.living)

    def _exile(self, out: Seat | None, tied: Sequence[Seat]) -> None:
        table = self.table
        told = TALLIES[table.rules.tally].tied(tied)
        reveal = {} if out is None else table.revealed((out,), table.rules.reveal_day)
        table.log.add("exile", {"day": table.day, "exiled": out, "tied": told, **reveal})
        table.round.exiled = out
        table.round.done = True
        if out is not None:
            table.remove((out,))
        self.asked = ()


class SequentialBallot(Ballot):
    """Votes one after another; later voters know what the tally tells of the earlier ones."""

    __slots__ = ("_queue",)

    def first_voters(self) -> Sequence[Seat]:
        """The first in ascending order, or in one from the seed's stream `vote/DAY`."""
        self._queue = list(self.table.living)
        if self.table.rules.vote_order == "random":
            self.table.seed.stream("vote", self.table.day).shuffle(self._queue)
        return self._queue[:1]

    def next_voters(self) -> tuple[Seat, ...]:
        """Tell of the last vote, and on to the next voter."""
        voter, *self._queue = self._queue
        if self._queue:
            TALLIES[self.table.rules.tally].cast(self.table, self._votes, voter)
        return tuple(self._queue[:1])


BALLOTS: Final[Mapping[str, type[Ballot]]] = {"simultaneous": Ballot, "sequential": SequentialBallot}
"""By the option `vote`."""


def _draw(table: Table, tied: Sequence[Seat]) -> Seat | None:
    return table.seed.stream("ties", table.day).choice(tied) if tied else None


def _spare(table: Table, tied: Sequence[Seat]) -> Seat | None:
    return None


_BREAK_TIE: Final[Mapping[str, Callable[[Table, Sequence[Seat]], Seat | None]]] = {
    "random": _draw,
    "none": _spare,
    "revote": _spare,
}
"""Who goes when not exactly one player leads, by the option `tie`."""
