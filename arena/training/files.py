"""A folder of files that stands under its name only when it is whole, and that a killed export goes on with.

Until then it is called NAME.partial, and holds whole parts and `progress.json`; the part at hand has a name of its own
that no reader takes for one. A part is written and synced before the progress that counts it.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Final, Self, TypeAlias

from arena.core.errors import BadRequest

Row: TypeAlias = Mapping[str, Any]

MANIFEST: Final = "_manifest.json"
"""Readers of a folder of Parquet files pass over names that begin so."""
_PROGRESS: Final = "progress.json"
_WRITING: Final = ".writing"


def partial(out: Path) -> Path:
    """What a folder is called until it is whole."""
    return out.with_name(f"{out.name}.partial")


class Folder:
    """The files of one export, for one process at a time: as a context manager it keeps others out.

    Raises:
        BadRequest: there is something under this name already.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        self.partial = partial(out)
        if out.exists():
            raise BadRequest(f"{str(out)!r} is there already; name another folder, or remove it")

    def __enter__(self) -> Self:
        """Raises BadRequest when another process is at it, or there is no writing here."""
        with self.writing():
            self.partial.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self.partial, os.O_RDONLY)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise BadRequest(
                f"another process is writing {str(self.out)!r}; let it end, or name another folder"
            ) from None
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # it holds something, or has its name by now
            self.partial.rmdir()
        os.close(self._lock)

    def progress(self) -> dict[str, Any] | None:
        """What an earlier process had done, None where there was none; what it had half written is removed."""
        try:
            for left in self.partial.rglob(f"*{_WRITING}"):
                left.unlink()
            found: dict[str, Any] = json.loads((self.partial / _PROGRESS).read_bytes())
        except FileNotFoundError:
            return None
        except ValueError:
            raise BadRequest(f"{str(self.partial / _PROGRESS)!r} is spoilt; remove {str(self.partial)!r}") from None
        return found

    def begin(self, progress: Row) -> None:
        """Begin anew, as there is nothing to go on with."""
        with self.writing():
            for left in self.partial.iterdir():
                if left.is_dir():
                    shutil.rmtree(left)
                else:
                    left.unlink()
        self.note(progress)

    def note(self, progress: Row) -> None:
        """How far it is, durably."""
        with self.writing():
            self.write(_PROGRESS, progress)

    def write(self, name: str, value: Row) -> Row:
        """A file of JSON; returns what `Draft.finish` does."""
        draft = self.draft(name)
        draft.stream.write(json.dumps(value, indent=1, sort_keys=True).encode() + b"\n")
        return draft.finish()

    def draft(self, name: str) -> "Draft":
        """A new file, to be finished."""
        return Draft(self.partial, name)

    def finish(self, manifest: Row) -> None:
        """Give the folder its name: from now on it is whole."""
        with self.writing():
            self.write(MANIFEST, manifest)
            (self.partial / _PROGRESS).unlink()
            self.partial.rename(self.out)
            _sync(self.out.parent)

    def forget(self) -> None:
        """Remove what was begun, as it can never be finished."""
        shutil.rmtree(self.partial, ignore_errors=True)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Have what fails here told in one sentence, and what is half written removed.

        Raises:
            BadRequest: the disk is full, or whatever else the system says.
        """
        try:
            yield
        except OSError as error:
            with suppress(OSError):
                for left in self.partial.rglob(f"*{_WRITING}"):
                    left.unlink()
            reason = error.strerror or str(error).partition("\n")[0]
            raise BadRequest(
                f"cannot write to {str(self.partial)!r}: {reason}; nothing is lost: once that is mended, the same "
                f"command goes on where it stood"
            ) from None


class Draft:
    """A file under another name, until it is whole and on the disk."""

    def __init__(self, folder: Path, name: str) -> None:
        self._name, self._folder = name, folder
        self._file = folder / name
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._at_hand = self._file.with_name(f"{self._file.name}{_WRITING}")
        self.stream: BinaryIO = self._at_hand.open("w+b")

    def finish(self) -> Row:
        """Give it its name: that, its bytes and their SHA-256."""
        self.stream.flush()
        os.fsync(self.stream.fileno())
        self.stream.close()
        self._at_hand.rename(self._file)
        for within in Path(self._name).parents:
            _sync(self._folder / within)
        return {"file": self._name, "bytes": self._file.stat().st_size, "sha256": _sha256(self._file)}

    def drop(self) -> None:
        """There is no such file."""
        with suppress(OSError):
            self.stream.close()
        self._at_hand.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
