"""The one writer thread of a process: group commit at a pace.

It takes all that is queued, has it written in one transaction, and only then completes the futures. While it writes,
the next group gathers; under load it gathers a little longer, since a transaction costs as much as several results.
A lone append never waits.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from threading import Condition, Lock, Thread
from typing import Final, TypeAlias

from sqlalchemy import Engine

from arena.core.errors import LedgerFault
from arena.core.match import MatchResult, SetPlan
from arena.ledger.append import Receipt
from arena.ledger.committer import Append, Committer
from arena.ledger.signing import Signer

QUEUE: Final = 4096
"""Appends that may wait; past that, `append` itself waits."""
GROUP: Final = 256
"""Appends that go into one transaction at most."""
PACE: Final = 0.02
"""Seconds from the beginning of one transaction to that of the next, while appends keep coming."""

_Job: TypeAlias = tuple[Append, Future[Receipt]]


class Writer:
    """Queues appends for its thread, which starts with the first of them."""

    def __init__(self, engine: Engine, state: Path | None, now_ms: Callable[[], int], pace: float = PACE) -> None:
        self._engine = engine
        self._state = state
        self._now_ms = now_ms
        self._pace = pace
        lock = Lock()
        self._arrived, self._written, self._urgent = Condition(lock), Condition(lock), Condition(lock)
        self._lock = lock
        self._jobs: list[_Job] = []
        self._queued = self._done = self._wanted = 0
        self._closing = self._stopped = False
        self._thread: Thread | None = None

    def append(self, plan: SetPlan, results: Sequence[MatchResult]) -> Future[Receipt]:
        """Queue some results of one set.

        Raises:
            LedgerFault: the ledger is closed, or its key is unusable.
        """
        future: Future[Receipt] = Future()
        future.set_running_or_notify_cancel()  # a result that was handed over cannot be taken back
        with self._lock:
            self._start()
            self._written.wait_for(lambda: len(self._jobs) < QUEUE or self._closing)
            if self._closing:
                raise LedgerFault("the ledger is closed; open it again to append")
            self._jobs.append((Append(plan, results), future))
            self._queued += 1
            if len(self._jobs) == 1:
                self._arrived.notify()
            elif len(self._jobs) == GROUP:
                self._urgent.notify()
        return future

    def flush(self) -> None:
        """Return when every append so far is written or has failed."""
        with self._lock:
            last = self._wanted = self._queued
            self._urgent.notify()
            self._written.wait_for(lambda: self._done >= last or self._stopped)

    def close(self) -> None:
        """Write what is queued, then end the thread."""
        with self._lock:
            self._closing = True
            self._arrived.notify()
            self._urgent.notify()
            self._written.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _start(self) -> None:
        if self._thread is not None or self._closing:
            return
        if self._state is None:
            raise LedgerFault("this ledger needs a folder for its signing key; name one by --state or ARENA_STATE")
        committer = Committer(self._engine, Signer(self._state), self._now_ms)
        self._thread = Thread(target=self._run, args=[committer], name="arena-ledger", daemon=True)
        self._thread.start()

    def _run(self, committer: Committer) -> None:
        due = 0.0
        try:
            while jobs := self._take(due):
                due = time.monotonic() + self._pace if len(jobs) > 1 else 0.0
                _complete(committer, jobs)
                with self._lock:
                    self._done += len(jobs)
                    self._written.notify_all()
        finally:
            self._stop(committer)

    def _take(self, due: float) -> list[_Job]:
        """The next group: at once what is urgent or fills it, else what has come till `due`; none when closed."""
        with self._lock:
            self._arrived.wait_for(lambda: self._jobs or self._closing)
            self._urgent.wait_for(self._must_hurry, max(0.0, due - time.monotonic()))
            jobs, self._jobs = self._jobs[:GROUP], self._jobs[GROUP:]
            self._written.notify_all()
        return jobs

    def _must_hurry(self) -> bool:
        return self._closing or len(self._jobs) >= GROUP or self._done < self._wanted

    def _stop(self, committer: Committer) -> None:
        with self._lock:
            self._closing = self._stopped = True
            waiting, self._jobs = self._jobs, []
            self._written.notify_all()
        _fail(waiting)
        committer.close()


def wall_ms() -> int:
    """Milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def _complete(committer: Committer, jobs: Sequence[_Job]) -> None:
    try:
        outcomes = committer.commit([append for append, _ in jobs])
        for (_, future), outcome in zip(jobs, outcomes, strict=True):
            if isinstance(outcome, LedgerFault):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)
    finally:  # only a defect of ours leaves a future open here; whoever waits for it must hear of it
        _fail(jobs)


def _fail(jobs: Sequence[_Job]) -> None:
    for _, future in jobs:
        if not future.done():
            future.set_exception(LedgerFault("the ledger's writer stopped; open the ledger again"))
