"""What the journal brings back after a kill."""

import asyncio
import os
from pathlib import Path

import pytest

from arena.core.errors import LedgerFault
from arena.server.journal import Journal
from arena.server.snapshot import (
    Joined,
    MatchClosed,
    MatchOpened,
    Moved,
    SessionClosed,
    SessionOpened,
    SetClosed,
    SetOpened,
)


def session(name: str = "s1") -> SessionOpened:
    return SessionOpened(name, [b"digest"], "owner", ["play"], 1)


def reopened(journal: Journal, path: Path) -> Journal:
    """As after a kill: what was flushed is there, what was only noted is not."""
    journal._noted.clear()
    journal.close()
    return Journal(path)


def filled(path: Path) -> Journal:
    journal = Journal(path)
    journal.note(session())
    journal.note(Joined("s1", 1, b"terms"))
    journal.note(SetOpened("set", 2, ["plans"], [("s1", 1), ("s1", 1)]))
    journal.note(MatchOpened("m0", "set", 0, 123, 0))
    journal.note(Moved("m0", 0, 1, {"say": "hi"}, None, 59.5))
    journal.flush()
    return journal


def test_flushed_entries_survive_and_unflushed_ones_do_not(tmp_path: Path) -> None:
    journal = filled(tmp_path / "journal")
    journal.note(Moved("m0", 1, 0, 7, "timeout", 0.0))
    snapshot = reopened(journal, tmp_path / "journal").snapshot
    assert list(snapshot.sessions) == ["s1"]
    assert snapshot.joins["s1", 1].terms == b"terms"
    assert [(move.step, move.action, move.bank) for move in snapshot.matches["m0"].moves] == [(0, {"say": "hi"}, 59.5)]


def test_a_block_torn_at_any_byte_is_left_out_and_the_rest_kept(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = filled(path)
    whole = path.read_bytes()
    journal.note(Moved("m0", 1, 0, 7, None, 1.0))
    journal.flush()
    journal.close()
    longer = path.read_bytes()
    assert len(longer) > len(whole)
    for cut in range(len(whole), len(longer)):
        path.write_bytes(longer[:cut])
        journal = Journal(path)
        assert len(journal.snapshot.matches["m0"].moves) == 1
        journal.close()


def test_finished_sets_leave_only_what_the_join_has_played(tmp_path: Path) -> None:
    journal = filled(tmp_path / "journal")
    for entry in (MatchClosed("m0", "set", 0, False), MatchClosed("m1", "set", 1, False), SetClosed("set")):
        journal.note(entry)
    journal.flush()
    snapshot = reopened(journal, tmp_path / "journal").snapshot
    assert not snapshot.matches
    assert not snapshot.sets
    assert snapshot.played == {("s1", 1): 2}


def test_a_closed_session_takes_its_joins_along(tmp_path: Path) -> None:
    journal = filled(tmp_path / "journal")
    journal.note(SessionClosed("s1"))
    journal.flush()
    snapshot = reopened(journal, tmp_path / "journal").snapshot
    assert not snapshot.sessions
    assert not snapshot.joins


def test_a_second_server_on_the_same_journal_is_refused(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    with pytest.raises(LedgerFault, match="another server"):
        Journal(tmp_path / "journal")
    journal.close()


async def test_a_full_disk_pauses_and_loses_nothing(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    good, journal._fd = journal._fd, os.open("/dev/full", os.O_WRONLY)
    journal.note(session())
    journal.flush()
    assert not journal.durable.is_set()
    os.close(journal._fd)
    journal._fd = good
    async with asyncio.timeout(5):
        await journal.durable.wait()
    assert list(reopened(journal, tmp_path / "journal").snapshot.sessions) == ["s1"]
