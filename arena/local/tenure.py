"""This process's time as the runner of an event: from its claim in the ledger to its release."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from arena.core.errors import ArenaError
from arena.ledger.tournaments import EventState, StoredEvent, StoredPairing, Tournaments

_BEAT_SECONDS: Final = 0.5


class Tenure:
    """Holds an event from now on.

    Raises:
        BadRequest: somebody else was quicker.
    """

    def __init__(self, tournaments: Tournaments, stored: StoredEvent) -> None:
        self.tournaments = tournaments
        self.stored = stored
        self.claim = tournaments.claim(stored)
        self._began = time.monotonic()

    @property
    def spent_ms(self) -> int:
        """The event's running time so far, of all processes together."""
        return self.stored.spent_ms + int((time.monotonic() - self._began) * 1_000)

    async def listen(self, on_stop: Callable[[], None]) -> None:
        """Say again and again that this process is there; `on_stop` is called when it is asked to stop."""
        while True:
            await asyncio.sleep(_BEAT_SECONDS)
            beat = self.tournaments.beat
            if await asyncio.to_thread(beat, self.stored.id, self.claim, self.spent_ms) is EventState.STOPPING:
                on_stop()

    async def schedule(self, rows: Sequence[StoredPairing]) -> None:
        """Store pairings before they are played."""
        if rows:
            await asyncio.to_thread(self.tournaments.schedule, self.stored.id, self.claim, rows)

    def release(self, state: EventState, note: str = "") -> None:
        """Hold it no longer; whoever may have it by now keeps it."""
        with suppress(ArenaError):
            self.tournaments.release(self.stored.id, self.claim, state, note, self.spent_ms)
