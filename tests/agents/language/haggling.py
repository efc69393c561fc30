"""A language model of a few lines that haggles over the balloon, and learns when it is told how; it coaches, too."""

import json
import re

from arena.agents.language.agent import player_of
from arena.agents.language.model import Ask, Completion, LanguageModel
from arena.agents.language.settings import Settings

ADVICE = "HOLD OUT: propose the middle, and accept only what is worth 5 or more."
_OPEN = re.compile(r"Offer (\d+) is open to you and worth (-?\d+) to you")


class HagglingModel(LanguageModel):
    """Takes whatever is open to it at once, until its prompt tells it to hold out."""

    constrains = True

    async def complete(self, ask: Ask) -> Completion:
        system, asked = ask.messages[0].text, ask.messages[-1].text
        text = coach(asked) if system.startswith("You coach") else haggle(system, asked)
        return Completion(text=text, prompt_tokens=100, completion_tokens=10)


def haggle(system: str, view: str) -> str:
    """An act, as JSON."""
    offers = [(int(worth), int(offer)) for offer, worth in _OPEN.findall(view)]
    least = 5 if ADVICE in system else -100
    best = max((offer for offer in offers if offer[0] >= least), default=None)
    if best is not None:
        return json.dumps({"act": "accept", "offer_id": best[1]})
    return json.dumps({"act": "propose", "offer": {"price": 15}})


def coach(asked: str) -> str:
    """Notes for a player that accepted, which must be told in what is shown; what was advised before stands."""
    accepted = '"act":"accept"' in asked and "It came out with rank" in asked
    return ADVICE if accepted or ADVICE in asked else "Accept something."


Haggler = player_of(HagglingModel(), Settings())
