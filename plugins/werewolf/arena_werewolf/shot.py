"""The hunter's shot (RULES.md 2.9): after each death all are asked, so that no hunter is betrayed by being asked."""

from collections.abc import Mapping

from arena.core.values import Action, Seat
from arena_werewolf.phase import ChoicePhase
from arena_werewolf.roles import HUNTER
from arena_werewolf.table import Table


class Shot(ChoicePhase):
    """Those who have just gone and all survivors answer; a hunter among the former may name whom it takes along."""

    __slots__ = ("_level", "_shooters")
    name = "shot"
    section = "2.9"
    nothing = "nothing"

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._level = table.rules.reveal_day if table.round.done else table.rules.reveal_night
        self._ask()

    def play(self, actions: Mapping[Seat, Action]) -> None:
        """Shots fall at the same time; whoever they hit may be a hunter too."""
        table = self.table
        for seat in self._shooters:
            target = actions[seat]
            if not isinstance(target, int) or target == table.rules.nothing:
                continue
            table.round.shots[seat] = Seat(target)
            reveal = table.revealed((Seat(target),), self._level)
            table.log.add("shot", {"day": table.day, "seat": seat, "target": target, **reveal})
        table.remove(sorted({table.round.shots[seat] for seat in self._shooters if seat in table.round.shots}))
        self._ask()

    def _ask(self) -> None:
        table = self.table
        fallen, table.fallen = table.fallen, ()
        self._shooters = tuple(
            seat for seat in fallen if table.deal[seat] is HUNTER and seat != table.round.poisoned and table.living
        )
        self.asked = tuple(sorted({*table.living, *fallen})) if fallen and table.hunters_left() else ()
        nothing = (table.rules.nothing,)
        self.menus = dict.fromkeys(self.asked, nothing)
        self.menus.update(dict.fromkeys(self._shooters, (*table.living, *nothing)))
