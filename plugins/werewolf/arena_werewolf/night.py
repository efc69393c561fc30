"""The night (RULES.md 2): turns in which every living seat is asked alike, then the dawn."""

from collections.abc import Mapping
from typing import Final

from arena.core.legal import FreeText, Legal
from arena.core.values import Action, Json, Seat
from arena_werewolf.pack import PACKS, Pack
from arena_werewolf.phase import ChoicePhase
from arena_werewolf.powers import POWERS, Power
from arena_werewolf.speech import canonical_speech, hear
from arena_werewolf.table import Round, Table

_WHISPER: Final = "what you say to your pack; from anybody else nothing is heard, so that nobody can tell who spoke"


class Night(ChoicePhase):
    """Turns of talk for the pack, if the rules have them, then turns of choices; whoever is idle in one answers too."""

    __slots__ = ("_actors", "_pack", "_powers", "_turn", "_whispers")
    name = "night"
    section = "2"
    nothing = "nothing"

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        table.rounds.append(Round())
        table.log.add("night", {"day": table.day})
        self._pack: Pack = PACKS[table.rules.wolves](table)
        self._powers: list[Power] = [self._pack, *(power(table) for power in POWERS if power.role in table.rules.roles)]
        self._turn = 0
        self._whispers = table.rules.whispers
        self._ask()

    def legal(self, seat: Seat) -> Legal:
        """A text in the turns of talk, whoever is asked; else the seat's menu."""
        return FreeText(self.table.rules.speech_chars, _WHISPER) if self._whispers else super().legal(seat)

    def check(self, seat: Seat, action: Action) -> Action:
        """A whisper of the pack as the pack hears it, of others nothing; else the id when it is on the menu."""
        if not self._whispers:
            return super().check(seat, action)
        text = canonical_speech(action, self.table.rules.speech_chars)
        return text if seat in self._pack.holders else ""

    def default(self, seat: Seat) -> Action:
        """Silence, or the last id of the menu."""
        return "" if self._whispers else super().default(seat)

    def label(self, choice: int) -> str:
        """What an id stands for."""
        return "heal the victim" if choice == self.table.rules.heal else super().label(choice)

    def play(self, actions: Mapping[Seat, Action]) -> None:
        """One turn; the last one ends the night."""
        if self._whispers:
            for seat in self._pack.holders:
                hear(self.table, seat, str(actions[seat]), self._pack.holders)
            self._whispers -= 1
            return
        for seat, power in self._actors.items():
            choice = actions[seat]
            assert isinstance(choice, int)
            power.choose(seat, choice)
        for power in self._powers:
            power.close(self._turn)
        self._turn += 1
        if self._turn < self.table.rules.pack_turns + self.table.rules.has_witch:
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
        table, night = self.table, self.table.round
        night.killed = None if _saved(night) else night.attacked
        night.dead = tuple(sorted({seat for seat in (night.killed, night.poisoned) if seat is not None}))
        table.remove(night.dead)
        all_dead: dict[str, Json] = {"dead": night.dead} if table.rules.has_witch else {}
        killed = night.dead[0] if night.dead else None
        reveal = table.revealed(night.dead, table.rules.reveal_night)
        table.log.add("dawn", {"day": table.day, "killed": killed, **all_dead, **reveal})
        self.asked = ()


def _saved(night: Round) -> bool:
    """By a doctor, or by either a guard or the antidote: these two together undo each other (RULES.md 2.8)."""
    if night.attacked in night.guarded:
        return True
    return (night.attacked in night.warded) != (night.attacked is not None and night.healed == night.attacked)
