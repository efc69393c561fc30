"""What a viewer may know, as words, as JSON and as one array: the only place that reads a state for somebody's eyes.

A view is built from the public table and, for a seat, its own private entry: another seat's is never touched.
"""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from arena.core.values import OMNISCIENT, SPECTATOR, Json, Seat
from arena_negotiation.domain import Domain, Outcome
from arena_negotiation.protocol import Act, Offer, Table
from arena_negotiation.scenario import Scenario, Variant
from arena_negotiation.scores import secured
from arena_negotiation.utility import Utility


def tensor_size(issues: int, seats: int) -> int:
    """Floats of a tensor: range and weight of each issue, turn, then flag and quantities of each seat's open offer."""
    return 2 * issues + 1 + seats * (1 + issues)


class Happening(NamedTuple):
    """One thing that happened, before it is numbered for a viewer; `by` is None for what no seat did."""

    kind: str
    by: Seat | None
    data: Mapping[str, Json]


class Window:
    """One viewer's look at one match."""

    __slots__ = ("_log", "_scenario", "_table", "_variant", "_viewer")

    def __init__(
        self, variant: Variant, scenario: Scenario, table: Table, log: Sequence[Happening], viewer: Seat
    ) -> None:
        self._variant, self._scenario, self._table = variant, scenario, table
        self._log, self._viewer = log, viewer

    def view(self) -> dict[str, Json]:
        """The whole view as JSON; RULES.md 5.1 names its keys."""
        table, protocol = self._table, self._variant.protocol
        deal = table.deal
        common: dict[str, Json] = {
            "roles": self._variant.roles,
            "turn": table.turn,
            "turns": protocol.turns,
            "to_move": protocol.mover(table),
            "issues": [{"name": i.name, "low": i.low, "high": i.high} for i in self._scenario.domain.issues],
            "frame": self._scenario.domain.frame,
            "open_offers": [self._offer(offer, self._worth) for offer in table.open.values()],
            "ended": table.ended,
            "deal": None if deal is None else self._offer(deal, protocol.worth(table.dealt_in)),
            "history": [{"kind": h.kind, "by": h.by, **h.data} for h in self._log],
        }
        held = self._holdings()
        return {**common, **self._protocol(), **({"holdings": held} if held else {}), **self._own()}

    @property
    def _worth(self) -> float:
        """What is left of a deal's worth when it is made now."""
        return self._variant.protocol.worth(self._table.turn)

    def _protocol(self) -> dict[str, Json]:
        """What of the rules of turns differs from plain alternating offers: keys that agents look up with a default."""
        protocol, table = self._variant.protocol, self._table
        shown: dict[str, Json] = {}
        if protocol.seats > 2:
            shown |= {"quota": protocol.quota, "gone": sorted(table.gone)}
        if protocol.proposals:
            shown["proposals_left"] = [protocol.proposals_left(table, Seat(seat)) for seat in range(protocol.seats)]
        if protocol.final:
            shown["final"] = True
        if protocol.repeat:
            shown |= {"repeat": True, "deals": table.deals}
        if protocol.discount < 1.0:
            shown |= {"discount": protocol.discount, "worth": self._worth}
        if protocol.hidden_deadline:
            shown["hidden_deadline"] = True
        return shown

    def _holdings(self) -> list[dict[str, Json]]:
        """What each seat owns as things stand; empty where nobody owns anything before a deal."""
        scenario, table = self._scenario, self._table
        if scenario.holdings is None:
            return []
        held = scenario.holdings if table.deal is None else table.deal.outcome
        return [scenario.domain.show(Seat(seat), held) for seat in range(self._variant.protocol.seats)]

    @property
    def _knows_all(self) -> bool:
        """The all-knowing always, spectators once the match is over."""
        return self._viewer == OMNISCIENT or (self._viewer == SPECTATOR and bool(self._table.ended))

    def _own(self) -> dict[str, Json]:
        if self._knows_all:
            hidden: dict[str, Json] = {} if self._scenario.turns is None else {"closes": self._scenario.turns}
            return {"private": list(self._scenario.private), **hidden}
        if self._viewer < 0:
            return {}
        return {
            "seat": self._viewer,
            "private": self._scenario.private[self._viewer],
            "payoff": self._payoff(),
            "secured": self._secured,
        }

    @property
    def _secured(self) -> float:
        """The viewer's surplus if nothing more is agreed on."""
        return secured(self._scenario, self._variant.protocol, self._table, self._viewer)

    def _payoff(self) -> Json:
        scenario = self._scenario
        words = _words(scenario.utilities[self._viewer], scenario.domain, self._variant.protocol.seats)
        return {"disagreement": scenario.disagreement[self._viewer], "offered_by": list(words)}

    def _offer(self, offer: Offer, worth: float) -> dict[str, Json]:
        shown: dict[str, Json] = {
            "id": offer.id,
            "by": offer.by,
            "offer": self._scenario.domain.show(offer.by, offer.outcome),
            "backers": sorted(offer.backers),
        }
        return shown if self._viewer < 0 else {**shown, "surplus": worth * self._surplus(offer.outcome)}

    def _surplus(self, outcome: Outcome) -> float:
        return self._scenario.surplus(self._viewer, outcome)

    def tensor(self) -> NDArray[np.float32]:
        """The view as float32 of `tensor_size`, all quantities in the viewer's own words (RULES.md 5.2)."""
        table, domain = self._table, self._scenario.domain
        ranges = [float(issue.high - issue.low) for issue in domain.issues]
        seats = range(self._variant.protocol.seats)
        offers = [self._flags(table.open.get(Seat((max(self._viewer, 0) + k) % len(seats)))) for k in seats]
        turn = table.turn / self._variant.protocol.turns
        return np.array([*ranges, *self._weights(), turn, *(x for part in offers for x in part)], dtype=np.float32)

    def _weights(self) -> list[float]:
        if self._viewer < 0:
            return [0.0] * len(self._scenario.domain.issues)
        words: Any = self._scenario.utilities[self._viewer].in_words_of(self._viewer, self._scenario.domain)
        return list(words["weights"].values())

    def _flags(self, offer: Offer | None) -> list[float]:
        issues = self._scenario.domain.issues
        if offer is None:
            return [0.0] * (1 + len(issues))
        mine = self._scenario.domain.turned(Seat(max(self._viewer, 0)), offer.outcome)
        return [1.0, *((q - i.low) / (i.high - i.low) for q, i in zip(mine, issues, strict=True))]

    def text(self) -> str:
        """The whole view in words: what is fixed, what happened, what changes; so followers read all of it once."""
        happened, taken = map(self._line, self._log), f"Turns taken: {self._table.turn} of {self._most_turns()}."
        known, learned = ([], self._who()) if self._viewer == SPECTATOR else (self._who(), [])
        fixed = [self._variant.story, *known]
        return "\n".join([*fixed, *happened, *learned, taken, *self._stand(), *self._now()])

    def _most_turns(self) -> str:
        protocol = self._variant.protocol
        return f"at most {protocol.turns}" if protocol.hidden_deadline else str(protocol.turns)

    def _who(self) -> list[str]:
        roles, told = self._variant.roles, self._scenario.told
        if self._knows_all:
            return [f"To the {role}: {words}" for role, words in zip(roles, told, strict=True)]
        return [] if self._viewer < 0 else [f"You are the {roles[self._viewer]}. {told[self._viewer]}"]

    def _line(self, happening: Happening) -> str:
        kind, by, data = happening
        if by is None:
            return f"The match is over: {data['reason']}."
        said = f" and says {json.dumps(data['message'], ensure_ascii=False)}" if "message" in data else ""
        said += "; a message was withheld" if "withheld" in data else ""
        return f"{self._variant.roles[by].capitalize()} {_VERBS[kind]}{_object(data)}{said}."

    def _result(self) -> list[str]:
        return [] if self._viewer < 0 else [f"Your score is {self._secured:g}."]

    def _stand(self) -> list[str]:
        """How things stand, where they change while the match goes on."""
        lines = []
        for role, held in zip(self._variant.roles, self._holdings(), strict=False):
            lines.append(f"The {role} owns {_terms(held)}.")
        if self._variant.protocol.repeat and self._viewer >= 0:
            lines.append(f"Your gain so far is {self._secured:g}.")
        if self._variant.protocol.discount < 1.0 and not self._table.ended:
            lines.append(f"A deal now keeps {self._worth:.3g} of its worth.")
        return lines

    def _now(self) -> list[str]:
        table, protocol = self._table, self._variant.protocol
        mover = protocol.mover(table)
        if mover is None:
            return self._result()
        if mover != self._viewer:
            return [f"It is the {self._variant.roles[mover]}'s turn."]
        offers = [
            f"Offer {offer.id} is open to you and worth {self._worth * self._surplus(offer.outcome):g} to you."
            for offer in table.addressed_to(mover)
        ]
        acts = ", ".join(act for act in Act if protocol.may(table, mover, act))
        return [*offers, f"It is your turn: {acts}."]


_VERBS = {
    "opening": "opens with",
    "propose": "proposes",
    "accept": "accepts",
    "reject": "rejects",
    "walk": "walks away",
}


@lru_cache(maxsize=1024)
def _words(utility: Utility, domain: Domain, seats: int) -> Sequence[Json]:
    """A utility in the words of each seat: the same in every turn of a match, hence kept."""
    return [utility.in_words_of(Seat(seat), domain) for seat in range(seats)]


def _object(data: Mapping[str, Json]) -> str:
    if "id" not in data:
        return ""
    offer = data.get("offer")
    return f" offer {data['id']}" + (f" ({_terms(offer)})" if isinstance(offer, Mapping) else "")


def _terms(offer: Any) -> str:
    return ", ".join(f"{name} {n}" for name, n in offer.items())
