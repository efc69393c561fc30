"""The ledger's matches for those who follow it: read in threads and played again in a process of their own.

Whoever waits for a move must not wait for them, so they take nothing of the match workers and give way to everything.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, ParamSpec, TypeVar

import structlog

from arena.core.errors import ArenaError, LedgerFault
from arena.core.match import MatchResult
from arena.ledger import Ledger
from arena.match.pool import WorkerPool

_THREADS: Final = 2
_NICE: Final = 10
P = ParamSpec("P")
T = TypeVar("T")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Recalled:
    """A match as its seats saw it: `faced` has, for each move, the encoded prompt before it and what it was paid."""

    brief: str
    parties: Sequence[int]
    faced: Sequence[tuple[bytes, float]]


class Archive:
    """One server's; the process that plays matches again is started for the first of them."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._threads = ThreadPoolExecutor(_THREADS, "arena-feed")
        self._pool: WorkerPool | None = None
        self._starting = asyncio.Lock()

    @property
    def pids(self) -> list[int]:
        """The process that plays matches again, once there is one."""
        return self._pool.pids if self._pool is not None else []

    async def read(self, ask: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What a function of the ledger gives, from a thread.

        Raises:
            LedgerFault: the ledger cannot be read now.
        """
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: ask(*args, **kwargs))
        except ArenaError:
            raise
        except Exception as error:  # border: what a database's driver raises has no common root
            log.exception("the ledger cannot be read")
            raise LedgerFault("the ledger cannot be read now; try again in a while") from error

    async def recall(self, result: MatchResult) -> Recalled:
        """Play a match again.

        Raises:
            UnknownGame, GameUnavailable: its game is not here by the rules it was played by.
            ArenaError: it cannot be played again.
        """
        brief, parties, faced = await (await self._started()).recall(result)
        return Recalled(brief, parties, [(prompt, reward) for prompt, reward in faced])

    async def close(self) -> None:
        """End the process; nothing is read any more."""
        if self._pool is not None:
            await self._pool.stop()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _started(self) -> WorkerPool:
        async with self._starting:
            if self._pool is None:
                pool = WorkerPool("arena.wire.codec:CODEC", nice=_NICE)
                await pool.start(1)
                self._pool = pool
        return self._pool
