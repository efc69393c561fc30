"""The night (RULES.md 2): turns in which every living seat is asked alike, then the dawn."""

from collections.abc import Mapping
from typing import cast

from arena.core.values import Action, Seat
from arena_werewolf.phase import ChoicePhase
from arena_werewolf.powers import POWERS, Power
from arena_werewolf.table import Round, Table


class Night(ChoicePhase):
    """As many turns as the deal had werewolves; who is idle in a turn can only choose "nothing"."""

    __slots__ = ("_actors", "_powers", "_turn")
    name = "night"
    section = "2"
    nothing = "nothing"

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        table.rounds.append(Round())
        table.log.add("night", {"day": table.day})
        self._powers = [power(table) for power in POWERS if power.role in table.rules.roles]
        self._turn = 0
        self._ask()

    def play(self, actions: Mapping[Seat, Action]) -> None:
        """One turn; the last one ends the night."""
        for seat, power in self._actors.items():
            power.choose(seat, cast(Seat, actions[seat]))
        self._turn += 1
        if self._turn < self.table.rules.wolves:
            self._ask()
        else:
            self._dawn()

    def _ask(self) -> None:
        self.menus = dict.fromkeys(self.asked, (self.table.rules.nothing,))
        self._actors: dict[Seat, Power] = {}
        for power in self._powers:
            menus = power.menus(self._turn)
            self.menus.update(menus)
            self._actors.update(dict.fromkeys(menus, power))

    def _dawn(self) -> None:
        night = self.table.round
        if night.attacked is not None and night.attacked not in night.guarded:
            night.killed = night.attacked
            self.table.remove(night.attacked)
        self.table.log.add("dawn", {"day": self.table.day, "killed": night.killed})
        self.asked = ()
