"""Words that look like acts: offers in prose, acceptance that accepts nothing. They are counted and bind nobody."""

import re
from functools import lru_cache
from typing import Final


def claims_acceptance(message: str) -> bool:
    """Whether the words say that a deal is accepted: "I accept", "Deal!", `"act": "accept"`; not "I can't accept"."""
    return _ACCEPTANCE.search(message.lower()) is not None


def names_quantities(message: str, issues: tuple[str, ...]) -> bool:
    """Whether the words hold an offer's terms: a number beside the name of an issue, or a sum of money."""
    lower = message.lower()
    return any(map(str.isdigit, lower)) and _terms(issues).search(lower) is not None


@lru_cache(maxsize=64)
def _terms(issues: tuple[str, ...]) -> re.Pattern[str]:
    names = rf"(?:{'|'.join(map(re.escape, issues))})s?"
    number_first = rf"\d ?(?:x |of )?(?:the |my |your )?{names}\b"
    name_first = rf"\b{names}[\"']?\W{{1,3}}(?:is |of |at |to )?\d"
    return re.compile(rf"{number_first}|{name_first}|[$€£] ?\d|\d ?(?:dollars\b|[$€£])")


_ACCEPTANCE: Final = re.compile(
    r"(?<!if )(?<!when )(?<!before )(?<!unless )"
    r"\b(?:i|we)(?: hereby| now| gladly| happily| do|'ll| will)? (?:accept|agree|take it|take the (?:deal|offer))\b"
    r"|\b(?:it's|it is|that's|that is|we have|you have|you've got) a deal\b"
    r"|^\W{0,4}(?:deal|accepted|agreed)\b|\bdeal[.!]"
    r"|[\"']act[\"'] ?: ?[\"']accept\b|\[accept(?:ed)?\]"
)
"""The commonest ways of saying so, and TextArena's token for it."""
