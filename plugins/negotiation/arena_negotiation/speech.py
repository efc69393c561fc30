"""What may be said: messages within their budget, and what they claim to be. Words never change what holds."""

from dataclasses import dataclass
from typing import Literal

from arena.core.errors import MalformedAction
from arena.core.speech import one_line, spoofs
from arena_negotiation.claims import claims_acceptance, names_quantities

League = Literal["open", "strict"]


@dataclass(frozen=True, slots=True)
class Manners:
    """The rules of speech of one match: `max_chars` is the budget of a message."""

    max_chars: int
    league: League = "open"


@dataclass(slots=True)
class Spoken:
    """One seat's messages, as counts (RULES.md 4.3, 6.3)."""

    messages: int = 0
    spoofs: int = 0
    prose_offers: int = 0
    prose_accepts: int = 0
    withheld: int = 0

    def hear(self, message: str, act: str, manners: Manners, issues: tuple[str, ...]) -> bool:
        """Count a canonical message that came with `act`; whether the others hear it."""
        forged = bool(spoofs(message))
        self.messages += 1
        self.spoofs += forged
        self.prose_offers += act != "propose" and names_quantities(message, issues)
        self.prose_accepts += act != "accept" and claims_acceptance(message)
        silent = manners.league == "strict" and (forged or self.withheld > 0)
        self.withheld += silent
        return not silent

    def counts(self, manners: Manners) -> dict[str, float]:
        """The counts as measures; `withheld` exists in the strict league alone, none of them in a silent game."""
        if not manners.max_chars:
            return {}
        names = ("messages", "spoofs", "prose_offers", "prose_accepts", *(("withheld",) * (manners.league == "strict")))
        return {name: float(getattr(self, name)) for name in names}


def spoken(message: object, budget: int) -> str:
    """The one line that others will read (RULES.md 4.1); `spoken(spoken(x)) == spoken(x)`.

    Raises:
        MalformedAction: not a text, or over `budget` characters as it was sent.
    """
    if not isinstance(message, str):
        raise MalformedAction("RULES.md 4.1: message must be a text")
    if len(message) > budget:
        raise MalformedAction(f"RULES.md 4.1: a message has at most {budget} characters, this one has {len(message)}")
    return one_line(message)[:budget].rstrip()
