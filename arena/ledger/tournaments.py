"""Tournaments in the ledger: events, who runs them, the pairings they decided, and what was played of those.

An event has one runner at a time. Whatever a runner writes holds its claim in the same transaction, so that a process
that was thought dead and comes back changes nothing.
"""

import os
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import uuid4

import psutil
from sqlmodel import col, func, select

from arena.core.errors import BadRequest
from arena.core.values import AgentName, SetId
from arena.ledger.engine import begin
from arena.ledger.holding import changed, of_runner
from arena.ledger.rows import plain
from arena.ledger.served import ServedEvents
from arena.ledger.tables import EventRow, PairingRow, ServedRow

SILENT_MS: Final = 30_000
"""A runner that has not been heard of for so long is gone, even if a process of its number exists."""


class EventState(StrEnum):
    """How far an event is; one that is `stopping` was asked to, and its runner has yet to notice."""

    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    OVER = "over"

    @property
    def claimed(self) -> bool:
        """Whether a runner has it, or was killed while it had it."""
        return self in {EventState.RUNNING, EventState.STOPPING}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """An event as it began, and how far it is. `note` says why it ended; times are milliseconds since the epoch."""

    id: str
    name: str
    digest: str
    game: str
    version: str
    text: str
    secret: bytes
    state: EventState
    note: str
    runner: str
    pid: int
    host: str
    beat_ms: int
    spent_ms: int
    started_ms: int
    ended_ms: int | None

    def alive(self, now_ms: int) -> bool:
        """Whether a process had it at this time, which is about now."""
        if not self.state.claimed or now_ms - self.beat_ms > SILENT_MS:
            return False
        return self.host != socket.gethostname() or psutil.pid_exists(self.pid)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPairing:
    """A pairing as it was decided, when the first `known` of its event had counted."""

    round: int
    number: int
    leg: int
    known: int
    stage: str
    entrants: tuple[AgentName, ...]
    set_id: SetId


class Tournaments(ServedEvents):
    """The register of events; any thread may call."""

    # ---- events -----------------------------------------------------------------------------------------------------

    def add(self, *, name: str, digest: str, game: str, version: str, text: str, served: bool = False) -> StoredEvent:
        """Store an event that nobody runs yet, `served` by a server or not; its id is made from its name, its secret of
        chance."""
        with self._session() as session:
            begin(session.connection())
            slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "event"
            taken = set(session.exec(select(EventRow.id).where(col(EventRow.id).startswith(f"{slug}-"))))
            number = next(n for n in range(1, len(taken) + 2) if f"{slug}-{n}" not in taken)
            row = EventRow(
                id=f"{slug}-{number}",
                name=plain(name),
                digest=digest,
                game=game,
                version=version,
                text=plain(text),
                secret=os.urandom(32),
                state=EventState.STOPPED.value,
                note="",
                runner="",
                pid=0,
                host="",
                beat_ms=0,
                spent_ms=0,
                started_ms=self._now_ms(),
                ended_ms=None,
            )
            session.add(row)
            session.flush()
            if served:
                session.add(ServedRow(event=row.id))
            found = _event(row)
            session.commit()
        return found

    def find(self, event: str) -> StoredEvent:
        """The event of this id.

        Raises:
            BadRequest: there is none.
        """
        with self._session() as session:
            row = session.get(EventRow, plain(event))
            if row is None:
                raise BadRequest(f"there is no tournament {event!r} in this ledger; `arena tournament list` lists them")
            return _event(row)

    def running(self, event: StoredEvent) -> bool:
        """Whether a process has it now."""
        return event.alive(self._now_ms())

    def latest(self, name: str) -> StoredEvent | None:
        """The event of this name that began last."""
        found = [event for event in self.all() if event.name == plain(name)]
        return found[-1] if found else None

    def all(self) -> list[StoredEvent]:
        """Every event, oldest first."""
        with self._session() as session:
            order = (col(EventRow.started_ms), func.length(EventRow.id), col(EventRow.id))
            return [_event(row) for row in session.exec(select(EventRow).order_by(*order))]

    # ---- whoever runs one -------------------------------------------------------------------------------------------

    def claim(self, event: StoredEvent) -> str:
        """Become the runner of an event that nobody runs; the claim that later calls have to show.

        Raises:
            BadRequest: somebody else was quicker.
        """
        claim = uuid4().hex
        values = {
            "state": EventState.RUNNING.value,
            "note": "",
            "runner": claim,
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "beat_ms": self._now_ms(),
            "ended_ms": None,
        }
        with self._session() as session:
            if not changed(session, of_runner(event.id, event.runner).values(**values)):
                raise BadRequest(f"tournament {event.id} was begun by another process just now; see its status")
            session.commit()
        return claim

    def beat(self, event: str, claim: str, spent_ms: int) -> EventState:
        """Say that the runner is there, and hear whether it was asked to stop.

        Raises:
            BadRequest: another process has the event now.
        """
        with self._session() as session:
            self._hold(session, event, claim, spent_ms=spent_ms)
            state = session.exec(select(EventRow.state).where(EventRow.id == event)).one()
            session.commit()
        return EventState(state)

    def schedule(self, event: str, claim: str, pairings: Sequence[StoredPairing]) -> None:
        """Store pairings behind those there are, all or none.

        Raises:
            BadRequest: another process has the event now.
        """
        with self._session() as session:
            self._hold(session, event, claim)
            first = session.exec(select(func.count()).where(PairingRow.event == event)).one()
            session.add_all(_pairing_row(event, first + i, pairing) for i, pairing in enumerate(pairings))
            session.commit()

    def release(self, event: str, claim: str, state: EventState, note: str, spent_ms: int) -> None:
        """Run it no longer.

        Raises:
            BadRequest: another process has the event now.
        """
        now = self._now_ms()
        with self._session() as session:
            self._hold(session, event, claim, state=state.value, note=plain(note), spent_ms=spent_ms, ended_ms=now)
            session.commit()

    def ask_to_stop(self, event: str) -> StoredEvent:
        """Ask the runner to stop, or note that there is none any more; the event as it then is."""
        found = self.find(event)
        if found.state.claimed:
            state = EventState.STOPPING if self.running(found) else EventState.STOPPED
            with self._session() as session:
                asked = of_runner(event, found.runner).where(col(EventRow.state) == found.state.value)
                changed(session, asked.values(state=state.value))
                session.commit()
        return self.find(event)

    # ---- pairings ---------------------------------------------------------------------------------------------------

    def pairings(self, event: str) -> list[StoredPairing]:
        """What was decided so far, in that order."""
        query = select(PairingRow).where(PairingRow.event == event).order_by(col(PairingRow.ordinal))
        with self._session() as session:
            return [_pairing(row) for row in session.exec(query)]


def _event(row: EventRow) -> StoredEvent:
    return StoredEvent(**{**row.model_dump(), "state": EventState(row.state)})


def _pairing(row: PairingRow) -> StoredPairing:
    return StoredPairing(
        round=row.round,
        number=row.number,
        leg=row.leg,
        known=row.known,
        stage=row.stage,
        entrants=tuple(map(AgentName, row.entrants.split("\n"))),
        set_id=SetId(row.set_id),
    )


def _pairing_row(event: str, ordinal: int, pairing: StoredPairing) -> PairingRow:
    return PairingRow(
        event=event,
        round=pairing.round,
        number=pairing.number,
        leg=pairing.leg,
        ordinal=ordinal,
        known=pairing.known,
        stage=pairing.stage,
        entrants="\n".join(pairing.entrants),
        set_id=pairing.set_id,
    )
