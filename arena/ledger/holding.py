"""What the runner of an event writes: nothing without the claim that makes it the runner."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, Update, update
from sqlmodel import Session, col

from arena.core.errors import BadRequest
from arena.ledger.played import PlayedSets
from arena.ledger.tables import EventRow


class Holding(PlayedSets):
    """Transactions of whoever runs an event."""

    def __init__(self, engine: Engine, now_ms: Callable[[], int]) -> None:
        super().__init__(engine)
        self._now_ms = now_ms

    def _hold(self, session: Session, event: str, claim: str, **values: Any) -> None:
        """Begin a transaction of the runner: nobody else can take the event before it ends."""
        if not changed(session, of_runner(event, claim).values(beat_ms=self._now_ms(), **values)):
            raise BadRequest(f"tournament {event} was taken over by another process; this one has stopped")


def of_runner(event: str, claim: str) -> Update:
    """A change of an event that takes effect only while `claim` is its runner's."""
    return update(EventRow).where(col(EventRow.id) == event, col(EventRow.runner) == claim)


def changed(session: Session, statement: Update) -> bool:
    """Whether the change took effect."""
    return session.connection().execute(statement).rowcount > 0
