"""A table that reasons: the village shares sights and votes by evidence, wolves claim back and vote together."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from arena.core.agent import SeatInfo
from arena.core.game import Event
from arena.core.values import Action
from arena_werewolf.bots import claims
from arena_werewolf.bots.belief import Evidence, suspicion
from arena_werewolf.bots.table_bot import TableBot
from arena_werewolf.options import mafia
from arena_werewolf.phase import player
from arena_werewolf.roles import DOCTOR, GUARD, SEER, WEREWOLF, WITCH

_SURE: Final = 0.7
"""From this suspicion on the witch poisons."""
_SHOOT: Final = 0.4
_EARLY: Final = 0.5
"""How often a wolf claims to be the seer before anybody accused the pack."""


class Detective(TableBot):
    """Weighs all packs by what is public and what its own card tells; luck that must be shared is the match's."""

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        self._roles = cast(Mapping[str, int], seat.config["roles"]) or mafia(seat.seats)
        wolves, seers = (self._roles.get(role.name, 0) for role in (WEREWOLF, SEER))
        self._seen = Evidence(seat.seats, wolves, seers, parity=seat.config.get("win", "parity") == "parity")
        self._sights: dict[int, bool] = {}
        self._lies: dict[int, bool] = {}
        self._proposed: list[int] = []
        self._victim: int | None = None

    def hear(self, event: Event) -> None:
        """Take an event as evidence."""
        data = cast(Mapping[str, Any], event.data)
        for seat, word in data.get("revealed", ()):
            self._seen.facts[seat] = word == WEREWOLF.name
        match event.kind:
            case "role":
                self._learn_card(data)
            case "night":
                self._proposed, self._victim = [], None
            case "sight":
                self._sights[data["target"]] = self._seen.facts[data["target"]] = data["werewolf"]
            case "victim":
                self._victim = data["target"]
            case "proposal":
                self._proposed.append(data["target"])
            case "dawn" if data["killed"] is not None and WITCH.name not in self._roles:
                self._seen.facts[data["killed"]] = False
            case "votes":
                self._seen.votes += [(voter, choice) for voter, choice in data["votes"] if choice is not None]
            case "speech" if claim := claims.read(data["text"]):
                self._seen.claims[cast(int, event.sender)] = claim

    def _learn_card(self, data: Mapping[str, Any]) -> None:
        if data["role"] != WEREWOLF.name:
            self._seen.facts[self.seat.seat] = False

    def speak(self) -> str:
        """The seer tells all it saw; a wolf may claim as much; the others say whom they suspect."""
        if self.card["role"] == SEER.name and self._sights:
            return claims.tell(self._sights)
        if self.card["role"] == WEREWOLF.name and self._claims_back():
            return claims.tell(self._invent())
        return f"I am a villager. I would vote for {player(self._most_suspect(self.card['living']))}."

    def bid(self) -> int:
        """Sights are urgent, and so is an answer to an accusation."""
        if self.card["role"] == SEER.name:
            return 4
        return 3 if self.card["role"] == WEREWOLF.name and self._claims_back() else 1

    def vote(self, ids: Sequence[int]) -> int:
        """The most suspect one; wolves follow what the village must think, sparing each other."""
        return self._most_suspect(ids)

    def shoot(self, ids: Sequence[int]) -> int:
        """The most suspect one, if it is suspect enough."""
        target = self._most_suspect(ids)
        return target if self._suspicion()[target] >= _SHOOT else ids[-1]

    def predict(self) -> Action:
        """Its own suspicion, the rest shared out among the roles of the village as the deal has them."""
        shares = self._suspicion()
        living = [seat for seat in self.card["living"] if seat != self.seat.seat]
        knows = self.card["role"] == WEREWOLF.name
        wolf = {seat: float(seat in self.card["teammates"] if knows else shares[seat]) for seat in living}
        village = {name: count for name, count in self._roles.items() if name != WEREWOLF.name}
        others = sum(village.values())
        return {
            player(seat): {WEREWOLF.name: p, **{name: (1 - p) * count / others for name, count in village.items()}}
            for seat, p in wolf.items()
        }

    def night(self, ids: Sequence[int]) -> int:
        """By role."""
        match self.card["role"]:
            case SEER.name:
                return self._look(ids)
            case DOCTOR.name | GUARD.name:
                return self._shelter(ids)
            case WITCH.name:
                return self._brew(ids)
            case _:
                return self._attack(ids)

    def _look(self, ids: Sequence[int]) -> int:
        """At the most suspect one of those not seen yet."""
        return self._most_suspect([i for i in ids if i not in self._sights] or ids)

    def _shelter(self, ids: Sequence[int]) -> int:
        """The claimant that is believed most, else itself, else anybody that is not suspect."""
        shares = self._suspicion()
        claimants = [seat for seat in self._seen.claims if seat in ids]
        if claimants:
            return min(claimants, key=lambda seat: (shares[seat], seat))
        if self.seat.seat in ids:
            return self.seat.seat
        return min(ids, key=lambda seat: (round(float(shares[seat]), 6), self._lot(seat)))

    def _brew(self, ids: Sequence[int]) -> int:
        """The antidote at once, the poison for whoever is all but sure to be a wolf."""
        heal = self.seat.seats + 1
        shares = self._suspicion()
        if heal in ids and self._victim is not None and shares[self._victim] < _SHOOT:
            return heal
        others = [i for i in ids if i < self.seat.seats]
        target = self._most_suspect(others) if others else self.seat.seats
        return target if others and shares[target] >= _SURE else self.seat.seats

    def _attack(self, ids: Sequence[int]) -> int:
        """As was proposed before; else who is believed most, and the claimed seer half of the time."""
        agreed = [target for target in self._proposed if target in ids]
        if agreed:
            return agreed[0]
        prey = self.others(ids) or list(ids)
        seers = [seat for seat in self._seen.claims if seat in prey]
        if seers and self.coin("kill").random() < 0.5:
            return seers[0]
        shares = self._suspicion()
        return min(prey, key=lambda seat: (seat in seers, round(float(shares[seat]), 6), self._lot(seat)))

    def _claims_back(self) -> bool:
        """Whether it is this wolf that plays the seer: when the pack is accused, or early on by the match's luck."""
        pack = sorted((self.seat.seat, *self.card["teammates"]))
        if self._seen.seers == 0 or any(seat in self._seen.claims for seat in pack if seat != self.seat.seat):
            return False
        if self._lies:
            return True
        accusers = [s for s, told in self._seen.claims.items() if any(told.get(seat) for seat in pack)]
        if accusers:
            accused = [seat for seat in pack if any(self._seen.claims[s].get(seat) for s in accusers)]
            return self.seat.seat in accused
        living = [seat for seat in pack if seat in self.card["living"]]
        return self._tale_luck() < _EARLY and self.seat.seat == living[0]

    def _tale_luck(self) -> float:
        """One draw for the whole match."""
        return Random(f"{self.seat.match_id}/tale").random()

    def _invent(self) -> Mapping[int, bool]:
        """One more result a day: the rival first, then whoever of the village is most suspect already."""
        if len(self._lies) < self.card["day"]:
            rivals = [s for s in self._seen.claims if s not in self.card["teammates"] and s != self.seat.seat]
            living = [s for s in self.card["living"] if s != self.seat.seat and s not in self.card["teammates"]]
            fresh = [seat for seat in (*rivals, *living) if seat not in self._lies and seat in living]
            if fresh:
                target = fresh[0] if fresh[0] in rivals else self._most_suspect(fresh)
                self._lies[target] = True
        return self._lies or {self.seat.seats - 1: True}

    def _suspicion(self) -> NDArray[np.float64]:
        self._seen.living = tuple(self.card["living"])
        return suspicion(self._seen)

    def _most_suspect(self, ids: Sequence[int]) -> int:
        shares = self._suspicion()
        others = [i for i in self.others(ids) if i != self.seat.seat] or list(ids[-1:])
        return max(
            others, key=lambda seat: (round(float(shares[seat]), 6) if seat < len(shares) else 0, self._lot(seat))
        )

    def _lot(self, seat: int) -> float:
        """Breaks a tie alike for all."""
        return self.coin(f"lot/{seat}").random()
