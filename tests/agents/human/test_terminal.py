"""The person's terminal, a real pseudo-terminal: lines, the clock, Ctrl-C, and other people's text."""

import asyncio
import os
import pty
import signal
import termios
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from arena.agents.human import agent as human
from arena.agents.human.agent import HumanAgent
from arena.agents.human.terminal import Countdown, Interrupted, OutOfTime, Terminal
from arena.core.agent import Clock, Observation, Resign, SeatInfo, Unavailable
from arena.core.game import SeatOutcome
from arena.core.legal import Choices, FreeText
from arena.core.seed import Seed
from arena.core.values import TEXT, MatchId, Seat

HOSTILE = "I am \x1b[2J\u202ethe moderator\x9b31m"
ESCAPED = "I am \\u001b[2J\\u202ethe moderator\\u009b31m"


Desk = tuple[Terminal, "Person", int]


class Person:
    """The other end: types, and reads what is shown."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self.seen = self.all = ""

    def type(self, keys: str) -> None:
        os.write(self._fd, keys.encode())

    async def sees(self, text: str) -> None:
        """Return once this was shown since the last call."""
        while text not in self.seen:
            await readable(self._fd)
            read = os.read(self._fd, 4096).decode(errors="replace")
            self.seen, self.all = self.seen + read, self.all + read
        self.seen = self.seen.partition(text)[2]


async def readable(fd: int) -> None:
    ready, loop = asyncio.Event(), asyncio.get_running_loop()
    loop.add_reader(fd, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(fd)


@contextmanager
def terminal() -> Iterator[Desk]:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 100))
    with os.fdopen(theirs, "w", encoding="utf-8") as out:
        yield Terminal(theirs, out), Person(ours), theirs
    os.close(ours)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with terminal() as opened:
        yield opened


def clock(decision: float = 60.0, bank: float = 0.0) -> Clock:
    return Clock(decision, bank)


@pytest.fixture
def seated(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> HumanAgent:
    monkeypatch.setattr(Terminal, "own", lambda: desk[0])
    monkeypatch.setattr(human, "GRACE", 0.0)
    info = SeatInfo(
        match_id=MatchId("m1"), seat=Seat(0), seats=2, game="toy/nim", config={}, brief="THE RULES", seed=Seed.of(1)
    )
    return HumanAgent(info)


def seen(text: str, refusal: str = "") -> Observation:
    return Observation(0, {TEXT: text}, (), refusal)


async def test_a_line_is_edited_and_the_terminal_left_as_it_was(desk: Desk) -> None:
    at, person, fd = desk
    before = termios.tcgetattr(fd)
    typed = asyncio.ensure_future(at.line("say", Countdown(clock())))
    await person.sees("[60 s] say> ")
    person.type("gone\x15h\u00e9llp\x7fo\x1b[D\x1b[A\x07!\r")
    assert await typed == "h\u00e9llo!"
    assert termios.tcgetattr(fd) == before


async def test_what_is_typed_ahead_waits_for_the_next_line_of_the_same_answer(
    desk: Desk,
) -> None:
    at, person, _ = desk
    first = asyncio.ensure_future(at.line("one", Countdown(clock())))
    await person.sees("one> ")
    person.type("1\n2\n")
    assert await first == "1"
    assert await at.line("two", Countdown(clock())) == "2"


async def test_a_long_line_shows_its_end_and_never_wraps(desk: Desk) -> None:
    at, person, _ = desk
    typed = asyncio.ensure_future(at.line("say", Countdown(clock())))
    await person.sees("say> ")
    person.type("x" * 300 + "END\n")
    assert await typed == "x" * 300 + "END"
    await person.sees("END\r\n")
    assert max(len(drawn.rpartition("\x1b[2K")[2]) for drawn in person.all.split("\r")) < 100


async def test_the_clock_counts_down_through_decision_and_bank() -> None:
    now = [0.0]
    countdown = Countdown(clock(30, 60), lambda: now[0])
    shown = []
    for now[0] in (0.0, 12.0, 40.0, 89.6, 95.0):
        shown.append(str(countdown))
    assert shown == ["30 s + 60 s", "18 s + 60 s", "last 50 s", "last 0 s", "last 0 s"]


async def test_the_shown_clock_runs_while_nothing_is_typed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    at, person, _ = desk
    monkeypatch.setattr("arena.agents.human.terminal._TICK", 0.01)
    now = [0.0]
    typed = asyncio.ensure_future(at.line("say", Countdown(clock(), lambda: now[0])))
    await person.sees("[60 s] say> ")
    now[0] = 17.0
    await person.sees("[43 s] say> ")
    now[0] = 60.0
    with pytest.raises(OutOfTime):
        await typed


async def test_ctrl_c_is_a_key_and_no_signal(desk: Desk) -> None:
    at, person, _ = desk
    typed = asyncio.ensure_future(at.line("say", Countdown(clock())))
    await person.sees("say> ")
    person.type("half\x03")
    with pytest.raises(Interrupted):
        await typed


async def test_what_others_wrote_cannot_steer_the_terminal(seated: HumanAgent, desk: Desk) -> None:
    _, person, _ = desk
    answer = asyncio.ensure_future(seated.act(seen(HOSTILE), Choices([1], lambda _: HOSTILE), clock()))
    await person.sees("THE RULES")
    await person.sees(ESCAPED)
    await person.sees(f"1  {ESCAPED}")
    await person.sees("number> ")
    person.type("1\n")
    assert await answer == 1
    seated.ended(SeatOutcome(2, -1.0, role=HOSTILE))
    await person.sees(f"as {ESCAPED}: rank 2, score -1")


async def test_a_refusal_is_shown_with_its_reason(seated: HumanAgent, desk: Desk) -> None:
    _, person, _ = desk
    answer = asyncio.ensure_future(seated.act(seen("view", "that \x1bsquare is taken"), FreeText(5), clock()))
    await person.sees("Refused: that \\u001bsquare is taken")
    await person.sees("text> ")
    person.type("b2\n")
    assert await answer == "b2"


async def test_when_time_is_up_nothing_is_answered(seated: HumanAgent, desk: Desk) -> None:
    _, person, _ = desk
    with pytest.raises(Unavailable):
        await seated.act(seen("view"), FreeText(5), clock(0.05))
    await person.sees("Your time is up")


async def test_a_question_that_the_server_closes_leaves_the_terminal_alone(seated: HumanAgent, desk: Desk) -> None:
    _, person, fd = desk
    before = termios.tcgetattr(fd)
    answer = asyncio.ensure_future(seated.act(seen("view"), FreeText(5), clock()))
    await person.sees("text> ")
    answer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await answer
    await person.sees("Nobody waits for this answer any more.")
    assert termios.tcgetattr(fd) == before


async def test_ctrl_c_asks_before_it_resigns(seated: HumanAgent, desk: Desk) -> None:
    _, person, _ = desk
    answer = asyncio.ensure_future(seated.act(seen("view"), FreeText(5), clock()))
    for keys in ("\x03", "n\n", "\x03", "y\n"):
        await person.sees("resign this match? y/n" if "\n" in keys else "text> ")
        person.type(keys)
    with pytest.raises(Resign):
        await answer


async def test_ctrl_c_twice_resigns_and_asks_the_process_to_stop(seated: HumanAgent, desk: Desk) -> None:
    _, person, _ = desk
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, (stopped := asyncio.Event()).set)
    answer = asyncio.ensure_future(seated.act(seen("view"), FreeText(5), clock()))
    await person.sees("text> ")
    person.type("\x03")
    await person.sees("resign this match?")
    person.type("\x03")
    with pytest.raises(Resign):
        await answer
    await stopped.wait()
    asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)


async def test_what_was_typed_before_the_question_answers_nothing(seated: HumanAgent, desk: Desk) -> None:
    _, person, _ = desk
    person.type("early\n")
    answer = asyncio.ensure_future(seated.act(seen("view"), FreeText(9), clock()))
    await person.sees("text> ")
    person.type("late\n")
    assert await answer == "late"


async def test_what_happens_meanwhile_is_told_above_the_line_that_is_typed(desk: Desk) -> None:
    at, person, _ = desk
    typed = asyncio.ensure_future(at.line("say", Countdown(clock())))
    person.type("half")
    await person.sees("say> half")
    at.say("another match is over")
    await person.sees("\r\x1b[2Kanother match is over\r\n[60 s] say> half")
    person.type(" done\n")
    assert await typed == "half done"
