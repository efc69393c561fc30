"""The pool's end of one worker: commands out, reports in, and the watch over the process."""

import asyncio
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from arena.match.channel import UNREADABLE, UNSENDABLE, encode, report_batches
from arena.match.messages import Command, Report
from arena.plugin.blackbox import BATCH, Entry
from arena.plugin.host import Host, HostSettings

_CHUNK: Final = 1 << 20
_START_SECONDS: Final = 60.0
_EXIT_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Death:
    """How a worker came to its end. `entry` is the plugin call it was in, None when it was in none."""

    entry: Entry | None
    hung: bool
    status: int | None

    @property
    def killed(self) -> bool:
        """Whether somebody else killed it: the kernel for want of memory, say. Its work deserves a second try."""
        return not self.hung and self.status == -signal.SIGKILL

    @property
    def unbatched(self) -> bool:
        """Whether the culprit is one of many states stepped together, so that only single steps can find it."""
        return self.entry is not None and self.entry.seat == BATCH

    def sentence(self, who: str) -> str:
        """What `who`, the game or the agent, did."""
        if self.hung and self.entry is not None:
            return f"{who} hung: one call took longer than {self.entry.limit_ms / 1_000:g} s"
        if self.killed:
            return f"{who} was running when its process was killed, perhaps for want of memory"
        if self.status is not None and self.status < 0:
            return f"{who} crashed its process ({signal.Signals(-self.status).name})"
        return f"{who} ended its process with exit code {self.status}"


class WorkerLink:
    """One worker process. `reports` is called with each batch, `closed` once, when the worker has come to its end."""

    def __init__(
        self,
        settings: HostSettings,
        reports: Callable[["WorkerLink", list[Report]], None],
        closed: Callable[["WorkerLink"], None],
        unsendable: Callable[[Command], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_reports = reports
        self._on_closed = closed
        self._on_unsendable = unsendable
        self._host = Host.start(settings)
        self._socket = self._host.channel
        self._socket.setblocking(False)
        self._batches = report_batches()
        self._outbox: list[Command] = []
        self._unsent = bytearray()
        self._tasks: dict[int, tuple[int, Any]] = {}
        self._task_count = 0
        self._seen: int | None = None
        self._since = self._loop.time()
        self._hung = False
        self.closed = False
        self.started: asyncio.Future[bool] = self._loop.create_future()
        self.entry: Entry | None = None
        """The plugin call it was in when it ended."""
        self._loop.add_reader(self._socket, self._read)

    @property
    def pid(self) -> int:
        """The process."""
        return self._host.process.pid

    def send(self, command: Command, work: Any = None, tasks: int = 0) -> int:
        """Queue a command; all of one loop iteration go in one batch.

        `tasks` is how many numbers the worker gives it in its black box, `work` what they stand for. Returns the first.
        """
        first = self._task_count + 1
        if self.closed:
            return first
        if tasks:
            self._tasks[first] = (tasks, work)
            self._task_count += tasks
        if not self._outbox:
            self._loop.call_soon(self._flush)
        self._outbox.append(command)
        return first

    def done(self, first: int) -> None:
        """The numbers that begin with `first` will not be asked for again."""
        self._tasks.pop(first, None)

    def culprit(self, entry: Entry | None) -> tuple[Any, int]:
        """The work that a black box entry stands for (None for none), and the index of the match within it."""
        if entry is not None:
            for first, (count, work) in self._tasks.items():
                if first <= entry.task < first + count:
                    return work, entry.task - first
        return None, 0

    def check(self, now: float) -> None:
        """Kill the worker when one call into plugin code, or its start, has taken too long."""
        if self.closed:
            return
        entry = self._host.box.read()
        if entry is None and self.started.done():
            self._seen = None
        elif self._seen != (serial := entry.serial if entry else 0):
            self._seen, self._since = serial, now
        elif now - self._since > (entry.limit_ms / 1_000 if entry else _START_SECONDS):
            self._hung = True
            self._host.kill()

    async def death(self) -> Death:
        """Make sure that the process has ended, and say how."""
        self._host.kill()
        status = await asyncio.to_thread(self._host.wait, _EXIT_SECONDS)
        self._host.box.close()
        return Death(self.entry, self._hung, status)

    async def stop(self, seconds: float) -> None:
        """End the worker: by closing its channel, and by force when it does not heed that."""
        if self.closed:
            return
        self._close()
        if await asyncio.to_thread(self._host.wait, seconds) is None:
            self._host.kill()
            await asyncio.to_thread(self._host.wait, _EXIT_SECONDS)
        self._host.box.close()

    def _flush(self) -> None:
        commands, self._outbox = self._outbox, []
        if self.closed:
            return
        try:
            frame = encode(commands)
        except UNSENDABLE:  # options come from outside
            frame = encode([command for command in commands if self._sendable(command)])
        self._unsent += frame
        self._write()

    def _sendable(self, command: Command) -> bool:
        try:
            encode([command])
        except UNSENDABLE:
            self._on_unsendable(command)
            return False
        return True

    def _write(self) -> None:
        try:
            sent = self._socket.send(self._unsent)
        except BlockingIOError:
            sent = 0
        except OSError:
            return  # the worker is gone: the end of its stream says so too
        del self._unsent[:sent]
        if self._unsent:
            self._loop.add_writer(self._socket, self._write)
        else:
            self._loop.remove_writer(self._socket)

    def _read(self) -> None:
        batches: list[list[Report]] = []
        try:
            data = self._socket.recv(_CHUNK)
            batches.extend(self._batches.feed(data))
        except BlockingIOError:
            return
        except (OSError, *UNREADABLE):
            data = b""  # a plugin that writes into the channel has spoiled its worker
        for batch in batches:
            if not self.started.done():
                self.started.set_result(True)
            if batch:
                self._on_reports(self, batch)
        if not data:
            self.entry = self._host.box.read()
            self._close()
            self._on_closed(self)

    def _close(self) -> None:
        self.closed = True
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._socket.close()
        if not self.started.done():
            self.started.set_result(False)
