"""What a viewer is shown: its own events as the log projects them, the public standing, and the seat's own card."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, cast

from arena.core.game import FieldSpec
from arena.core.values import TENSOR, TEXT, VIEW, Json, Seat, Value
from arena_werewolf.phase import Phase
from arena_werewolf.rules import Rules
from arena_werewolf.table import Table
from arena_werewolf.tensor import encode, length
from arena_werewolf.text import render

CARD: Final = "card"
"""The cheap field: who the viewer is and where the match stands."""


def fields(rules: Rules) -> tuple[FieldSpec, ...]:
    """The fields of a setting."""
    return (
        FieldSpec(name=TEXT, kind="text", help="the whole view in words, the legal answers included"),
        FieldSpec(name=VIEW, kind="json", help="card, and history: every event this viewer may know"),
        FieldSpec(name=CARD, kind="json", help="seat, role, team, teammates, day, phase, living"),
        FieldSpec(
            name=TENSOR, kind="tensor", help="RULES.md 5.3; LSPO table 6", shape=(length(rules),), dtype="float32"
        ),
    )


def card(table: Table, phase: Phase, viewer: Seat) -> dict[str, Json]:
    """Public standing, and the viewer's own card: `{seat, role, team, teammates}` of a seat, `{deal}` of OMNISCIENT."""
    own = table.identities[viewer] if viewer >= 0 else {}
    return {**own, "day": table.day, "phase": phase.name, "living": table.living}


def view(table: Table, phase: Phase, viewer: Seat) -> Mapping[str, Json]:
    """The card and the history."""
    history = [{"kind": event.kind, "data": event.data, "sender": event.sender} for event in table.log.seen_by(viewer)]
    return {**card(table, phase, viewer), "history": cast(Sequence[Json], history)}


def _text(table: Table, phase: Phase, viewer: Seat) -> str:
    legal = phase.legal(viewer) if viewer in phase.asked else None
    return render(card(table, phase, viewer), table.log.seen_by(viewer), legal)


BUILDERS: Final[Mapping[str, Callable[[Table, Phase, Seat], Value]]] = {
    CARD: card,
    VIEW: view,
    TEXT: _text,
    TENSOR: encode,
}
