"""Where a feed goes on: a cursor in memory, or in a file that no kill leaves torn."""

import os
from contextlib import suppress
from pathlib import Path

from arena.core.errors import BadRequest

_LONGEST = 200


class Bookmark:
    """A cursor, `start` at first. With a file it is what the file says, and `put` is durable when it returns.

    Raises:
        BadRequest: the file cannot be read, holds something else, or could not be written.
    """

    def __init__(self, start: str, file: Path | None = None) -> None:
        if file is not None and not os.access(file.parent, os.W_OK):
            raise BadRequest(
                f"the cursor could not be written to {file}; name a file in a folder that you may write to"
            )
        self._file = file
        self.cursor = start if file is None else _read(file, start)

    def put(self, cursor: str) -> None:
        """Move to another place.

        Raises:
            BadRequest: the file cannot be written.
        """
        if cursor == self.cursor:
            return
        if self._file is not None:
            _write(self._file, cursor)
        self.cursor = cursor


def _read(file: Path, start: str) -> str:
    try:
        text = file.read_text()
    except FileNotFoundError:
        return start
    except (OSError, UnicodeDecodeError) as error:
        raise BadRequest(
            f"the cursor cannot be read from {file}; name a file that a feed wrote, or a new one"
        ) from error
    cursor = text.strip()
    if not cursor or len(cursor) > _LONGEST or not cursor.isprintable():
        raise BadRequest(f"{file} holds no cursor; name a file that a feed wrote, or a new one")
    return cursor


def _write(file: Path, cursor: str) -> None:
    beside = file.with_name(f"{file.name}.new")
    try:
        with beside.open("w") as stream:
            stream.write(f"{cursor}\n")
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(file)
        _sync(file.parent)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise BadRequest(f"the cursor cannot be written to {file}: {error.strerror}") from error


def _sync(folder: Path) -> None:
    """A rename is durable once its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
