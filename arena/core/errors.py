"""Every way a request can fail, as one tree; each leaf carries the protocol's error code.

    ArenaError
    ├── BadRequest                 what was asked for cannot be
    │   ├── UnknownGame  GameUnavailable  BadOption  BadSeats  BadEntry  BadEvent
    │   ├── UnknownAgent  UnknownMatch  UnknownSession
    │   └── TooLarge  ProtocolViolation
    ├── ActionRefused              a decision was answered, but not like this
    │   ├── IllegalAction  MalformedAction
    │   └── StaleRequest  NotYourSeat  MatchOver  TooLate
    ├── AccessDenied
    │   ├── Unauthenticated  Forbidden  NameTaken
    ├── Busy
    │   ├── RateLimited  Draining  ResumeGap
    └── Fault                      ours or a plugin's, never the asker's
        ├── GameFault  AgentFault  LedgerFault (Unrecordable)

A message says what was wrong and what would be right, in one sentence, for the peer to read: never a traceback, a path
of the server, a Python type or a secret.
"""

from enum import IntEnum
from typing import ClassVar


class ErrorCode(IntEnum):
    """The numbers of `arena.v1.ErrorCode`, stable for ever."""

    UNSPECIFIED = 0
    ILLEGAL_ACTION = 1
    MALFORMED_ACTION = 2
    STALE_REQUEST = 3
    NOT_YOUR_SEAT = 4
    UNKNOWN_MATCH = 5
    TOO_LATE = 6
    RATE_LIMITED = 7
    RESUME_GAP = 8
    DRAINING = 9
    UNKNOWN_GAME = 10
    GAME_UNAVAILABLE = 11
    BAD_OPTION = 12
    BAD_SEATS = 13
    UNKNOWN_AGENT = 14
    UNAUTHENTICATED = 15
    FORBIDDEN = 16
    NAME_TAKEN = 17
    MATCH_OVER = 18
    TOO_LARGE = 19
    PROTOCOL_VIOLATION = 20
    UNKNOWN_SESSION = 21
    BAD_ENTRY = 22
    GAME_FAULT = 23
    AGENT_FAULT = 24
    LEDGER_FAULT = 25
    BAD_REQUEST = 26


class ArenaError(Exception):
    """The root of the tree; `str(error)` is the sentence shown to the peer."""

    code: ClassVar[ErrorCode] = ErrorCode.UNSPECIFIED


class BadRequest(ArenaError):
    """What was asked for cannot be."""

    code = ErrorCode.BAD_REQUEST


class UnknownGame(BadRequest):
    """No plugin registers a game of this name."""

    code = ErrorCode.UNKNOWN_GAME


class GameUnavailable(BadRequest):
    """The game is known, but something it needs is missing on this machine; the message says how to mend it."""

    code = ErrorCode.GAME_UNAVAILABLE


class BadOption(BadRequest):
    """An option of a game or agent is unknown, of the wrong type or out of bounds."""

    code = ErrorCode.BAD_OPTION


class BadSeats(BadRequest):
    """This number of agents or seats does not fit the game."""

    code = ErrorCode.BAD_SEATS


class BadEntry(BadRequest):
    """The private input of a seat (a team, say) is not acceptable."""

    code = ErrorCode.BAD_ENTRY


class BadEvent(BadRequest):
    """A tournament's event file says what cannot be, or does not fit its game."""


class UnknownAgent(BadRequest):
    """No agent of this name, prefix or import path."""

    code = ErrorCode.UNKNOWN_AGENT


class UnknownMatch(BadRequest):
    """No match of this id, or none that the asker may see."""

    code = ErrorCode.UNKNOWN_MATCH


class UnknownSession(BadRequest):
    """No session of this id and token; open a new one."""

    code = ErrorCode.UNKNOWN_SESSION


class TooLarge(BadRequest):
    """A message is over a limit that the welcome states."""

    code = ErrorCode.TOO_LARGE


class ProtocolViolation(BadRequest):
    """Bytes or an order of frames that the protocol does not allow."""

    code = ErrorCode.PROTOCOL_VIOLATION


class ActionRefused(ArenaError):
    """A decision was answered, but not like this; its clock runs on."""


class IllegalAction(ActionRefused):
    """Well-formed, but the rules forbid it in this state; the message cites the rule's section."""

    code = ErrorCode.ILLEGAL_ACTION


class MalformedAction(ActionRefused):
    """Does not fit the form that the request asked for."""

    code = ErrorCode.MALFORMED_ACTION


class StaleRequest(ActionRefused):
    """The request is closed, or never was."""

    code = ErrorCode.STALE_REQUEST


class NotYourSeat(ActionRefused):
    """The request belongs to another session."""

    code = ErrorCode.NOT_YOUR_SEAT


class MatchOver(ActionRefused):
    """The match has ended."""

    code = ErrorCode.MATCH_OVER


class TooLate(ActionRefused):
    """The answer came after the deadline on the server's clock."""

    code = ErrorCode.TOO_LATE


class AccessDenied(ArenaError):
    """The asker is not allowed to do this."""


class Unauthenticated(AccessDenied):
    """A token is missing, wrong or revoked."""

    code = ErrorCode.UNAUTHENTICATED


class Forbidden(AccessDenied):
    """The token is good, but its scopes do not cover this."""

    code = ErrorCode.FORBIDDEN


class NameTaken(AccessDenied):
    """The agent's name belongs to another owner."""

    code = ErrorCode.NAME_TAKEN


class Busy(ArenaError):
    """Not now; the same request may succeed later."""


class RateLimited(Busy):
    """Over a limit on open sessions, seats or watched matches."""

    code = ErrorCode.RATE_LIMITED


class Draining(Busy):
    """The server takes no new matches; running ones go on."""

    code = ErrorCode.DRAINING


class ResumeGap(Busy):
    """The frames asked for are no longer kept; whole views follow instead."""

    code = ErrorCode.RESUME_GAP


class Fault(ArenaError):
    """Ours or a plugin's, never the asker's."""


class GameFault(Fault):
    """A game raised, hung, exited or outgrew its memory: its match is void."""

    code = ErrorCode.GAME_FAULT


class AgentFault(Fault):
    """An agent's own code raised where no match can charge it: while it is made, or makes its entry."""

    code = ErrorCode.AGENT_FAULT


class LedgerFault(Fault):
    """The ledger cannot be read or written: wrong schema, broken chain, full disk."""

    code = ErrorCode.LEDGER_FAULT


class Unrecordable(LedgerFault):
    """A result holds what no ledger can keep; to append it again is no use."""
