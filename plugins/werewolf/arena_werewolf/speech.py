"""Speech within its budget."""

from typing import Final

from arena.core.errors import IllegalAction, MalformedAction
from arena.core.speech import one_line
from arena.core.values import Action

_UNREAD: Final = 4
"""A text this many times over the budget is refused unread, whatever cleaning would leave of it."""


def canonical_speech(action: Action, budget: int) -> str:
    """The text as everybody will see it (RULES.md 3.2).

    Raises:
        MalformedAction: it is no text.
        IllegalAction: it is longer than `budget` characters.
    """
    if not isinstance(action, str):
        raise MalformedAction("answer with a text")
    text = one_line(action) if len(action) <= _UNREAD * budget else action
    if len(text) > budget:
        raise IllegalAction(f"RULES.md 3.2: a speech has at most {budget} characters, this one has {len(text)}")
    return text
