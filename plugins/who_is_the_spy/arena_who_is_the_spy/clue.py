"""Whether a clue may be given (RULES.md 3): one sentence, new, and without the secret itself."""

import re
from collections.abc import Collection
from typing import Final

from arena.core.errors import IllegalAction, MalformedAction
from arena.core.speech import one_line
from arena.core.values import Action
from arena_who_is_the_spy.secret import Secret

_UNREAD: Final = 4
"""A text this many times over the budget is refused unread, whatever cleaning would leave of it."""

_ENDS: Final = re.compile(r"\w{2}[\"')\]]*[.!?…。！？]+[\"')\]]*\s+(?=.*\w)")
"""A sentence that ends before the clue does; a single letter before the stop is an abbreviation, as in `e.g.`."""


def gist(clue: str) -> str:
    """What of a clue counts when it is compared with others: its letters and digits, without case."""
    return "".join(filter(str.isalnum, clue.casefold()))


def canonical_clue(action: Action, budget: int, given: Collection[str], secret: Secret) -> str:
    """The clue as everybody will hear it; `given` holds the gist of every earlier one.

    Raises:
        MalformedAction: it is no text.
        IllegalAction: a rule forbids it; the message cites its section.
    """
    if not isinstance(action, str):
        raise MalformedAction("RULES.md 3.1: answer with a text: your clue, one sentence")
    text = one_line(action) if len(action) <= _UNREAD * budget else action
    if len(text) > budget:
        raise IllegalAction(f"RULES.md 3.1: a clue has at most {budget} characters, this one has {len(text)}")
    if not gist(text):
        raise IllegalAction("RULES.md 3.2: a clue must hold a word; this one is empty")
    if _ENDS.search(text):
        raise IllegalAction("RULES.md 3.3: a clue is one sentence, and something follows the first one here")
    if gist(text) in given:
        raise IllegalAction("RULES.md 3.4: this clue was given before; every clue must be new")
    if named := secret.named_in(text):
        raise IllegalAction(f"RULES.md 3.5: a clue must not hold your own word, and this one says {named!r}")
    return text


def no_clue(given: Collection[str]) -> str:
    """What is heard of a player that gives none in time: the first of `No clue.`, `No clue 2.`, ... that is new."""
    number = 1
    while gist(text := "No clue." if number == 1 else f"No clue {number}.") in given:
        number += 1
    return text
