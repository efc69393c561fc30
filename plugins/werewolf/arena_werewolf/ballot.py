"""The vote of a day (RULES.md 3.3, 3.4): everybody at once, the most votes is out."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final, cast

from arena.core.values import Action, Seat
from arena_werewolf.phase import ChoicePhase
from arena_werewolf.table import Table


class Ballot(ChoicePhase):
    """One simultaneous vote with a public tally."""

    __slots__ = ()
    name = "vote"
    section = "3.3"
    nothing = "do not vote"

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        last = (table.rules.nothing,) if table.rules.abstain else ()
        self.menus = {seat: (*(s for s in table.living if s != seat), *last) for seat in table.living}

    def play(self, actions: Mapping[Seat, Action]) -> None:
        """Count, announce, and exile."""
        votes = {seat: cast(int, actions[seat]) for seat in self.asked}
        leaders = _leaders(votes, self.table.rules.nothing)
        exiled = leaders[0] if len(leaders) == 1 else _BREAK_TIE[self.table.rules.tie](self.table, leaders)
        self.table.round.votes = votes
        self.table.round.exiled = exiled
        if exiled is not None:
            self.table.remove(exiled)
        self._announce(votes, leaders, exiled)
        self.asked = ()

    def _announce(self, votes: Mapping[Seat, int], leaders: Sequence[Seat], exiled: Seat | None) -> None:
        none = self.table.rules.nothing
        tally = [[seat, None if choice == none else choice] for seat, choice in votes.items()]
        self.table.log.add("votes", {"day": self.table.day, "votes": tally})
        tied = leaders if len(leaders) > 1 else []
        self.table.log.add("exile", {"day": self.table.day, "exiled": exiled, "tied": tied})


def _leaders(votes: Mapping[Seat, int], nothing: int) -> list[Seat]:
    """Who has the most votes, ascending; nobody when all abstained."""
    tally = Counter(choice for choice in votes.values() if choice != nothing)
    most = max(tally.values(), default=0)
    return sorted(Seat(choice) for choice, count in tally.items() if count == most)


def _draw(table: Table, tied: Sequence[Seat]) -> Seat | None:
    return table.seed.stream("ties", table.day).choice(tied) if tied else None


def _spare(table: Table, tied: Sequence[Seat]) -> Seat | None:
    return None


_BREAK_TIE: Final[Mapping[str, Callable[[Table, Sequence[Seat]], Seat | None]]] = {"random": _draw, "none": _spare}
"""Who goes when not exactly one player leads, by the option `tie`."""
