"""The form of a decision: what a seat may answer now, and the one canonical way to write it down."""

from collections.abc import Mapping
from typing import Final

from arena.core.errors import IllegalAction, MalformedAction
from arena.core.legal import Schema
from arena.core.values import Action, Json, Seat
from arena_negotiation.domain import Domain
from arena_negotiation.protocol import Act, AlternatingOffers, Offer, Table
from arena_negotiation.speech import spoken

_KEYS: Final = {
    Act.REJECT: frozenset({"act"}),
    Act.PROPOSE: frozenset({"act", "offer"}),
    Act.ACCEPT: frozenset({"act", "offer_id"}),
    Act.WALK: frozenset({"act"}),
}


class Grammar:
    """The legal forms of one match. The parts that do not change from turn to turn are made once."""

    def __init__(self, domain: Domain, protocol: AlternatingOffers, max_chars: int) -> None:
        self._domain, self._protocol, self._max_chars = domain, protocol, max_chars
        self._fixed = {
            Act.REJECT: self._form(Act.REJECT),
            Act.PROPOSE: self._form(Act.PROPOSE, offer=domain.schema),
            Act.WALK: self._form(Act.WALK),
        }

    def legal(self, table: Table, seat: Seat) -> Schema:
        """One form an act that is allowed now; the least, `reject`, first."""
        return Schema({"oneOf": [self._now(table, seat, act) for act in Act if self._protocol.may(table, seat, act)]})

    def check(self, table: Table, seat: Seat, action: Action) -> dict[str, Json]:
        """The canonical form of `action`: its act and argument, and the message unless it is empty.

        Raises:
            MalformedAction: no object of the form its act asks for.
            IllegalAction: an act, a quantity or an offer id that the rules do not allow now.
        """
        if not isinstance(action, Mapping):
            raise MalformedAction("RULES.md 3: answer with an object that has at least act")
        act = self._act(action)
        if not self._protocol.may(table, seat, act):
            raise IllegalAction(self._not_now(table, seat, act))
        plain: dict[str, Json] = {"act": act.value, **self._argument(table, seat, act, action)}
        message = spoken(action.get("message", ""), self._max_chars)
        return {**plain, "message": message} if message else plain

    def _not_now(self, table: Table, seat: Seat, act: Act) -> str:
        if act is Act.ACCEPT:
            return "RULES.md 3.2: no offer to you is open: propose, reject or walk"
        if self._protocol.proposals_left(table, seat) == 0:
            return f"RULES.md 3.6: you have made all your {self._protocol.proposals} offers: accept, reject or walk"
        return "RULES.md 3.1: no turn is left in which your offer could be accepted: accept, reject or walk"

    def _act(self, action: Mapping[str, Json]) -> Act:
        name = action.get("act")
        act = _ACTS.get(name) if isinstance(name, str) else None
        if act is None:
            raise MalformedAction(f"RULES.md 3: act must be one of {', '.join(Act)}")
        if action.keys() - {"message"} != _KEYS[act]:
            wanted = ", ".join(sorted(_KEYS[act]))
            raise MalformedAction(f"RULES.md 3: {act} takes exactly {wanted}, and message if you like")
        return act

    def _argument(self, table: Table, seat: Seat, act: Act, action: Mapping[str, Json]) -> dict[str, Json]:
        match act:
            case Act.PROPOSE:
                outcome = self._domain.parse(seat, action["offer"])
                return {"offer": self._domain.show(seat, outcome)}
            case Act.ACCEPT:
                return {"offer_id": named_offer(table, seat, action["offer_id"]).id}
            case _:
                return {}

    def _now(self, table: Table, seat: Seat, act: Act) -> Json:
        if act is not Act.ACCEPT:
            return self._fixed[act]
        return self._form(act, offer_id={"enum": [offer.id for offer in table.addressed_to(seat)]})

    def _form(self, act: Act, **argument: Json) -> Json:
        message: dict[str, Json] = {"message": {"type": "string", "maxLength": self._max_chars}}
        properties: dict[str, Json] = {"act": {"const": act.value}, **argument}
        return {
            "type": "object",
            "properties": {**properties, **message} if self._max_chars else properties,
            "required": [*properties],
            "additionalProperties": False,
        }


def named_offer(table: Table, seat: Seat, offer_id: object) -> Offer:
    """The open offer to `seat` that has this id.

    Raises:
        MalformedAction: no whole number.
        IllegalAction: an id that was never given, is no longer open, or is the seat's own.
    """
    if type(offer_id) is not int:
        raise MalformedAction("RULES.md 3.2: offer_id must be a whole number")
    offers = {offer.id: offer for offer in table.addressed_to(seat)}
    if offer_id not in offers:
        raise IllegalAction(f"RULES.md 3.2: you can accept offer {', '.join(map(str, offers))} and no other")
    return offers[offer_id]


_ACTS: Final = {act.value: act for act in Act}
