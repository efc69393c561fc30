"""What roles do at night, one class each. A new role of the night is a new power here and a line in `POWERS`."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from typing import Final

from arena.core.values import Json, Seat
from arena_werewolf.roles import DOCTOR, SEER, WEREWOLF, Role, Team
from arena_werewolf.table import Table


class Power(ABC):
    """The living holders of one role, for one night."""

    __slots__ = ("holders", "table")
    role: Role

    def __init__(self, table: Table) -> None:
        self.table = table
        self.holders = table.holders(self.role)

    @abstractmethod
    def menus(self, turn: int) -> Mapping[Seat, tuple[int, ...]]:
        """Whom each holder that acts in this turn of the night may choose."""

    @abstractmethod
    def choose(self, seat: Seat, target: Seat) -> None:
        """A holder has made its choice."""

    def others(self, *but: Seat) -> tuple[int, ...]:
        """The living without `but`."""
        return tuple(seat for seat in self.table.living if seat not in but)

    def record(self, audience: Collection[Seat], kind: str, seat: Seat, target: Seat, **more: Json) -> None:
        """Keep a choice, and tell those who may know it."""
        self.table.round.acts[seat] = target
        self.table.log.tell(audience, kind, {"seat": seat, "target": target, **more})


class Pack(Power):
    """The werewolves as a chain (RULES.md 2.2): each sees what those before proposed, and the last one decides.

    A pack of k acts in the last k turns, so that the decision always falls into the same turn.
    """

    __slots__ = ()
    role = WEREWOLF

    def menus(self, turn: int) -> Mapping[Seat, tuple[int, ...]]:
        """The wolf whose turn it is may choose anybody alive outside the pack."""
        place = turn - (self.table.rules.wolves - len(self.holders))
        return {self.holders[place]: self.others(*self.holders)} if place >= 0 else {}

    def choose(self, seat: Seat, target: Seat) -> None:
        """A proposal, or the last wolf's decision."""
        decides = seat == self.holders[-1]
        self.record(self.holders, "kill" if decides else "proposal", seat, target)
        if decides:
            self.table.round.attacked = target


class Sight(Power):
    """The seer (RULES.md 2.3): learns the side of one other living player."""

    __slots__ = ()
    role = SEER

    def menus(self, turn: int) -> Mapping[Seat, tuple[int, ...]]:
        """Anybody alive but the seer; in the first turn."""
        return {} if turn else {seat: self.others(seat) for seat in self.holders}

    def choose(self, seat: Seat, target: Seat) -> None:
        """Look, and be told."""
        found = self.table.deal[target].team is Team.WEREWOLF
        self.table.round.sights[seat] = found
        self.record((seat,), "sight", seat, target, werewolf=found)


class Shelter(Power):
    """The doctor (RULES.md 2.4): whoever it chooses, itself included, survives this night's attack."""

    __slots__ = ()
    role = DOCTOR

    def menus(self, turn: int) -> Mapping[Seat, tuple[int, ...]]:
        """Anybody alive; in the first turn, before the pack has decided."""
        return {} if turn else dict.fromkeys(self.holders, self.table.living)

    def choose(self, seat: Seat, target: Seat) -> None:
        """Watch over one player."""
        self.table.round.guarded.add(target)
        self.record((seat,), "save", seat, target)


POWERS: Final = (Pack, Sight, Shelter)
