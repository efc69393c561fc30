"""The append-only ledger: hash-chained results in SQLite or PostgreSQL, with one writer a process."""

from arena.ledger.agents import AgentLine, VersionLine
from arena.ledger.append import Receipt
from arena.ledger.checkpoints import Checkpoint
from arena.ledger.ledger import Ledger
from arena.ledger.reads import GameLine, MadeMove, MatchLine, MatchSeat
from arena.ledger.record import Record
from arena.ledger.sets import SetState
from arena.ledger.tokens import Grant, Scope, TokenLine
from arena.ledger.verify import Replay, Verification

__all__ = [
    "AgentLine",
    "Checkpoint",
    "GameLine",
    "Grant",
    "Ledger",
    "MadeMove",
    "MatchLine",
    "MatchSeat",
    "Receipt",
    "Record",
    "Replay",
    "Scope",
    "SetState",
    "TokenLine",
    "Verification",
    "VersionLine",
]
