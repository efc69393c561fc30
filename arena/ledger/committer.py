"""Makes appends durable, many in one transaction, and signs the new head: what the writer thread does with a group."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, NamedTuple, TypeAlias

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from arena.core.errors import LedgerFault, Unrecordable
from arena.core.match import MatchResult, SetPlan
from arena.core.values import AgentName
from arena.ledger.append import Receipt, Transaction, introduce
from arena.ledger.driver import Driver
from arena.ledger.engine import failures
from arena.ledger.forms import Forms
from arena.ledger.record import Batch, encode
from arena.ledger.signing import Signer
from arena.ledger.tail import Head, Tail

_ODD: Final = (ValueError, TypeError, ArithmeticError, RecursionError)
"""What odd values raise on their way into canonical form and rows."""

Outcome: TypeAlias = Receipt | LedgerFault
"""What became of one append."""


class Append(NamedTuple):
    """Some results of one set, to be written as one entry."""

    plan: SetPlan
    results: Sequence[MatchResult]


class Committer:
    """Owns one connection, which is opened when needed and dropped after any failure. Not for several threads."""

    def __init__(self, engine: Engine, signer: Signer, now_ms: Callable[[], int]) -> None:
        self._engine = engine
        self._signer = signer
        self._now_ms = now_ms
        self._failures = failures(engine)
        self._driver: Driver | None = None
        self._tail = Tail(Head())
        self._forms = Forms()
        self._introduced: set[tuple[AgentName, str, str]] = set()

    def commit(self, appends: Sequence[Append]) -> list[Outcome]:
        """Write all that can be written; one outcome an append, in order. An append is written whole or not at all."""
        encoded = [self._encode(append) for append in appends]
        written = iter(self._write([batch for batch in encoded if isinstance(batch, Batch)]))
        return [next(written) if isinstance(batch, Batch) else batch for batch in encoded]

    def close(self) -> None:
        """Let go of the connection and of the log of heads."""
        if self._driver is not None:
            self._driver.close()
        self._signer.close()

    def _encode(self, append: Append) -> Batch | Unrecordable:
        try:
            return encode(append.plan, append.results, self._forms)
        except _ODD as error:
            return _unrecordable(append.plan, error)

    def _write(self, batches: Sequence[Batch]) -> Sequence[Outcome]:
        if not batches:
            return []
        try:
            return self._transact(batches)
        except (self._failures.all, SQLAlchemyError, *_ODD) as error:
            self._abandon()
            if len(batches) > 1 and not isinstance(error, self._failures.operational):
                # one batch that the database refuses must not spoil the others
                return [outcome for batch in batches for outcome in self._write([batch])]
            return [self._fault(batch, error) for batch in batches]

    def _fault(self, batch: Batch, error: Exception) -> LedgerFault:
        if isinstance(error, (*self._failures.refusals, *_ODD)):
            return _unrecordable(batch.plan, error)
        return LedgerFault(f"the ledger cannot be written: {_first_line(error)}")

    def _transact(self, batches: Sequence[Batch]) -> Sequence[Receipt]:
        if self._driver is None:
            self._driver = Driver(self._engine)
        self._driver.begin()
        head = Head.read(self._driver)
        if head != self._tail.head:
            self._tail = Tail(head)
        transaction = Transaction(self._driver, batches, self._tail)
        added = transaction.run()
        strangers = self._strangers(batches)
        if strangers:
            introduce(self._driver, strangers, self._now_ms())
        self._driver.commit()
        self._tail.go_on(transaction.head, transaction.tallies)
        self._introduced.update(strangers)
        if added.hashes:
            with suppress(OSError):  # `verify` reports the entries as unsigned, till the next signature covers them
                self._signer.sign(added.first, added.hashes, self._now_ms())
        return added.receipts

    def _strangers(self, batches: Sequence[Batch]) -> list[tuple[AgentName, str, str]]:
        met = {(party.agent, party.owner, party.version) for batch in batches for party in batch.parties}
        return sorted(met - self._introduced)

    def _abandon(self) -> None:
        self._tail = Tail(Head())  # its tallies have taken what is not written
        driver, self._driver = self._driver, None
        if driver is not None:
            driver.discard()


def _unrecordable(plan: SetPlan, error: Exception) -> Unrecordable:
    return Unrecordable(f"set {plan.set_id} cannot be recorded: {_first_line(error)}")


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
