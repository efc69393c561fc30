"""Speech within its budget, and what of it is heard (RULES.md 3.2, 3.8)."""

from collections.abc import Collection
from typing import Final

from arena.core.errors import IllegalAction, MalformedAction
from arena.core.speech import one_line, spoofs
from arena.core.values import Action, Json, Seat
from arena_werewolf.table import Table

_UNREAD: Final = 4
"""A text this many times over the budget is refused unread, whatever cleaning would leave of it."""


def canonical_speech(action: Action, budget: int) -> str:
    """The text as everybody will see it (RULES.md 3.2).

    Raises:
        MalformedAction: it is no text.
        IllegalAction: it is longer than `budget` characters.
    """
    if not isinstance(action, str):
        raise MalformedAction("RULES.md 3.2: answer with a text")
    text = one_line(action) if len(action) <= _UNREAD * budget else action
    if len(text) > budget:
        raise IllegalAction(f"RULES.md 3.2: a speech has at most {budget} characters, this one has {len(text)}")
    return text


def hear(table: Table, speaker: Seat, text: str, pack: Collection[Seat] | None = None) -> str:
    """Tell a speech to everybody, or a whisper to the `pack`; what was heard of it.

    Forgeries are counted in both leagues; the strict one withholds a speech that holds any.
    """
    forged = spoofs(text) if table.rules.league else ()
    if forged:
        table.spoofs[speaker] = table.spoofs.get(speaker, 0) + 1
    withheld = bool(forged) and table.rules.league == "strict"
    heard = "" if withheld else text
    data: dict[str, Json] = {"text": heard, **({"withheld": forged} if withheld else {})}
    if pack is None:
        table.round.spoken.setdefault(speaker, []).append(len(heard))
        table.log.add("speech", data, sender=speaker)
    else:
        table.log.tell(pack, "whisper", data, sender=speaker)
    return heard
