"""Who is on an open stream, and by which token: soon after a token was revoked, its streams end."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Final

import structlog

from arena.core.errors import LedgerFault, Unauthenticated
from arena.server.identity import Identity
from arena.server.session import Principal

LOOK_SECONDS: Final = 1.0
"""Between two looks at the tokens of open streams; the ledger is asked only while there are any."""
log = structlog.get_logger()


class Guests:
    """Open streams, each a task with the principal it serves."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._staying: dict[asyncio.Task[Any], Principal] = {}
        self._shown_out: set[asyncio.Task[Any]] = set()

    @asynccontextmanager
    async def stay(self, principal: Principal) -> AsyncGenerator[None]:
        """This task serves a stream for as long as the block lasts.

        Raises:
            Unauthenticated: the principal's token was revoked meanwhile.
        """
        task = asyncio.current_task()
        assert task is not None
        self._staying[task] = principal
        try:
            yield
        except asyncio.CancelledError:
            if task not in self._shown_out or task.uncancel():
                raise
            raise Unauthenticated("the token was revoked while the stream was open; ask for another one") from None
        finally:
            self._staying.pop(task, None)
            self._shown_out.discard(task)

    async def watch(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._staying:
                await self._look()

    async def _look(self) -> None:
        try:
            void = await self._identity.void({principal.token for principal in self._staying.values()})
        except LedgerFault:
            return  # nobody is shown out for what cannot be known now
        for task, principal in list(self._staying.items()):
            if principal.token in void:
                log.info("the token of a stream was revoked", owner=principal.owner)
                del self._staying[task]
                self._shown_out.add(task)
                task.cancel()
