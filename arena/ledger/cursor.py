"""Places in a ledger's stream of trajectories, as texts that their holders hand in to go on."""

import re
from dataclasses import dataclass
from typing import Final, Self

from sqlalchemy import select

from arena.core.errors import BadRequest
from arena.ledger.entries import ENTRIES
from arena.ledger.reads import Reads
from arena.ledger.stream import Checkpoint, StoredMatch, is_past

BEGINNING: Final = "beginning"
NOW: Final = "now"
_TEXT: Final = re.compile(r"(\d{1,18})\.(\d{1,18})\.(\d{1,9}|all)\.([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Behind seat `seat` of the match of this number, or behind the whole match where `seat` is None.

    `at` is the entry that the match lies in: its hash covers all before it, so that a cursor fits one ledger alone.
    Before the first match `at` is None.
    """

    at: Checkpoint | None = None
    match: int = -1
    seat: int | None = None

    @classmethod
    def behind(cls, stored: StoredMatch, seat: int | None = None) -> Self:
        """Behind a match, or one of its seats."""
        return cls(Checkpoint(stored.entry, stored.hash), stored.number, seat)

    @classmethod
    def parse(cls, text: str) -> Self:
        """What `str` made of a cursor.

        Raises:
            BadRequest: nothing that it made.
        """
        if text in {"", BEGINNING}:
            return cls()
        found = _TEXT.fullmatch(text)
        if found is None:
            raise BadRequest(f"{text[:80]!r} is no cursor; hand in one as it came, {BEGINNING!r} or {NOW!r}")
        entry, match, seat, digest = found.groups()
        behind = None if seat == "all" else int(seat)
        return cls(Checkpoint(int(entry), bytes.fromhex(digest)), int(match), behind)

    def __str__(self) -> str:
        if self.at is None:
            return BEGINNING
        seat = "all" if self.seat is None else self.seat
        return f"{self.at.entry}.{self.match}.{seat}.{self.at.hash.hex()}"


def newest(ledger: Reads) -> Cursor:
    """Behind everything that has landed."""
    query = select(ENTRIES.number, ENTRIES.hash, ENTRIES.first_match + ENTRIES.matches)
    with ledger._engine.connect() as connection:
        row = connection.execute(query.order_by(ENTRIES.number.desc()).limit(1)).one_or_none()
    return Cursor() if row is None else Cursor(Checkpoint(row[0], row[1]), row[2] - 1)


def check(ledger: Reads, cursor: Cursor) -> None:
    """Nothing, where this ledger has stood at a cursor.

    Raises:
        BadRequest: it is another ledger's, of a state that this one was set back behind, or nobody's.
    """
    if cursor.at is None:
        return
    if not is_past(ledger, cursor.at) or not _holds(ledger, cursor.at.entry, cursor.match):
        raise BadRequest(
            f"this cursor is not of this server's ledger, or of a state that it was set back behind; begin anew "
            f"from {BEGINNING!r} or {NOW!r}"
        )


def _holds(ledger: Reads, entry: int, match: int) -> bool:
    query = select(ENTRIES.first_match, ENTRIES.matches).where(ENTRIES.number == entry)
    with ledger._engine.connect() as connection:
        first, count = connection.execute(query).one()
    return bool(first <= match < first + count)


def behind(ledger: Reads, match: int) -> Cursor:
    """Behind the match of this number, which is there."""
    query = select(ENTRIES.number, ENTRIES.hash).where(ENTRIES.first_match <= match)
    with ledger._engine.connect() as connection:
        entry, digest = connection.execute(query.order_by(ENTRIES.number.desc()).limit(1)).one()
    return Cursor(Checkpoint(entry, digest), match)
