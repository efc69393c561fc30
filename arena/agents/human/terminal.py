"""The terminal that a person plays at: one line is asked for at a time, beside a clock that runs down."""

import asyncio
import codecs
import os
import re
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from time import monotonic
from typing import Final, TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from arena.core.agent import Clock
from arena.core.errors import BadRequest
from arena.core.terminal import harmless

_TICK: Final = 1.0
"""Seconds between two looks at the clock."""
_ESCAPES: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|.)?", re.DOTALL)
"""What arrow and function keys send."""
_COLUMNS: Final = 80
"""Of a terminal that does not say how wide it is."""
_CLEAR: Final = "\r\x1b[2K"
_INTERRUPTS: Final = "\x03\x04"
_ENTERS: Final = "\r\n"
_RUBOUTS: Final = "\x7f\b"
_KILL_LINE: Final = "\x15"
_LINE_FLAGS: Final = termios.ICANON | termios.ECHO | termios.ISIG
_LFLAG: Final = 3


class Interrupted(Exception):
    """Ctrl-C or Ctrl-D was pressed in place of an answer."""


class OutOfTime(Exception):
    """The clock ran down before the line was ended."""


class Countdown:
    """A clock of the server, running down here; it began a little later than the server's own."""

    def __init__(self, clock: Clock, now: Callable[[], float] = monotonic) -> None:
        self._clock, self._now, self._began = clock, now, now()

    @property
    def left(self) -> float:
        """Seconds until the decision is lost."""
        return self._clock.decision + self._clock.bank - (self._now() - self._began)

    def __str__(self) -> str:
        bank = min(self._clock.bank, self.left)
        decision = self.left - bank
        if decision > 0:
            return f"{decision:.0f} s" + (f" + {bank:.0f} s" if bank > 0 else "")
        return f"last {max(bank, 0):.0f} s"


class Terminal:
    """Reads keys from, and writes to, one terminal. Only one line can be asked for at a time: hold `turn` meanwhile."""

    def __init__(self, fd: int, out: TextIO) -> None:
        self._fd, self._out = fd, out
        self._console = Console(file=out, highlight=False, markup=False, emoji=False)
        self._keys: asyncio.Queue[str] = asyncio.Queue()
        self._ahead = ""
        self._open = ""
        """The line that is being typed, as it is shown."""
        self.turn = asyncio.Lock()

    @classmethod
    @cache
    def own(cls) -> "Terminal":
        """That of this process.

        Raises:
            BadRequest: there is none, or another process has it.
        """
        try:
            fd = os.open("/dev/tty", os.O_RDWR)
            if os.tcgetpgrp(fd) == os.getpgrp():
                return cls(fd, open(fd, "w", encoding="utf-8", errors="replace", closefd=False))
            os.close(fd)
        except OSError:
            pass
        raise BadRequest(
            "agent 'human' plays at the terminal that `arena join` runs in, and here is none: "
            "the workers of `arena play` and of servers have none either"
        )

    def say(self, text: str = "") -> None:
        """Print, harmless, folded at words; above the line that is being typed, if one is."""
        self._out.write(_CLEAR if self._open else "")
        self._console.width = self._columns
        self._console.print(Text(harmless(text)))
        self._out.write(self._open)
        self._out.flush()

    @property
    def _columns(self) -> int:
        return os.get_terminal_size(self._fd).columns or _COLUMNS

    def forget_keys(self) -> None:
        """What was typed before the question was there is no answer to it."""
        termios.tcflush(self._fd, termios.TCIFLUSH)
        self._ahead = ""

    async def line(self, prompt: str, clock: Countdown) -> str:
        """What is typed up to Enter.

        Raises:
            Interrupted, OutOfTime: as they say.
            EOFError: the terminal has gone.
        """
        typed = ""
        with self._keys_read():
            while True:
                for at, key in enumerate(self._ahead):
                    if key in _INTERRUPTS or key in _ENTERS:
                        self._ahead = self._ahead[at + 1 :]
                        self._draw(prompt, clock, typed, end="\n")
                        if key in _INTERRUPTS:
                            raise Interrupted
                        return typed
                    typed = _edited(typed, key)
                self._ahead = ""
                self._draw(prompt, clock, typed)
                if clock.left <= 0:
                    self._draw(prompt, clock, typed, end="\n")
                    raise OutOfTime
                self._ahead = await self._more_keys(min(_TICK, clock.left))

    async def _more_keys(self, seconds: float) -> str:
        try:
            async with asyncio.timeout(max(seconds, 0.01)):
                keys = await self._keys.get()
        except TimeoutError:
            return ""
        if not keys:
            raise EOFError
        return _ESCAPES.sub("", keys)

    def _draw(self, prompt: str, clock: Countdown, typed: str, end: str = "") -> None:
        """The whole line again: it never wraps, since of what is too long only the end is shown."""
        head = harmless(f"[{clock}] {prompt}> ")
        room = max(self._columns - cell_len(head) - 2, 8)
        shown = harmless(typed)
        while cell_len(shown) > room:
            shown = f"<{shown[2:]}"
        self._open = "" if end else head + shown
        self._out.write(f"{_CLEAR}{head}{shown}{end}")
        self._out.flush()

    @contextmanager
    def _keys_read(self) -> Iterator[None]:
        """Keys come one by one, unechoed, Ctrl-C among them; the terminal is afterwards as it was."""
        loop, before = asyncio.get_running_loop(), termios.tcgetattr(self._fd)
        raw = list(before)
        raw[_LFLAG] &= ~_LINE_FLAGS
        decode = codecs.getincrementaldecoder("utf-8")("ignore").decode
        termios.tcsetattr(self._fd, termios.TCSADRAIN, raw)
        loop.add_reader(self._fd, self._read, decode)
        try:
            yield
        finally:
            if self._open:  # cancelled
                self._open = ""
                self._out.write("\n")
            loop.remove_reader(self._fd)
            termios.tcsetattr(self._fd, termios.TCSADRAIN, before)

    def _read(self, decode: Callable[[bytes], str]) -> None:
        try:
            data = os.read(self._fd, 4096)
        except OSError:
            data = b""
        if not data:
            asyncio.get_running_loop().remove_reader(self._fd)
            self._keys.put_nowait("")
        elif keys := decode(data):
            self._keys.put_nowait(keys)


def _edited(typed: str, key: str) -> str:
    if key in _RUBOUTS:
        return typed[:-1]
    if key == _KILL_LINE:
        return ""
    return typed + key if key.isprintable() else typed
