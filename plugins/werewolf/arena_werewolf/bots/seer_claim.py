"""A table that talks: the seer tells what it saw, the village follows, accused wolves deny or claim to be the seer."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from arena.core.agent import Agent, Clock, Observation, SeatInfo
from arena.core.game import Event
from arena.core.legal import Choices, Legal
from arena.core.values import EVENTS, Action, Seat
from arena_werewolf.bots import claims
from arena_werewolf.roles import DOCTOR, SEER, WEREWOLF
from arena_werewolf.view import CARD

_BOLDNESS = 0.5
"""How often an accused wolf claims in return, and how often the pack goes for whoever claims to be the seer."""


class SeerClaim(Agent):
    """Remembers its own sights and everybody's claims, the earliest claim first."""

    wants = frozenset({CARD, EVENTS})

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        self._rng = seat.rng()
        self._card: Mapping[str, Any] = {}
        self._sights: dict[int, bool] = {}
        self._claims: dict[int, Mapping[int, bool]] = {}

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """Listen, then speak, vote or use the night."""
        self._card = cast(Mapping[str, Any], observation.fields[CARD])
        self._listen(observation.events)
        if not isinstance(legal, Choices):
            return self._speak()
        menu = [i for i in legal.ids if i < self.seat.seats and i not in self._card["teammates"]]
        if not menu:
            return legal.ids[-1]
        wanted = self._suspects() if self._card["phase"] == "vote" else self._night_targets(menu)
        return self._rng.choice([i for i in wanted if i in menu] or menu)

    def _listen(self, events: Sequence[Event]) -> None:
        for event in events:
            data = cast(Mapping[str, Any], event.data)
            if event.kind == "sight":
                self._sights[data["target"]] = data["werewolf"]
            elif event.kind == "speech" and event.sender != self.seat.seat and (claim := claims.read(data["text"])):
                self._claims[cast(Seat, event.sender)] = claim

    def _speak(self) -> str:
        accusers = [seat for seat, claim in self._claims.items() if any(claim.get(own) for own in self._own_side())]
        if self._card["role"] == SEER.name and self._sights:
            return claims.tell(self._sights)
        if self._card["role"] == WEREWOLF.name and accusers and self._rng.random() < _BOLDNESS:
            return claims.tell({accusers[0]: True})
        return "I am a villager, and whoever accuses me lies." if accusers else "I am a villager."

    def _suspects(self) -> Sequence[int]:
        """Whom to vote for, if they still live."""
        if self._card["role"] == SEER.name:
            return [seat for seat, wolf in self._sights.items() if wolf] or list(self._claims)
        if self._card["role"] == WEREWOLF.name:
            return list(self._claims)
        for seat, claim in self._claims.items():
            if claim.get(self.seat.seat):
                return [seat]
            if accused := [other for other, wolf in claim.items() if wolf and other in self._card["living"]]:
                return accused
        return []

    def _night_targets(self, menu: Sequence[int]) -> Sequence[int]:
        match self._card["role"]:
            case SEER.name:
                return [seat for seat in menu if seat not in self._sights]
            case DOCTOR.name:
                return [seat for seat in self._claims if seat in menu][:1] or [self.seat.seat]
            case _:
                return list(self._claims) if self._rng.random() < _BOLDNESS else []

    def _own_side(self) -> Sequence[int]:
        return [self.seat.seat, *self._card["teammates"]]
