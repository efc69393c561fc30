"""What `--since` takes: a date, a time, or for ladders the number of a set."""

from datetime import UTC, datetime
from typing import Final

from arena.core.errors import BadRequest

_DATE: Final = len("20261121")
"""Digits that are a date, and not the number of a set."""


def ended_since(since: str | None) -> int:
    """The time, in milliseconds since the epoch; 0 without one."""
    if since is None:
        return 0
    found = _milliseconds(since)
    if found is None:
        raise BadRequest(f"--since takes a date or a time, as 2026-01-31, not {since[:40]!r}")
    return found


def set_or_time(text: str | None) -> tuple[int, int]:
    """The first set's number and the time, in milliseconds since the epoch; one of them is 0."""
    if text is None:
        return 0, 0
    if text.isdecimal() and len(text) < _DATE:
        return int(text), 0
    found = _milliseconds(text)
    if found is None:
        raise BadRequest(f"--since takes a date, a time or a set's number, as 2026-01-31, not {text[:40]!r}")
    return 0, found


def _milliseconds(text: str) -> int | None:
    """Milliseconds since the epoch of ISO 8601, in UTC unless it says otherwise; None of anything else."""
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0, int(moment.timestamp() * 1000))
    except (ValueError, OverflowError):
        return None
