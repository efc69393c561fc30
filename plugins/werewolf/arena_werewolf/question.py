"""The question before a vote (RULES.md 3.9): who is what? It touches the metric `brier` and nothing else."""

from collections.abc import Mapping
from typing import Any, Final, cast

from arena.core.errors import IllegalAction, MalformedAction
from arena.core.legal import Legal, Schema
from arena.core.values import Action, Json, Seat
from arena_werewolf.phase import Phase, player
from arena_werewolf.table import Table

Prediction = Mapping[str, Mapping[str, float]]
"""By player and role, a probability."""

_CLOSE: Final = 1e-9


class Question(Phase):
    """Every survivor is asked at once; nobody hears of the answers."""

    __slots__ = ()
    name = "question"

    def legal(self, seat: Seat) -> Legal:
        """For each other survivor the probabilities of its roles; who or what is left out stands as the deal has it."""
        share: Json = {"type": "number", "minimum": 0, "maximum": 1}
        shares: Json = _object({role.name: share for role in self.table.rules.kinds})
        others = _object({player(other): shares for other in self.table.living if other != seat})
        return Schema(others, question=True)

    def check(self, seat: Seat, action: Action) -> Action:
        """The probabilities scaled to a sum of 1 for each player; an empty object is no answer."""
        if not isinstance(action, Mapping):
            raise MalformedAction("RULES.md 3.9: answer with an object: by player, by role, a probability")
        others = {player(other) for other in self.table.living if other != seat}
        found = {name: self._shares(name, shares, others) for name, shares in cast(Any, action).items()}
        return {name: found[name] for name in sorted(found) if found[name]}

    def default(self, seat: Seat) -> Action:
        """No answer."""
        return {}

    def play(self, actions: Mapping[Seat, Action]) -> None:
        """Keep the answers."""
        for seat in self.asked:
            if answer := cast(Prediction, actions[seat]):
                self.table.round.predictions[seat] = {**self._by_the_deal(seat), **answer}
                self.table.log.tell((seat,), "prediction", {"day": self.table.day, "seat": seat, "roles": answer})
        self.asked = ()

    def _shares(self, name: object, shares: Any, others: set[str]) -> dict[str, float]:
        if name not in others:
            raise IllegalAction(
                f"RULES.md 3.9: predict living players other than yourself: {', '.join(sorted(others))}"
            )
        known = {role.name for role in self.table.rules.kinds}
        if not isinstance(shares, Mapping) or not shares.keys() <= known:
            raise IllegalAction(f"RULES.md 3.9: give each player a probability by role: {', '.join(sorted(known))}")
        if not all(type(share) in {int, float} and 0 <= share <= 1 for share in shares.values()):
            raise MalformedAction("RULES.md 3.9: a probability is a number from 0 to 1")
        total = sum(shares.values())
        if abs(total - 1) < _CLOSE:  # what is scaled already stays as it is, to the last digit
            total = 1
        return {role: float(shares[role] / total) for role in sorted(shares)} if total else {}

    def _by_the_deal(self, seat: Seat) -> Prediction:
        """What anybody knows of the others: the shares of the roles that are left in the deal."""
        roles = list(self.table.rules.roles)
        roles.remove(self.table.deal[seat])
        shares = {role.name: roles.count(role) / len(roles) for role in self.table.rules.kinds}
        return {player(other): shares for other in self.table.living if other != seat}


def brier(table: Table, seat: Seat) -> list[float]:
    """The Brier score of each player in each answer of a seat: the sum over roles of the squared error, 0 to 2."""
    return [
        sum((shares.get(role.name, 0.0) - (role is table.deal[other])) ** 2 for role in table.rules.kinds)
        for played in table.rounds
        if seat in played.predictions
        for other in table.seats
        if (shares := played.predictions[seat].get(player(other)))
    ]


def _object(properties: Mapping[str, Json]) -> Mapping[str, Json]:
    return {"type": "object", "properties": properties, "additionalProperties": False}
