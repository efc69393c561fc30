"""What a viewer is shown in words and as JSON: its own card, and what happened as far as it may know."""

from collections.abc import Mapping, Sequence
from typing import Final

from arena.core.game import Event, FieldSpec
from arena.core.legal import Legal
from arena.core.values import TEXT, VIEW, Fields, Json, Value
from arena_who_is_the_spy.secret import Secret
from arena_who_is_the_spy.text import render

CARD: Final = "card"
"""The cheap field: who the viewer is and where the match stands."""

FIELDS: Final = (
    FieldSpec(name=TEXT, kind="text", help="the whole view in words, the legal answers included"),
    FieldSpec(name=VIEW, kind="json", help="card, and history: every event this viewer may know"),
    FieldSpec(name=CARD, kind="json", help="seat, name, role where it is known, word, phase, round"),
)


def build(
    card: Mapping[str, Json],
    secrets: Sequence[Secret],
    events: Sequence[Event],
    names: Sequence[str],
    legal: Legal | None,
    want: Fields,
) -> dict[str, Value]:
    """The wanted ones of `FIELDS`."""
    fields: dict[str, Value] = {}
    if CARD in want:
        fields[CARD] = card
    if VIEW in want:
        history = [{"kind": event.kind, "data": event.data, "sender": event.sender} for event in events]
        fields[VIEW] = {**card, "history": history}
    if TEXT in want:
        fields[TEXT] = render(card, secrets, events, names, legal)
    return fields
