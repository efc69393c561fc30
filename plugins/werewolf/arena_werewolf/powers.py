"""What village roles do at night, one class each; the pack stands in `pack`.

A new role of the night is a new power here and a line in `POWERS`.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from typing import Final

from arena.core.values import Json, Seat
from arena_werewolf.roles import DOCTOR, GUARD, SEER, WITCH, Role, Team
from arena_werewolf.table import Table

Menu = tuple[int, ...]


class Power(ABC):
    """The living holders of one role, for one night. `turn` counts the night's choices from 0, talk apart."""

    __slots__ = ("holders", "table")
    role: Role

    def __init__(self, table: Table) -> None:
        self.table = table
        self.holders = table.holders(self.role)

    @abstractmethod
    def menus(self, turn: int) -> Mapping[Seat, Menu]:
        """What each holder that acts in this turn of the night may choose; called once a turn."""

    @abstractmethod
    def choose(self, seat: Seat, choice: int) -> None:
        """A holder has made its choice."""

    def close(self, turn: int) -> None:
        """All choices of this turn are made."""

    def others(self, *but: Seat) -> Menu:
        """The living without `but`."""
        return tuple(seat for seat in self.table.living if seat not in but)

    def record(self, audience: Collection[Seat], kind: str, seat: Seat, target: int, **more: Json) -> None:
        """Keep a choice, and tell those who may know it."""
        self.table.round.acts[seat] = target
        self.table.log.tell(audience, kind, {"seat": seat, "target": target, **more})

    def last(self, seat: Seat) -> tuple[Seat, ...]:
        """Whom a holder chose the night before, if anybody."""
        before = self.table.night_before
        return (Seat(before.acts[seat]),) if before is not None and seat in before.acts else ()


class Sight(Power):
    """The seer (RULES.md 2.3): learns the side or the role of one other living player."""

    __slots__ = ()
    role = SEER

    def menus(self, turn: int) -> Mapping[Seat, Menu]:
        """Anybody alive but the seer, and where looks are not repeated nobody twice; in the first turn."""
        if turn:
            return {}
        return {seat: menu for seat in self.holders if (menu := self.others(seat, *self._seen(seat)))}

    def choose(self, seat: Seat, choice: int) -> None:
        """Look, and be told."""
        role = self.table.deal[choice]
        found = role.team is Team.WEREWOLF
        self.table.round.sights[seat] = found
        more: dict[str, Json] = {"role": role.name} if self.table.rules.seer == "role" else {}
        self.record((seat,), "sight", seat, choice, werewolf=found, **more)

    def _seen(self, seat: Seat) -> list[Seat]:
        if self.table.rules.seer_repeat:
            return []
        return [Seat(played.acts[seat]) for played in self.table.rounds if seat in played.acts]


class Shelter(Power):
    """The doctor (RULES.md 2.4): whoever it chooses survives this night's attack."""

    __slots__ = ()
    role = DOCTOR

    def menus(self, turn: int) -> Mapping[Seat, Menu]:
        """Anybody alive, as far as the options allow; in the first turn, before the pack has decided."""
        return {} if turn else {seat: menu for seat in self.holders if (menu := self._menu(seat))}

    def choose(self, seat: Seat, choice: int) -> None:
        """Watch over one player."""
        self.table.round.guarded.add(Seat(choice))
        self.record((seat,), "save", seat, choice)

    def _menu(self, seat: Seat) -> Menu:
        rules = self.table.rules
        barred = () if rules.doctor_self else (seat,)
        return self.others(*barred) if rules.doctor_repeat else self.others(*barred, *self.last(seat))


class Ward(Power):
    """The guard (RULES.md 2.8): as a doctor, but never for the same player two nights running."""

    __slots__ = ()
    role = GUARD

    def menus(self, turn: int) -> Mapping[Seat, Menu]:
        """Anybody alive but the one of the night before; in the first turn."""
        return {} if turn else {seat: menu for seat in self.holders if (menu := self.others(*self.last(seat)))}

    def choose(self, seat: Seat, choice: int) -> None:
        """Stand guard over one player."""
        self.table.round.warded.add(Seat(choice))
        self.record((seat,), "ward", seat, choice)


class Brew(Power):
    """The witch (RULES.md 2.7): hears whom the pack attacked, and may use one of her two potions."""

    __slots__ = ()
    role = WITCH

    def menus(self, turn: int) -> Mapping[Seat, Menu]:
        """In the turn after the pack's: poison for another, the antidote for the victim, or nothing."""
        if turn != self.table.rules.pack_turns:
            return {}
        return {seat: (*self._poison(seat), *self._antidote(seat), self.table.rules.nothing) for seat in self.holders}

    def choose(self, seat: Seat, choice: int) -> None:
        """Use a potion, or keep both."""
        rules, night = self.table.rules, self.table.round
        if choice == rules.heal and night.attacked is not None:
            night.healed = night.attacked
            self.record((seat,), "heal", seat, night.attacked)
        elif choice != rules.nothing:
            night.poisoned = Seat(choice)
            self.record((seat,), "poison", seat, choice)

    def _poison(self, seat: Seat) -> Menu:
        return () if any(played.poisoned is not None for played in self.table.rounds) else self.others(seat)

    def _antidote(self, seat: Seat) -> Menu:
        """She hears of the victim as long as she has the antidote."""
        victim = self.table.round.attacked
        if victim is None or any(played.healed is not None for played in self.table.rounds):
            return ()
        self.table.log.tell((seat,), "victim", {"seat": seat, "target": victim})
        return (self.table.rules.heal,) if victim != seat or self._may_heal_herself() else ()

    def _may_heal_herself(self) -> bool:
        when = self.table.rules.witch_heal
        return when == "always" or (when == "first" and self.table.day == 1)


POWERS: Final[tuple[type[Power], ...]] = (Sight, Shelter, Ward, Brew)
