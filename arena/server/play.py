"""PlayService without its network: one connection from hello to end, and the sessions that connections belong to."""

import asyncio
import secrets
from collections.abc import Callable
from typing import Any

import structlog

from arena.core.errors import ArenaError, ProtocolViolation, RateLimited, UnknownSession
from arena.server.arbiter import Arbiter
from arena.server.connection import Connection, Stream
from arena.server.frames import seat_assigned
from arena.server.joining import Joining
from arena.server.journal import Journal
from arena.server.lobby import Lobby
from arena.server.session import Principal, Session
from arena.server.settings import Settings
from arena.server.snapshot import SessionClosed, SessionOpened
from arena.v1 import play_pb2 as pb
from arena.v1.relay_pb2 import ServerFrame
from arena.wire.entrance import check_hello
from arena.wire.frames import client_frames, error_message, join_frames

PROTOCOL_MINOR = 1
log = structlog.get_logger()


class Play:
    """All sessions by id, connected or dropped."""

    def __init__(
        self, arbiter: Arbiter, lobby: Lobby, journal: Journal, settings: Settings, on_lost: Callable[[Session], None]
    ) -> None:
        self._arbiter = arbiter
        self._lobby = lobby
        self._journal = journal
        self._settings = settings
        self._on_lost = on_lost
        self.sessions: dict[str, Session] = {}

    # ---- one connection

    async def serve(self, stream: Stream, principal: Principal) -> None:
        """Serve one stream until either side ends it.

        Raises:
            ArenaError: the stream broke the protocol, or its hello names no session of this owner.
        """
        try:
            async with asyncio.timeout(self._settings.hello_timeout):
                first = await stream.receive()
        except TimeoutError:
            raise ProtocolViolation("no Hello came in time; it must be the first frame") from None
        if first is None:
            return
        session, connection, rest = self._enter(stream, principal, first)
        try:
            await self._run(session, connection, rest)
        finally:
            self._part(session, connection)

    def _enter(
        self, stream: Stream, principal: Principal, data: bytes
    ) -> tuple[Session, Connection, list[tuple[str, Any]]]:
        (kind, hello), *rest = client_frames(data, self._settings.limits) or [("nothing", None)]
        if kind != "hello":
            raise ProtocolViolation("the first frame must be a Hello")
        check_hello(hello)
        session = self._resumed(hello, principal) if hello.session_id else self._opened(principal)
        batch = min(hello.max_batch or session.limits.max_batch, session.limits.max_batch)
        connection = Connection(stream, batch, self._settings.write_timeout)
        if session.connection is not None:
            session.connection.cut("the session was resumed on another connection")
        self._welcome(session, connection, hello)
        return session, connection, rest

    def _welcome(self, session: Session, connection: Connection, hello: pb.Hello) -> None:
        token = session.rotate()
        replayed = session.can_replay(hello.epoch, hello.last_seq)
        fresh_epoch = not replayed or session.restored
        if fresh_epoch and hello.session_id:
            session.renew(hello.epoch, hello.last_seq)
        self._note(session)
        self._journal.flush()
        connection.queue_unnumbered(
            welcome=pb.Welcome(
                session_id=session.id,
                resume_token=token,
                protocol_minor=PROTOCOL_MINOR,
                epoch=session.epoch,
                resumed_after=0 if fresh_epoch else hello.last_seq,
                limits=session.limits.message(),
            )
        )
        if not fresh_epoch:
            for frame in session.replay(hello.last_seq):
                connection.queue(frame)
        session.connection, session.dropped_at = connection, None
        session.restored = False
        if fresh_epoch and hello.session_id:
            self._tell_anew(session)
        self._lobby.step_up(session)
        self._journal.flush()

    def _tell_anew(self, session: Session) -> None:
        for hold, ended in session.unheard_ends():
            session.emit(seat_assigned=seat_assigned(hold))
            session.emit(match_ended=ended)
        self._arbiter.assign_anew(session)
        self._lobby.confirm(session)

    async def _run(self, session: Session, connection: Connection, rest: list[tuple[str, Any]]) -> None:
        joining = Joining(self._lobby, self._journal, session)
        tasks = [
            asyncio.create_task(connection.write(session.seal, self._journal.durable)),
            asyncio.create_task(self._read(session, connection, joining, rest)),
            asyncio.create_task(joining.run()),
            asyncio.create_task(self._listen(session, connection)),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except TimeoutError:
            connection.cut("nothing was read for too long")
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            joining.finish()
        if connection.cut_reason is not None:
            await self._say_goodbye(connection)

    async def _read(
        self, session: Session, connection: Connection, joining: Joining, rest: list[tuple[str, Any]]
    ) -> None:
        await self._apply(session, joining, rest)
        while (data := await connection.stream.receive()) is not None and session.connection is connection:
            connection.heard = True
            if session.confirm():
                self._note(session)  # else a restart would take the void token for good
            await self._apply(session, joining, client_frames(data, session.limits))

    async def _listen(self, session: Session, connection: Connection) -> None:
        """Ping a silent peer, and cut one that stays silent."""
        pinged = False
        while True:
            await asyncio.sleep(session.limits.heartbeat)
            if connection.heard:
                pinged = connection.heard = False
            elif pinged:
                connection.cut("no Pong came; the connection is taken for dead")
            else:
                pinged = True
                connection.queue_unnumbered(ping=pb.Ping(nonce=secrets.randbits(63)))

    async def _say_goodbye(self, connection: Connection) -> None:
        frame = ServerFrame(go_away=pb.GoAway(reason=connection.cut_reason or "", reconnect_after_ms=0))
        try:
            async with asyncio.timeout(0.5):
                await connection.stream.send(join_frames([frame.SerializeToString()]))
        except (TimeoutError, OSError, asyncio.CancelledError):
            return

    # ---- frames

    async def _apply(self, session: Session, joining: Joining, frames: list[tuple[str, Any]]) -> None:
        try:
            for kind, frame in frames:
                if kind == "act":
                    self._arbiter.answer(session, frame)
                elif kind == "ack":
                    session.acknowledge(frame.seq)
                elif kind in {"join", "leave"}:
                    if joining.full:
                        self._journal.flush()  # what was gathered so far may leave while this waits
                    await joining.put(frame)
                else:
                    self._apply_rare(session, kind, frame)
        finally:
            self._journal.flush()

    def _apply_rare(self, session: Session, kind: str, frame: Any) -> None:
        match kind:
            case "resign":
                self._arbiter.resign(session, frame.seat_ref)
            case "unavailable":
                self._arbiter.unavailable(session, frame.request_id)
            case "hello":
                raise ProtocolViolation("a second Hello came on one stream")

    # ---- sessions

    def _opened(self, principal: Principal) -> Session:
        mine = sum(session.principal.quota == principal.quota for session in self.sessions.values())
        if mine >= self._settings.max_sessions:
            raise RateLimited(
                f"one owner may hold {self._settings.max_sessions} sessions; acknowledge their frames and close some"
            )
        session = Session(id=secrets.token_hex(8), principal=principal, limits=self._settings.limits)
        self.sessions[session.id] = session
        return session

    def _resumed(self, hello: pb.Hello, principal: Principal) -> Session:
        session = self.sessions.get(hello.session_id)
        if session is None or session.principal.owner != principal.owner or not session.open_with(hello.resume_token):
            raise UnknownSession("no session of this id and token is kept here; send a Hello without session_id")
        session.principal = principal
        return session

    def restore(self, kept: SessionOpened) -> Session:
        """A session that the journal holds, after a restart: its clocks stand still, its resume window too."""
        session = Session(
            id=kept.session,
            principal=Principal(kept.owner, frozenset(kept.scopes)),
            limits=self._settings.limits,
            token_hashes=list(kept.tokens),
            epoch=kept.epoch,
            restored=True,
        )
        self.sessions[session.id] = session
        return session

    def await_restored(self) -> None:
        """From now on peers can connect: the resume window of restored sessions begins."""
        for session in self.sessions.values():
            if session.restored and session.dropped_at is None:
                self._drop(session)

    def kept_or_gone(self, session_id: str) -> Session:
        """The session of this id; where none is kept, one in its place that is gone and never answers."""
        kept = self.sessions.get(session_id)
        nobody = Principal("", frozenset())
        return kept or Session(id=session_id, principal=nobody, limits=self._settings.limits, gone=True)

    def _part(self, session: Session, connection: Connection) -> None:
        if session.connection is not connection:
            return
        session.connection = None
        if self._in_use(session) or session.owes_frames:
            self._drop(session)
        else:
            self._forget(session)

    def _in_use(self, session: Session) -> bool:
        return session.connection is not None or bool(session.holds) or self._lobby.takes_part(session)

    def _drop(self, session: Session) -> None:
        self._lobby.step_back(session)
        loop = asyncio.get_running_loop()
        session.dropped_at = now = loop.time()
        loop.call_later(session.limits.resume_window, self._lose, session, now)

    def _lose(self, session: Session, dropped_at: float) -> None:
        if session.dropped_at == dropped_at:
            log.info("session lost", session=session.id, restored=session.restored)
            self._on_lost(session)
            self._forget(session)
            self._journal.flush()

    def _forget(self, session: Session) -> None:
        self.sessions.pop(session.id, None)
        self._journal.note(SessionClosed(session.id))
        self._journal.flush()

    def _note(self, session: Session) -> None:
        principal = session.principal
        self._journal.note(
            SessionOpened(session.id, session.token_hashes, principal.owner, sorted(principal.scopes), session.epoch)
        )

    def go_away(self, reason: str, reconnect_after: float) -> None:
        """Tell every connected agent to come back later; its session stays."""
        for session in self.sessions.values():
            if session.connection is not None:
                notice = pb.GoAway(reason=reason, reconnect_after_ms=int(reconnect_after * 1000))
                session.connection.queue_unnumbered(go_away=notice)


def last_word(error: ArenaError) -> bytes:
    """The batch that tells a peer why its stream ends."""
    frame = ServerFrame(error=error_message(error))
    return join_frames([frame.SerializeToString()])
