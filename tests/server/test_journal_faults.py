"""A journal on a disk that fails, and what it forgets."""

import asyncio
import os
from pathlib import Path
from unittest.mock import Mock

import pytest

from arena.core.errors import LedgerFault
from arena.server.journal import Journal, read_journal
from arena.server.snapshot import REMEMBERED_JOINS, Joined, JoinEnded, SessionClosed, SessionOpened, Snapshot


def session(name: str = "s") -> SessionOpened:
    return SessionOpened(name, [b"digest"], "owner", ["play"], 1)


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


class FullDisk:
    """Stands in for a journal's file until it is freed."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._good, journal._fd = journal._fd, os.open("/dev/full", os.O_WRONLY)

    def free(self) -> None:
        os.close(self._journal._fd)
        self._journal._fd = self._good


async def test_a_full_disk_is_tried_again_by_one_timer_however_much_is_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path / "journal")
    disk = FullDisk(journal)
    loop = asyncio.get_running_loop()
    timers = Mock(wraps=loop.call_later)
    monkeypatch.setattr(loop, "call_later", timers)
    for number in range(50):
        journal.note(session(f"s{number}"))
        journal.flush()
    assert timers.call_count == 1
    disk.free()
    async with asyncio.timeout(5):
        await journal.durable.wait()
    journal.close()
    assert len(read_journal(tmp_path / "journal").sessions) == 50


async def test_pause_and_resume_are_told_once_each(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    resumed = asyncio.Event()
    journal.on_pause = paused = Mock()
    journal.on_resume = on_resume = Mock(side_effect=resumed.set)
    disk = FullDisk(journal)
    for _ in range(3):
        journal.note(session())
        journal.flush()
    journal._try_again()  # still full
    assert (paused.call_count, on_resume.call_count) == (1, 0)
    disk.free()
    async with asyncio.timeout(5):
        await resumed.wait()
    journal.note(session())
    journal.flush()
    journal.close()
    assert (paused.call_count, on_resume.call_count) == (1, 1)


async def test_a_journal_closed_while_paused_writes_what_it_can_and_leaves_no_timer(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    disk = FullDisk(journal)
    journal.note(session())
    journal.flush()
    disk.free()
    journal.close()
    assert journal._retry is None
    assert list(read_journal(tmp_path / "journal").sessions) == ["s"]


@pytest.mark.parametrize("call", ["open", "write"])
def test_a_journal_that_cannot_be_rewritten_goes_on_in_its_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    journal = Journal(tmp_path / "journal")
    journal.note(session())
    journal.flush()
    descriptors = open_descriptors()

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, call, full)
        with pytest.raises(LedgerFault, match="No space left"):
            journal._rewrite()
    assert open_descriptors() == descriptors
    assert not (tmp_path / "journal.new").exists()
    journal.note(session("later"))
    journal.flush()
    journal.close()
    assert list(read_journal(tmp_path / "journal").sessions) == ["s", "later"]


def test_a_journal_that_cannot_begin_lets_go_of_its_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", refuse)
        with pytest.raises(LedgerFault, match="Read-only"):
            Journal(tmp_path / "journal")
    Journal(tmp_path / "journal").close()
    assert not (tmp_path / "journal.new").exists()


def test_a_session_remembers_so_many_ended_joins_and_the_latest_ones() -> None:
    snapshot = Snapshot()
    snapshot.apply(session())
    for number in range(REMEMBERED_JOINS + 10):
        snapshot.apply(JoinEnded("s", number, 2))
    assert len(snapshot.ended["s"]) == REMEMBERED_JOINS
    assert min(snapshot.ended["s"]) == 10
    again = Snapshot()
    for entry in snapshot.entries():
        again.apply(entry)
    assert again.ended == snapshot.ended


def test_a_join_that_ends_after_its_session_was_lost_is_kept_nowhere() -> None:
    snapshot = Snapshot()
    for entry in (session(), Joined("s", 1, b"terms"), SessionClosed("s"), JoinEnded("s", 1, 2)):
        snapshot.apply(entry)
    assert not list(snapshot.entries())
