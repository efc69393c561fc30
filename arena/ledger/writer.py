"""The one writer thread of a process: group commit without a waiting window.

It takes all that is queued, writes it in one transaction, signs the new head, and only then completes the futures.
While it writes, the next group gathers.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition, Thread
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from arena.core.errors import LedgerFault
from arena.core.match import MatchResult, PartyRef, SetPlan
from arena.core.values import AgentName
from arena.ledger.append import Additions, Receipt, Transaction, introduce
from arena.ledger.driver import Driver
from arena.ledger.engine import failures
from arena.ledger.record import Batch, encode
from arena.ledger.signing import Signer

QUEUE: Final = 4096
"""Appends that may wait; past that, `append` itself waits."""
GROUP: Final = 256
"""Appends that go into one transaction at most."""


@dataclass(slots=True)
class _Job:
    plan: SetPlan
    results: Sequence[MatchResult]
    future: Future[Receipt] = field(default_factory=Future)


class Writer:
    """Queues appends for its thread, which starts with the first of them."""

    def __init__(self, engine: Engine, state: Path | None, now_ms: Callable[[], int]) -> None:
        self._engine = engine
        self._failures = failures(engine)
        self._state = state
        self._now_ms = now_ms
        self._jobs: list[_Job] = []
        self._changed = Condition()
        self._queued = self._written = 0
        self._closing = self._stopped = False
        self._thread: Thread | None = None
        self._driver: Driver | None = None
        self._signer: Signer | None = None
        self._introduced: set[tuple[AgentName, str, str]] = set()

    def append(self, plan: SetPlan, results: Sequence[MatchResult]) -> Future[Receipt]:
        """Queue some results of one set.

        Raises:
            LedgerFault: the ledger is closed, or its key is unusable.
        """
        job = _Job(plan, results)
        job.future.set_running_or_notify_cancel()  # a result that was handed over cannot be taken back
        with self._changed:
            self._start()
            self._changed.wait_for(lambda: len(self._jobs) < QUEUE or self._closing)
            if self._closing:
                raise LedgerFault("the ledger is closed; open it again to append")
            self._jobs.append(job)
            self._queued += 1
            self._changed.notify_all()
        return job.future

    def flush(self) -> None:
        """Return when every append so far is written or has failed."""
        with self._changed:
            last = self._queued
            self._changed.wait_for(lambda: self._written >= last or self._stopped)

    def close(self) -> None:
        """Write what is queued, then end the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _start(self) -> None:
        if self._thread is None and not self._closing:
            if self._state is None:
                raise LedgerFault("appending needs a folder for the signing key; open the ledger with `state`")
            self._signer = Signer(self._state)
            self._thread = Thread(target=self._run, name="arena-ledger", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        try:
            while jobs := self._take():
                self._write(jobs)
                with self._changed:
                    self._written += len(jobs)
                    self._changed.notify_all()
        finally:
            self._stop()

    def _take(self) -> list[_Job]:
        with self._changed:
            self._changed.wait_for(lambda: self._jobs or self._closing)
            jobs, self._jobs = self._jobs[:GROUP], self._jobs[GROUP:]
            self._changed.notify_all()
        return jobs

    def _write(self, jobs: Sequence[_Job]) -> None:
        try:
            encoded = [(job, batch) for job in jobs if (batch := _encode(job)) is not None]
            self._commit_group(encoded)
        finally:  # only a defect of ours leaves a future open here; whoever waits for it must hear of it
            for job in jobs:
                if not job.future.done():
                    job.future.set_exception(LedgerFault("the ledger's writer stopped; open the ledger again"))

    def _commit_group(self, encoded: Sequence[tuple[_Job, Batch]]) -> None:
        if not encoded:
            return
        try:
            added = self._commit([batch for _, batch in encoded])
        except (self._failures.all, SQLAlchemyError, OverflowError) as error:
            self._abandon()
            final = len(encoded) == 1 or isinstance(error, self._failures.operational)
            fault = LedgerFault(f"the ledger cannot be written: {_sentence(error)}")
        else:
            for (job, _), receipt in zip(encoded, added.receipts, strict=True):
                job.future.set_result(receipt)
            return
        for one in encoded:
            if final:
                one[0].future.set_exception(fault)
            else:
                self._commit_group([one])  # one batch that the database refuses must not spoil the others

    def _commit(self, batches: Sequence[Batch]) -> Additions:
        if self._driver is None:
            self._driver = Driver(self._engine)
        self._driver.begin()
        added = Transaction(self._driver, batches).run()
        strangers = self._strangers(batches)
        if strangers:
            introduce(self._driver, strangers, self._now_ms())
        self._driver.commit()
        self._introduced.update(strangers)
        self._sign(added)
        return added

    def _strangers(self, batches: Sequence[Batch]) -> list[tuple[AgentName, str, str]]:
        met = {_introduction(party): None for batch in batches for party in batch.parties}
        return sorted(met.keys() - self._introduced)

    def _sign(self, added: Additions) -> None:
        """Sign the new entries. Where the disk refuses, `verify` reports them till the next signature covers them."""
        if not added.hashes or self._signer is None:
            return
        with suppress(OSError):
            self._signer.sign(added.first, added.hashes, self._now_ms())

    def _abandon(self) -> None:
        driver, self._driver = self._driver, None
        if driver is not None:
            driver.discard()

    def _stop(self) -> None:
        with self._changed:
            self._closing = self._stopped = True
            waiting, self._jobs = self._jobs, []
            self._changed.notify_all()
        for job in waiting:
            job.future.set_exception(LedgerFault("the ledger's writer stopped; open the ledger again"))
        if self._driver is not None:
            self._driver.close()
        if self._signer is not None:
            self._signer.close()


def wall_ms() -> int:
    """Milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def _encode(job: _Job) -> Batch | None:
    try:
        return encode(job.plan, job.results)
    except (ValueError, TypeError) as error:
        job.future.set_exception(LedgerFault(f"set {job.plan.set_id} cannot be recorded: {error}"))
        return None


def _introduction(party: PartyRef) -> tuple[AgentName, str, str]:
    return party.agent, party.owner, party.version


def _sentence(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
