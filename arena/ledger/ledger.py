"""The ledger as the rest of arena sees it: results go in once, and everything that was ever played can be read back."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from arena.core.errors import LedgerFault
from arena.core.match import MatchResult, SetPlan
from arena.ledger.agents import Agents
from arena.ledger.append import Receipt
from arena.ledger.backup import backup, state_folder
from arena.ledger.checkpoints import Checkpoints
from arena.ledger.engine import begin_snapshot, make_engine, parse_url, sqlite_file
from arena.ledger.reads import Reads
from arena.ledger.schema import prepare
from arena.ledger.signing import signed_hashes
from arena.ledger.tokens import Tokens
from arena.ledger.tournaments import Tournaments
from arena.ledger.verify import Replay, Verification, verify
from arena.ledger.writer import Writer, wall_ms
from arena.rating import DEFAULT, LadderRow, ladder


class Ledger(Reads):
    """An open ledger; any thread may call. `agents`, `checkpoints` and `tokens` are the owners' registers,
    `tournaments` has what was to be played in events.

    Open it with `Ledger.open`; as a context manager it is closed at the end, after all appends are written.
    """

    def __init__(self, engine: Engine, state: Path | None, now_ms: Callable[[], int] = wall_ms) -> None:
        super().__init__(engine)
        self.state = state
        self.agents = Agents(engine, now_ms)
        self.checkpoints = Checkpoints(engine, now_ms)
        self.tokens = Tokens(engine, now_ms)
        self.tournaments = Tournaments(engine, now_ms)
        self._writer = Writer(engine, state, now_ms)

    @classmethod
    def open(cls, url: str, state: Path | None = None, *, create: bool = True) -> Self:
        """Open the ledger at `sqlite:///FILE` or `postgresql://...`, and bring its schema up to date.

        `state` is the folder of the signing key, by default `FILE.state`; PostgreSQL has no default, and can only be
        read without it. With `create` off, a ledger that is not there is not made.

        Raises:
            LedgerFault: there is no such ledger, its schema is newer than this arena, or it cannot be reached.
        """
        parsed = parse_url(url)
        file = sqlite_file(parsed)
        if file is not None:
            if not create and not file.exists():
                raise LedgerFault(f"there is no ledger at {file}; play something first, or name another one by --db")
            state = state or state_folder(file)
        engine = make_engine(parsed)
        try:
            prepare(engine)
        except SQLAlchemyError as error:
            engine.dispose()
            shown = parsed.render_as_string(hide_password=True)
            raise LedgerFault(f"the ledger {shown} cannot be opened: {_cause(error)}") from None
        except LedgerFault:
            engine.dispose()
            raise
        return cls(engine, state)

    def append(self, plan: SetPlan, results: Sequence[MatchResult]) -> Future[Receipt]:
        """Record some results of one set as one entry; the future is done when they are durable.

        A match that is there already is left out, so that repeating an append does nothing. Else the future fails, and
        nothing of this append is written: with Unrecordable when a result can never be, with LedgerFault when the
        database does not take it now.

        Raises:
            LedgerFault: the ledger is closed, or there is no usable signing key.
        """
        return self._writer.append(plan, results)

    def flush(self) -> None:
        """Return when everything that was appended before is written, or has failed."""
        self._writer.flush()

    def ladder(self, game: str, system: str = DEFAULT) -> list[LadderRow]:
        """The ladder of a rated id, computed from its first set on.

        Raises:
            BadRequest: when there is no rating system of this name.
        """
        return ladder(self.ladder_sets(game), system)

    def verify(self, replay: Replay | None = None) -> Verification:
        """Check that nothing was changed since it was written; `replay` plays every match again.

        Raises:
            LedgerFault: database or public key cannot be read at all.
        """
        signed = signed_hashes(self.state) if self.state else {}
        try:
            with self._engine.connect() as connection:
                begin_snapshot(connection)
                return verify(connection, signed, replay)
        except SQLAlchemyError as error:
            raise LedgerFault(f"the ledger cannot be read: {_cause(error)}") from error

    def backup(self, file: Path) -> None:
        """Copy the ledger to a new SQLite file, also while it is in use.

        Raises:
            BadRequest: the file exists.
            LedgerFault: it cannot be written.
        """
        backup(self._engine, self.state, file)

    def close(self) -> None:
        """Write what is queued and let go of the database; again and again is fine."""
        self._writer.close()
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _cause(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
