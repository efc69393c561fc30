"""A table that talks: the seer tells what it saw, the village follows, accused wolves deny or claim to be the seer."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from arena.core.agent import SeatInfo
from arena.core.game import Event
from arena.core.values import Seat
from arena_werewolf.bots import claims
from arena_werewolf.bots.table_bot import TableBot
from arena_werewolf.roles import DOCTOR, GUARD, SEER, WEREWOLF

_BOLDNESS: Final = 0.5
"""How often an accused wolf claims in return, and how often the pack goes for whoever claims to be the seer."""
_URGENT: Final = 3


class SeerClaim(TableBot):
    """Remembers its own sights and everybody's claims, the earliest claim first."""

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        self._sights: dict[int, bool] = {}
        self._claims: dict[int, Mapping[int, bool]] = {}

    def hear(self, event: Event) -> None:
        """Note sights and claims."""
        data = cast(Mapping[str, Any], event.data)
        if event.kind == "sight":
            self._sights[data["target"]] = data["werewolf"]
        elif event.kind == "speech" and event.sender != self.seat.seat and (claim := claims.read(data["text"])):
            self._claims[cast(Seat, event.sender)] = claim

    def speak(self) -> str:
        """A claim, true or in return for one, or a denial."""
        accusers = self._accusers()
        if self.card["role"] == SEER.name and self._sights:
            return claims.tell(self._sights)
        if self.card["role"] == WEREWOLF.name and accusers and self.rng.random() < _BOLDNESS:
            return claims.tell({accusers[0]: True})
        return "I am a villager, and whoever accuses me lies." if accusers else "I am a villager."

    def bid(self) -> int:
        """High for who has a sight to tell or a claim to answer."""
        return _URGENT if self._sights or self._accusers() else 1

    def vote(self, ids: Sequence[int]) -> int:
        """For whoever is suspected, if it still lives."""
        return self._pick(self._suspects(), ids)

    def shoot(self, ids: Sequence[int]) -> int:
        """A suspect, or anybody."""
        return self._pick(self._suspects(), ids)

    def night(self, ids: Sequence[int]) -> int:
        """Looks at who was not seen yet; shelters and attacks who claims to be the seer; keeps potions for victims."""
        match self.card["role"]:
            case SEER.name:
                return self._pick([i for i in ids if i not in self._sights], ids)
            case DOCTOR.name | GUARD.name:
                return self._pick([i for i in self._claims if i in ids][:1] or [self.seat.seat], ids)
            case WEREWOLF.name:
                return self._pick(list(self._claims) if self.rng.random() < _BOLDNESS else [], ids)
            case _:
                return next((i for i in ids if i > self.seat.seats), self.seat.seats)

    def _pick(self, wanted: Sequence[int], ids: Sequence[int]) -> int:
        menu = self.others(ids)
        return self.rng.choice([i for i in wanted if i in menu] or menu or list(ids[-1:]))

    def _accusers(self) -> list[int]:
        own = (self.seat.seat, *self.card["teammates"])
        return [seat for seat, claim in self._claims.items() if any(claim.get(each) for each in own)]

    def _suspects(self) -> Sequence[int]:
        if self.card["role"] == SEER.name:
            return [seat for seat, wolf in self._sights.items() if wolf] or list(self._claims)
        if self.card["role"] == WEREWOLF.name:
            return list(self._claims)
        for seat, claim in self._claims.items():
            if claim.get(self.seat.seat):
                return [seat]
            if accused := [other for other, wolf in claim.items() if wolf and other in self.card["living"]]:
                return accused
        return []
