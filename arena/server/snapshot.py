"""What must survive a kill, as entries of a journal, and the live state that they amount to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from arena.core.match import Cause, Move
from arena.core.values import Seat

REMEMBERED_JOINS = 1024
"""Ended joins of one session that are remembered."""


class Entry(msgspec.Struct, array_like=True, tag=True):
    """Anything in the journal."""


class SessionOpened(Entry):
    """A session exists; `tokens` are the SHA-256 of the resume tokens that open it."""

    session: str
    tokens: Sequence[bytes]
    owner: str
    scopes: Sequence[str]
    epoch: int


class SessionClosed(Entry):
    """A session is gone for good."""

    session: str


class Joined(Entry):
    """A session takes part in a game; `terms` is the encoded `arena.v1.Join`."""

    session: str
    join: int
    terms: bytes


class JoinProgress(Entry):
    """How many matches of finished sets a join has played."""

    session: str
    join: int
    played: int


class JoinLeft(Entry):
    """No further sets are to be planned for it."""

    session: str
    join: int


class JoinEnded(Entry):
    """It takes part no longer, after so many matches."""

    session: str
    join: int
    matches: int


class SetOpened(Entry):
    """A set, or a part of one, is being played; `lanes[p]` is the (session, join) that party `p` belongs to.

    `matches` are those of this part. `plan` holds them packed, whether the set is rated, and how many it has in all.
    """

    set_id: str
    matches: int
    plan: Any
    lanes: Sequence[tuple[str, int]]


class SetClosed(Entry):
    """All matches of a set have landed."""

    set_id: str


class MatchOpened(Entry):
    """A match of an open set is live."""

    match: str
    set_id: str
    ordinal: int
    started_ms: int
    attempt: int


class MatchClosed(Entry):
    """Its result is in the ledger; with `again` it was void and is played once more."""

    match: str
    set_id: str
    ordinal: int
    void: bool
    again: bool = False


class Moved(Entry):
    """A decision stands; `bank` is what the seat had left of it, in seconds."""

    match: str
    step: int
    seat: int
    action: Any
    cause: str | None
    bank: float
    provenance: bytes = b""

    def move(self) -> Move:
        """The decision as records have it."""
        return Move(self.step, Seat(self.seat), self.action, Cause(self.cause) if self.cause else None)


class Declined(Entry):
    """So many more answers of a seat were refused: to its open decision, and in the match."""

    match: str
    seat: int
    tries: int = 1
    total: int = 1


AnyEntry = (
    SessionOpened
    | SessionClosed
    | Joined
    | JoinProgress
    | JoinLeft
    | JoinEnded
    | SetOpened
    | SetClosed
    | MatchOpened
    | MatchClosed
    | Moved
    | Declined
)


@dataclass(slots=True)
class OpenSet:
    """A set that was in progress."""

    opened: SetOpened
    closed: dict[int, bool] = field(default_factory=dict)
    """Ordinals that landed, and whether they were void."""
    again: set[int] = field(default_factory=set)
    """Ordinals whose first match was void."""


@dataclass(slots=True)
class OpenMatch:
    """A match that was live, with its moves in the order in which they were taken."""

    opened: MatchOpened
    moves: list[Moved] = field(default_factory=list)
    refusals: dict[int, tuple[int, int]] = field(default_factory=dict)
    """By seat: answers refused for the open decision, and in the whole match."""

    def move(self, moved: Moved) -> None:
        """A decision stands: the next one of its seat has all its tries again."""
        self.moves.append(moved)
        if moved.seat in self.refusals:
            self.refusals[moved.seat] = 0, self.refusals[moved.seat][1]

    def decline(self, seat: int, tries: int, total: int) -> None:
        """Answers were refused."""
        before = self.refusals.get(seat, (0, 0))
        self.refusals[seat] = before[0] + tries, before[1] + total


@dataclass(slots=True)
class Snapshot:
    """The live state that a journal amounts to."""

    sessions: dict[str, SessionOpened] = field(default_factory=dict)
    joins: dict[tuple[str, int], Joined] = field(default_factory=dict)
    played: dict[tuple[str, int], int] = field(default_factory=dict)
    """Matches of finished sets, by join."""
    left: set[tuple[str, int]] = field(default_factory=set)
    ended: dict[str, dict[int, int]] = field(default_factory=dict)
    """By session, for as long as it is kept: its latest joins that are over, and how many matches they played."""
    sets: dict[str, OpenSet] = field(default_factory=dict)
    matches: dict[str, OpenMatch] = field(default_factory=dict)

    def apply(self, entry: AnyEntry) -> None:
        """Fold one entry in."""
        match entry:
            case Moved():
                if (live := self.matches.get(entry.match)) is not None:
                    live.move(entry)
            case Declined():
                if (live := self.matches.get(entry.match)) is not None:
                    live.decline(entry.seat, entry.tries, entry.total)
            case SessionOpened():
                self.sessions[entry.session] = entry
            case SessionClosed():
                self._close_session(entry.session)
            case Joined():
                self.joins[entry.session, entry.join] = entry
            case JoinLeft():
                self.left.add((entry.session, entry.join))
            case JoinEnded():
                self._end_join(entry)
            case SetOpened():
                self.sets[entry.set_id] = OpenSet(entry)
            case SetClosed():
                self._close_set(entry)
            case JoinProgress():
                self.played[entry.session, entry.join] = entry.played
            case MatchOpened():
                self.matches[entry.match] = OpenMatch(entry)
            case MatchClosed():
                self._close_match(entry)

    def _close_session(self, session: str) -> None:
        self.sessions.pop(session, None)
        for key in [key for key in self.joins if key[0] == session]:
            self._forget_join(key)
        self.ended.pop(session, None)

    def _end_join(self, entry: JoinEnded) -> None:
        self._forget_join((entry.session, entry.join))
        if entry.session not in self.sessions:
            return  # it went before its last set was over: nobody can ask for this join again
        ended = self.ended.setdefault(entry.session, {})
        ended[entry.join] = entry.matches
        if len(ended) > REMEMBERED_JOINS:
            del ended[next(iter(ended))]

    def _forget_join(self, key: tuple[str, int]) -> None:
        self.joins.pop(key, None)
        self.played.pop(key, None)
        self.left.discard(key)

    def _close_match(self, entry: MatchClosed) -> None:
        self.matches.pop(entry.match, None)
        of_set = self.sets.get(entry.set_id)
        if of_set is None:
            return
        if entry.again:
            of_set.again.add(entry.ordinal)
        else:
            of_set.closed[entry.ordinal] = entry.void

    def _close_set(self, entry: SetClosed) -> None:
        closed = self.sets.pop(entry.set_id, None)
        if closed is None:
            return
        for session, join in {(session, join) for session, join in closed.opened.lanes}:
            if (session, join) in self.joins:
                self.played[session, join] = self.played.get((session, join), 0) + len(closed.closed)

    def entries(self) -> Iterable[AnyEntry]:
        """The fewest entries that amount to this state."""
        yield from self.sessions.values()
        yield from self.joins.values()
        for (session, join), played in self.played.items():
            yield JoinProgress(session, join, played)
        for session, join in self.left:
            yield JoinLeft(session, join)
        for session, joins in self.ended.items():
            yield from (JoinEnded(session, join, matches) for join, matches in joins.items())
        for open_set in self.sets.values():
            yield open_set.opened
            set_id = open_set.opened.set_id
            yield from (MatchClosed("", set_id, ordinal, True, again=True) for ordinal in open_set.again)
            yield from (MatchClosed("", set_id, ordinal, void) for ordinal, void in open_set.closed.items())
        for live in self.matches.values():
            yield live.opened
            yield from live.moves
            yield from (Declined(live.opened.match, seat, *counts) for seat, counts in live.refusals.items())
