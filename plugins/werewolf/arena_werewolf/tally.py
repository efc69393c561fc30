"""What is told of votes (RULES.md 3.7), one class a value of the option `tally`."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from arena.core.values import Json, Seat
from arena_werewolf.table import Table, Votes


class Tally(ABC):
    """Tells of single votes, where they are cast one after another, and of all when all are cast."""

    def cast(self, table: Table, votes: Votes, voter: Seat) -> None:
        """One of several votes in a row was cast; `votes` holds it and those before."""

    @abstractmethod
    def close(self, table: Table, votes: Votes) -> None:
        """All votes are cast."""

    def tied(self, leaders: Sequence[Seat]) -> Sequence[Seat]:
        """What is told of who is tied."""
        return leaders


class PublicTally(Tally):
    """Everybody's vote is told to everybody."""

    def cast(self, table: Table, votes: Votes, voter: Seat) -> None:
        """The vote."""
        table.log.add("vote", {"day": table.day, "seat": voter, "choice": _choice(table, votes[voter])})

    def close(self, table: Table, votes: Votes) -> None:
        """All votes, in ascending order of voters."""
        told: list[Json] = [[seat, _choice(table, votes[seat])] for seat in sorted(votes)]
        table.log.add("votes", {"day": table.day, "votes": told})


class CountTally(Tally):
    """How many votes each has; who gave them is told to nobody but the voter."""

    def cast(self, table: Table, votes: Votes, voter: Seat) -> None:
        """The count so far."""
        table.log.add("count", _count(table, votes))

    def close(self, table: Table, votes: Votes) -> None:
        """To each its own vote, to all the count."""
        _tell_own(table, votes)
        table.log.add("count", _count(table, votes))


class PrivateTally(Tally):
    """Nothing but who is out."""

    def close(self, table: Table, votes: Votes) -> None:
        """To each its own vote."""
        _tell_own(table, votes)

    def tied(self, leaders: Sequence[Seat]) -> Sequence[Seat]:
        """Nothing."""
        return ()


TALLIES: Final[Mapping[str, Tally]] = {"public": PublicTally(), "count": CountTally(), "private": PrivateTally()}
"""By the option `tally`."""


def _choice(table: Table, choice: int) -> int | None:
    return None if choice == table.rules.nothing else choice


def _tell_own(table: Table, votes: Votes) -> None:
    for seat, choice in votes.items():
        table.log.tell((seat,), "vote", {"day": table.day, "seat": seat, "choice": _choice(table, choice)})


def _count(table: Table, votes: Votes) -> dict[str, Json]:
    tally = Counter(votes.values())
    abstained = tally.pop(table.rules.nothing, 0)
    return {"day": table.day, "count": [[seat, tally[seat]] for seat in sorted(tally)], "abstained": abstained}
