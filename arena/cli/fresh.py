"""The folder of a demo: without what an earlier one left there, and with nobody else in it."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from arena.core.errors import BadRequest

LEDGER: Final = "arena.db"


@contextmanager
def fresh(folder: Path, *made: str) -> Iterator[None]:
    """Hold `folder`, made where it is missing, without a ledger and the files and folders `made` of an earlier demo.

    Raises:
        BadRequest: another demo holds it.
    """
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BadRequest(f"another demo is running in {folder}; stop it, or start this one elsewhere") from None
        for name in (LEDGER, f"{LEDGER}-wal", f"{LEDGER}-shm", f"{LEDGER}.state", *made):
            _remove(folder / name)
        yield


def ledger_url(folder: Path) -> str:
    """The ledger of a demo in `folder`."""
    return f"sqlite:///{folder / LEDGER}"


def _remove(place: Path) -> None:
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)
