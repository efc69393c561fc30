"""Messages within their budget."""

from arena.core.errors import MalformedAction
from arena.core.speech import one_line


def spoken(message: object, budget: int) -> str:
    """The one line that others will read (RULES.md 4); `spoken(spoken(x)) == spoken(x)`.

    Raises:
        MalformedAction: not a text, or over `budget` characters as it was sent.
    """
    if not isinstance(message, str):
        raise MalformedAction("RULES.md 4: message must be a text")
    if len(message) > budget:
        raise MalformedAction(f"RULES.md 4: a message has at most {budget} characters, this one has {len(message)}")
    return one_line(message)[:budget].rstrip()
