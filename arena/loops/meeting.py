"""Who meets whom in a run: members of its population, and the sets they are to play."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from arena.core.match import PartyRef
from arena.core.values import AgentName


@dataclass(frozen=True, slots=True)
class Member:
    """One agent of a run, by the name it has in the ledger. `spec` is what plays it, in any worker of this machine.

    A frozen checkpoint is an agent of its own: what it can do never changes, and ladders show each in its own row.
    """

    agent: AgentName
    spec: str
    version: str = ""

    def party(self) -> PartyRef:
        """As a plan names it."""
        return PartyRef(agent=self.agent, version=self.version, spec=self.spec)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """`sets` sets of `deals` deals each (the game's own number by default) between members, one a party.

    One member alone plays itself in every seat, which is recorded and not rated. The sets are numbered from `first` on:
    the same members and numbers are the same sets, which a resumed run does not play again.
    """

    members: Sequence[Member]
    sets: int = 1
    deals: int | None = None
    first: int = 0
    rated: bool = True


def round_robin(members: Sequence[Member], *, sets: int, deals: int | None = None, rated: bool = True) -> list[Meeting]:
    """Every two of the members meet; sets that an earlier round robin of theirs had are the same ones."""
    return [Meeting(members=pair, sets=sets, deals=deals, rated=rated) for pair in combinations(members, 2)]
