"""Finished trajectories as a server tells them, followed over its restarts: nothing is missed, nothing comes twice."""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from threading import Event
from typing import Final, NamedTuple

from arena.client.patience import Backoff, Patience
from arena.client.remote import Remote
from arena.client.transport import ServerUnreachable
from arena.core.errors import Busy, LedgerFault, ProtocolViolation
from arena.core.match import PlayedSeat
from arena.v1 import feed_pb2 as pb
from arena.wire.frames import RETRY_MS
from arena.wire.trajectories import read_trajectory

PASSING: Final = (ServerUnreachable, Busy, LedgerFault)
"""What is over by itself: then the server is called again."""
BEGINNING: Final = "beginning"
NOW: Final = "now"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which seats: of a game under any options or a rated id, of an agent, with a result, in matches that ended at
    `since_ms` or later, rated by `system` at `min_rating` or more before it; those of void matches with `void`."""

    game: str = ""
    agent: str = ""
    result: str = ""
    void: bool = False
    since_ms: int = 0
    """Milliseconds since the epoch."""
    min_rating: float | None = None
    system: str = ""


class Step(NamedTuple):
    """How far a feed is: the cursor behind all so far, and the seat that came right before it, if one did."""

    cursor: str
    played: PlayedSeat | None


class Following:
    """The steps from a cursor on, as long as the server can be reached within `patience`, or until `close`.

    With `until`, a cursor or NOW, they end there; with NOW, behind what has landed by the time the server is reached.

    Raises what the server refuses, and ServerUnreachable.
    """

    def __init__(
        self,
        address: str,
        cursor: str,
        wish: Wish,
        *,
        token: str | None = None,
        tls_ca: str | Path | None = None,
        until: str = "",
        patience: Patience | None = None,
    ) -> None:
        self._address, self._token, self._tls_ca = address, token, tls_ca
        self._cursor = cursor
        self._wish = wish
        self._until = until
        self._backoff = Backoff(patience or Patience(), Random(), time.monotonic)
        self._remote: Remote | None = None
        self._closed = Event()

    def close(self) -> None:
        """There are no further steps; any thread may say so."""
        self._closed.set()
        if self._remote is not None:
            self._remote.close()

    def __iter__(self) -> Iterator[Step]:
        while not self._closed.is_set():
            reason, asked = "the server ended the stream", 0.0
            try:
                yield from self._connected()
                if self._until:
                    return
            except PASSING as error:
                reason, asked = str(error), RETRY_MS / 1000 if isinstance(error, Busy | LedgerFault) else 0.0
            except ValueError:  # gRPC's word for a call on a channel that was just closed
                if not self._closed.is_set():
                    raise
            if not self._closed.is_set():
                self._closed.wait(self._backoff.delay(reason, asked))

    def _connected(self) -> Iterator[Step]:
        """One stream to its end."""
        with (
            Remote(self._address, token=self._token, tls_ca=self._tls_ca) as self._remote,
            closing(self._remote.trajectories(self._request())) as stream,
        ):
            if self._closed.is_set():  # before there was a call to end
                return
            for step in _steps(stream):
                self._backoff.succeeded()
                self._cursor = step.cursor
                yield step

    def _request(self) -> pb.FollowRequest:
        wish = self._wish
        return pb.FollowRequest(
            cursor=self._cursor,
            until_now=bool(self._until),
            until="" if self._until == NOW else self._until,
            game=wish.game,
            agent=wish.agent,
            result=wish.result,
            void=wish.void,
            since_ms=wish.since_ms,
            min_rating=wish.min_rating,
            system=wish.system,
        )


def _steps(stream: Iterator[pb.FollowResponse]) -> Iterator[Step]:
    """The parts of trajectories put together."""
    whole: pb.Trajectory | None = None
    decisions: list[pb.Decision] = []
    for part in stream:
        if part.HasField("trajectory"):
            whole, decisions = part.trajectory, []
        decisions += part.decisions
        if not part.cursor:
            if whole is None:
                raise ProtocolViolation("the server sent a part of a trajectory without its beginning")
            continue
        yield Step(part.cursor, None if whole is None else read_trajectory(whole, decisions))
        whole, decisions = None, []
