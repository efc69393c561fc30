"""`Client`: one session with one server, for any number of agents, kept up over whatever happens to the connection."""

import asyncio
import itertools
import logging
import time
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Final

from arena.client.dispatch import Dispatch
from arena.client.greeting import read_welcome
from arena.client.grpc_transport import GrpcTransport
from arena.client.joins import JoinOrder, JoinState, JoinSummary, instance_of, name_of
from arena.client.outbox import Outbox
from arena.client.patience import Backoff, Patience
from arena.client.runners import drain, make_runner
from arena.client.session import Session
from arena.client.transport import Disconnected, Stream, Transport, get_game
from arena.core.agent import AgentFactory, BatchAgent
from arena.core.errors import ArenaError, Busy, UnknownSession
from arena.core.values import Json
from arena.v1 import play_pb2 as pb
from arena.wire.frames import join_frames, read_error
from arena.wire.games import read_spec
from arena.wire.json_values import write_json

REJOIN_SECONDS: Final = 1.0
"""Before a join is tried again that the server had no room for, unless it says how long."""
MISSED_HEARTBEATS: Final = 3

log = logging.getLogger(__name__)


class Client:
    """Agents of this process in matches of one server.

    `server` is "host:port"; with `tls_ca`, a PEM file of root certificates, the connection is encrypted. All methods
    belong to the event loop that runs `run`.
    """

    def __init__(
        self,
        server: str = "127.0.0.1:7777",
        *,
        token: str | None = None,
        tls_ca: str | Path | None = None,
        transport: Transport | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._transport: Transport = transport or GrpcTransport(server, token=token, tls_ca=tls_ca)
        self._patience = patience or Patience()
        self._orders: list[JoinOrder] = []
        self._joins: list[JoinState] = []
        self._numbers = itertools.count(1)
        self._session = Session()
        self._outbox = Outbox(self._session)
        self._dispatch = Dispatch(self._session, self._outbox, self._brief_of, self._join_ended)
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()
        """`stop` ended the last join by itself, so that nothing more is to be heard of the server."""
        self._running = False
        self._connected = False
        self._error: ArenaError | None = None

    def join(
        self,
        game: str,
        agent: AgentFactory | BatchAgent | type[BatchAgent],
        *,
        name: str = "",
        version: str = "",
        parent_version: str = "",
        options: Mapping[str, Json] | None = None,
        seats: int = 1,
        matches: int = 0,
        tournament: str = "",
    ) -> None:
        """Take part in a game, from the next `run` on or, while it runs, at once.

        `agent` is an `Agent` class or another factory, or a `BatchAgent`; `name` is what ladders list, by default the
        class's. `seats` matches are played at once, `matches` in all; 0 goes on until `stop`. With the id of a
        `tournament` of this server they are those of its entrant `name`, until it is over; `game` is then its rated id.
        """
        made = instance_of(agent)
        order = JoinOrder(
            game=game,
            agent=made,
            name=name or name_of(made),
            version=version,
            parent_version=parent_version,
            options=options or {},
            seats=seats,
            matches=matches,
            tournament=tournament,
        )
        self._orders.append(order)
        if self._running:
            join = self._open(order)
            if self._connected:
                self._outbox.put(join.join_frame())

    def stop(self) -> None:
        """Begin no further matches; `run` returns once the running ones have ended."""
        self._stopping.set()
        for join in self._joins:
            if join.waits:
                join.close(0)  # the server knows nothing of it that could be left
            elif not join.leaving and not join.ended:
                join.leaving = True
                self._outbox.put(join.leave_frame())
        if self._joins and self._over:
            self._ended.set()

    async def run(self) -> list[JoinSummary]:
        """Play until every join has ended; one summary a join, in their order.

        Raises:
            ArenaError: the leaf that the server gave for refusing the session or a join (matches that were running are
                played to their end first), or ServerUnreachable, or the AgentFault of an agent that cannot be loaded.
        """
        self._running = True
        for order in self._orders[len(self._joins) :]:
            self._open(order)
        try:
            for join in self._joins:
                await join.order.prepare()
            await self._play()
            await drain([join.runner for join in self._joins])
        finally:
            self._running = False
            for join in self._joins:
                join.runner.close()
            await self._transport.close()
            for join in self._joins:
                await join.order.release()
        if self._error is not None:
            raise self._error
        return [join.summary for join in self._joins]

    @property
    def summaries(self) -> list[JoinSummary]:
        """How the joins stand, also while they run."""
        return [join.summary for join in self._joins]

    # ---- joins

    def _open(self, order: JoinOrder) -> JoinState:
        runner = make_runner(order.agent, self._dispatch.deliver)
        summary = JoinSummary(game=order.game, agent=order.name)
        join = JoinState(next(self._numbers), order, runner, summary, order.matches)
        self._joins.append(join)
        self._dispatch.joins[join.id] = join
        return join

    def _join_ended(self, join: JoinState, message: pb.JoinEnded) -> None:
        error = read_error(message.error) if message.HasField("error") else None
        retry_after = message.error.retry_after_ms / 1000
        if (isinstance(error, Busy) or retry_after) and not join.leaving:
            log.info("%s cannot join %s now: %s", join.order.name, join.order.game, error)
            self._renew(join)
            asyncio.get_running_loop().call_later(retry_after or REJOIN_SECONDS, self._rejoin, join)
            return
        join.close(message.matches)
        if error is not None and not isinstance(error, Busy):
            log.error("%s cannot play %s: %s", join.order.name, join.order.game, error)
            self._error = self._error or error
            self.stop()

    def _renew(self, join: JoinState) -> None:
        """What has ended stays ended: another try goes by another number."""
        del self._dispatch.joins[join.id]
        join.renew(next(self._numbers))
        join.waits = True
        self._dispatch.joins[join.id] = join

    def _rejoin(self, join: JoinState) -> None:
        if join.waits and not join.ended:
            join.waits = False
            if self._connected:
                self._outbox.put(join.join_frame())

    @property
    def _over(self) -> bool:
        return all(join.ended for join in self._joins)

    # ---- the connection

    async def _play(self) -> None:
        backoff = Backoff(self._patience, Random(), time.monotonic)
        while not self._over:
            try:
                await self._play_one_stream(backoff)
            except UnknownSession as error:
                await self._start_anew(backoff, error)
            except Busy as error:
                await self._pause(backoff, str(error), REJOIN_SECONDS)
            except Disconnected as error:
                await self._pause(backoff, str(error), self._dispatch.reconnect_after)

    async def _play_one_stream(self, backoff: Backoff) -> None:
        self._ended.clear()
        stream = await self._transport.open()
        writer: asyncio.Task[None] | None = None
        try:
            await self._enter(stream)
            backoff.succeeded()
            writer = asyncio.create_task(self._write(stream))
            await self._listen(stream)
            await self._part(stream)
        finally:
            self._connected = False
            if writer is not None:
                writer.cancel()
                await asyncio.gather(writer, return_exceptions=True)
            await stream.close()

    async def _enter(self, stream: Stream) -> None:
        """Say hello, take the welcome in, and say again what the server may not have heard."""
        self._dispatch.reconnect_after = 0.0
        await stream.send(join_frames([self._session.hello()]))
        first, rest = await read_welcome(stream, self._patience.welcome)
        if self._session.welcome(first):
            self._dispatch.start_anew()
        await self._bring_entries()
        self._outbox.clear()
        self._outbox.put_all(self._dispatch.owed())
        self._connected = True
        await self._dispatch.take(rest)

    async def _listen(self, stream: Stream) -> None:
        """Read until every join has ended, by the server's word or by `stop`."""
        reading, ended = asyncio.ensure_future(self._read(stream)), asyncio.ensure_future(self._ended.wait())
        try:
            await asyncio.wait((reading, ended), return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                reading.result()
        finally:
            reading.cancel()
            ended.cancel()
            await asyncio.gather(reading, ended, return_exceptions=True)

    async def _read(self, stream: Stream) -> None:
        silence = self._session.limits.heartbeat * MISSED_HEARTBEATS
        while not self._over:
            try:
                async with asyncio.timeout(silence):
                    data = await stream.receive()
            except TimeoutError:
                raise Disconnected(f"nothing was heard for {silence:g} s") from None
            if data is None:
                raise Disconnected("the server closed the stream")
            await self._dispatch.take(data)

    async def _write(self, stream: Stream) -> None:
        try:
            while True:
                await self._outbox.wait()
                for batch in self._outbox.batches():
                    await stream.send(batch)
        except (Disconnected, ArenaError) as error:
            log.debug("cannot write: %s", error)  # the reader meets the same end, and says so

    async def _part(self, stream: Stream) -> None:
        """Acknowledge the last frames, so that the server need not keep them."""
        try:
            for batch in self._outbox.batches():
                await stream.send(batch)
        except (Disconnected, ArenaError) as error:
            log.debug("the last acknowledgement was not sent: %s", error)

    async def _pause(self, backoff: Backoff, reason: str, at_least: float) -> None:
        log.info("disconnected from %s: %s", self._transport.address, reason)
        if self._stopping.is_set() and not self._dispatch.seats:
            for join in self._joins:
                join.ended = True
            return
        await backoff.pause(f"{self._transport.address}: {reason}", at_least)

    async def _start_anew(self, backoff: Backoff, error: UnknownSession) -> None:
        """The server kept nothing of our session: open a new one and ask for what is left."""
        if not self._session.id:
            raise error
        self._session.forget()
        self._dispatch.start_anew()
        for join in self._joins:
            join.renew(join.id)
        await self._pause(backoff, str(error), 0.0)

    async def _brief_of(self, order: JoinOrder) -> str | None:
        try:
            return (await get_game(self._transport, order.game, order.options_json)).brief
        except (ArenaError, Disconnected) as error:
            log.warning("the rules of %s in words are not to be had: %s", order.game, error)
            return None

    async def _bring_entries(self) -> None:
        for join in self._joins:
            if join.entry is None and join.order.brings_entry:
                game = await get_game(self._transport, join.order.game, join.order.options_json)
                join.entry = write_json(join.order.entry(*read_spec(game)))
