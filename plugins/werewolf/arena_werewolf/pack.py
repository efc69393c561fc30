"""How the werewolves agree on a victim, one class each (RULES.md 2.2, 2.6)."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from arena.core.values import Seat
from arena_werewolf.powers import Menu, Power
from arena_werewolf.roles import WEREWOLF


class Pack(Power):
    """The living werewolves; none of them chooses one of its own."""

    __slots__ = ()
    role = WEREWOLF

    def prey(self) -> Menu:
        """Anybody alive outside the pack."""
        return self.others(*self.holders)

    def in_turn(self, turn: int) -> tuple[Seat, ...]:
        """The wolf whose turn it is when they act one after another.

        A pack of k acts in the last k turns, so that the decision always falls into the same turn.
        """
        place = turn - (self.table.rules.wolves_dealt - len(self.holders))
        return (self.holders[place],) if 0 <= place < len(self.holders) else ()


class Chain(Pack):
    """Each sees what those before proposed, and the last one decides."""

    __slots__ = ()

    def menus(self, turn: int) -> Mapping[Seat, Menu]:
        """The wolf whose turn it is may choose anybody alive outside the pack."""
        return dict.fromkeys(self.in_turn(turn), self.prey())

    def choose(self, seat: Seat, choice: int) -> None:
        """A proposal, or the last wolf's decision."""
        decides = seat == self.holders[-1]
        self.record(self.holders, "kill" if decides else "proposal", seat, choice)
        if decides:
            self.table.round.attacked = Seat(choice)


class Poll(Pack):
    """They vote, at once or one after another as the village does; most votes decide."""

    __slots__ = ()

    def menus(self, turn: int) -> Mapping[Seat, Menu]:
        """All in the first turn, or one a turn."""
        if self.table.rules.vote == "sequential":
            return dict.fromkeys(self.in_turn(turn), self.prey())
        return {} if turn else dict.fromkeys(self.holders, self.prey())

    def choose(self, seat: Seat, choice: int) -> None:
        """One vote; in a vote one after another the pack hears of it at once."""
        self.table.round.named[seat] = choice
        self.record(self.holders, "proposal", seat, choice)

    def close(self, turn: int) -> None:
        """After the last vote the victim is known to the pack."""
        if turn != self.table.rules.pack_turns - 1 or not self.table.round.named:
            return
        tally = Counter(self.table.round.named.values())
        most = max(tally.values())
        tied = sorted(Seat(target) for target, votes in tally.items() if votes == most)
        if len(tied) == 1 or self.table.rules.wolf_tie == "random":
            victim = self.table.seed.stream("kill", self.table.day).choice(tied) if len(tied) > 1 else tied[0]
            self.table.round.attacked = victim
            self.table.log.tell(self.holders, "prey", {"target": victim})
        else:
            self.table.log.tell(self.holders, "prey", {"target": None})


class Lone(Pack):
    """A living wolf drawn anew each night decides for all."""

    __slots__ = ()

    def menus(self, turn: int) -> Mapping[Seat, Menu]:
        """The one that is drawn; in the first turn."""
        if turn or not self.holders:
            return {}
        return {self.table.seed.stream("wolf", self.table.day).choice(self.holders): self.prey()}

    def choose(self, seat: Seat, choice: int) -> None:
        """The decision."""
        self.record(self.holders, "kill", seat, choice)
        self.table.round.attacked = Seat(choice)


PACKS: Final[Mapping[str, type[Pack]]] = {"chain": Chain, "vote": Poll, "chat": Poll, "random-wolf": Lone}
"""By the option `wolves`."""
