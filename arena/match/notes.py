"""What is kept beside the moves of a match: how they came about, which answers were refused before, and raw ones."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from arena.core.agent import MAX_RAW_TEXT, Provenance, Refusal
from arena.core.canonical import canonical_text
from arena.core.match import Move
from arena.core.values import Seat


class Notes:
    """Provenance, refusals and raw answers by step and seat, until they are joined with the moves they belong to."""

    __slots__ = ("_made", "_raw", "_refused")

    def __init__(self) -> None:
        self._made: dict[tuple[int, Seat], Provenance] = {}
        self._refused: dict[tuple[int, Seat], list[Refusal]] = {}
        self._raw: dict[tuple[int, Seat], str] = {}

    def made(self, step: int, seat: Seat, provenance: Provenance) -> None:
        """How an answer that stands came about."""
        self._made[step, seat] = provenance

    def refused(self, step: int, seat: Seat, reason: str, sent: object) -> None:
        """An answer that does not stand; `sent` may be anything at all."""
        self._refused.setdefault((step, seat), []).append(Refusal.of(reason, _as_text(sent)))

    def taken(self, step: int, seat: Seat, *, sent: object, stands: object) -> None:
        """An answer that stands; what was sent is kept where it is, or holds, words and stands in another form."""
        if isinstance(sent, _WORDED) and sent is not stands and (raw := _as_text(sent)) != _as_text(stands):
            self._raw[step, seat] = raw[:MAX_RAW_TEXT].encode(errors="replace").decode()

    def by_move(self, moves: Sequence[Move]) -> Mapping[int, Provenance]:
        """The notes by index into `moves`.

        A seat that answers and then forfeits has two moves in one step; the notes are on its answer.
        """
        if not self._made and not self._refused and not self._raw:
            return {}
        notes = dict(self._made)
        for key, refused in self._refused.items():
            notes[key] = replace(notes.get(key) or Provenance(), refused=refused)
        for key, raw in self._raw.items():
            notes[key] = replace(notes.get(key) or Provenance(), raw=raw)
        index: dict[tuple[int, Seat], int] = {}
        for i, move in enumerate(moves):
            index.setdefault((move.step, move.seat), i)
        return {index[key]: note for key, note in notes.items() if key in index}


_WORDED: Final = (str, Mapping, list, tuple)
"""Forms of an answer that can hold words: a tensor cannot."""


def _as_text(sent: object) -> str:
    if isinstance(sent, str):
        return sent
    try:
        return canonical_text(sent)
    except (TypeError, ValueError, RecursionError):
        return f"({type(sent).__name__} without a canonical form)"
