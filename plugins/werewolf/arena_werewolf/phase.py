"""The seam of the engine: a match is a cycle of phases, each of which knows whom it asks, and what answers do."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import ClassVar

import numpy as np

from arena.core.errors import IllegalAction, MalformedAction, MatchOver
from arena.core.legal import Choices, Legal
from arena.core.values import Action, Seat
from arena_werewolf.table import Table


class Phase(ABC):
    """One part of a day. `asked` must follow from public knowledge alone, so that being asked tells nobody anything."""

    __slots__ = ("asked", "table")
    name: str
    """What viewers are told of where the match stands."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.asked: tuple[Seat, ...] = table.living
        """Who owes a decision; empty when the phase is over."""

    @abstractmethod
    def legal(self, seat: Seat) -> Legal:
        """What a seat of `asked` may answer."""

    @abstractmethod
    def check(self, seat: Seat, action: Action) -> Action:
        """The canonical form of an answer, or MalformedAction or IllegalAction."""

    @abstractmethod
    def default(self, seat: Seat) -> Action:
        """What is played when no answer comes (RULES.md 6)."""

    @abstractmethod
    def play(self, actions: Mapping[Seat, Action]) -> None:
        """Take one checked answer from each seat of `asked`."""


class ChoicePhase(Phase):
    """A phase in which everybody asked picks a player, or nothing, from a menu of ids."""

    __slots__ = ("menus",)
    section: ClassVar[str]
    """The section of RULES.md that says who may be picked."""
    nothing: ClassVar[str]
    """What the id after the last seat is called."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self.menus: dict[Seat, tuple[int, ...]] = {}

    def legal(self, seat: Seat) -> Legal:
        """The seat's menu, "nothing" last."""
        return Choices(self.menus[seat], self.label)

    def check(self, seat: Seat, action: Action) -> Action:
        """The id itself, when it is on the seat's menu."""
        return checked_id(action, self.menus[seat], self.label, self.section, partial(self._reason, seat))

    def default(self, seat: Seat) -> Action:
        """The last id on the menu."""
        return self.menus[seat][-1]

    def _reason(self, seat: Seat, choice: int) -> str:
        if choice == seat:
            return "you cannot choose yourself; "
        return f"{player(choice)} is out; " if choice in self.table.seats and choice not in self.table.living else ""

    def label(self, choice: int) -> str:
        """What an id stands for."""
        return self.nothing if choice == self.table.rules.nothing else player(choice)


class Over(Phase):
    """After the end: nobody is asked for anything."""

    __slots__ = ()
    name = "over"

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self.asked = ()

    def legal(self, seat: Seat) -> Legal:
        """Nothing: MatchOver."""
        raise MatchOver("the match has ended")

    def check(self, seat: Seat, action: Action) -> Action:
        """Nothing: MatchOver."""
        raise MatchOver("the match has ended")

    def default(self, seat: Seat) -> Action:
        """Nothing: MatchOver."""
        raise MatchOver("the match has ended")

    def play(self, actions: Mapping[Seat, Action]) -> None:
        """Nothing: MatchOver."""
        raise MatchOver("the match has ended")


def player(seat: int) -> str:
    """The name by which everybody calls a seat."""
    return f"player_{seat}"


def checked_id(
    action: Action,
    menu: Sequence[int],
    label: Callable[[int], str],
    section: str,
    reason: Callable[[int], str] = lambda choice: "",
) -> int:
    """`action` as an id of `menu`.

    Raises:
        MalformedAction: it is no whole number.
        IllegalAction: it is not on the menu; the message cites `section` of RULES.md, gives the `reason` if one is
            known, and lists what is on the menu.
    """
    if isinstance(action, bool) or not isinstance(action, (int, np.integer)):
        raise MalformedAction(f"RULES.md {section}: answer with one of the listed action ids, a whole number")
    choice = int(action)
    if choice not in menu:
        choices = ", ".join(f"{each} ({label(each)})" for each in menu)
        raise IllegalAction(f"RULES.md {section}: {reason(choice)}choose one of {choices}")
    return choice
