"""The folder of a run: what was asked for, how far it is, and what it wrote; each is there whole or not at all."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Self
from uuid import uuid4

from arena.core.errors import BadRequest, LedgerFault
from arena.core.values import Json

CHECKPOINTS: Final = "checkpoints"
FIGURES: Final = "figures.jsonl"
TENSORBOARD: Final = "tensorboard"
_ASKED: Final = "run.json"
_STATE: Final = "state.json"
_WRITING: Final = ".writing"
_REPLACED: Final = ".replaced"


class RunFolder:
    """Holds a run's folder for one process at a time, as a context manager. What it made and left empty is removed.

    Raises:
        BadRequest: another process has it, it is no run's, or it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._made: list[Path] = []

    def __enter__(self) -> Self:
        self._require_own()
        with writing_at(self.path):
            self._made = [each for each in (self.path, *self.path.parents) if not each.exists()]
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise BadRequest(f"another process trains in {str(self.path)!r}; let it end, or name another run") from None
        for left in self.path.rglob(f"*{_WRITING}"):
            _remove(left)
        for left in self.path.rglob(f"*{_REPLACED}"):
            if (place := left.with_suffix("")).exists():
                _remove(left)
            else:
                left.rename(place)
        return self

    def _require_own(self) -> None:
        """What is removed here was left by a run that was killed, never anybody else's."""
        if self.path.exists() and not self.path.is_dir():
            raise BadRequest(f"{str(self.path)!r} is no folder; name a new one by --run")
        if self.path.exists() and not self.begun:
            found = {entry.name for entry in self.path.iterdir()} - {CHECKPOINTS, FIGURES, TENSORBOARD}
            if others := sorted(name for name in found if not name.endswith(_WRITING)):
                raise BadRequest(f"{str(self.path)!r} holds {others[0]!r} and is no run's; name a new folder by --run")

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # it holds something
            for made in self._made:
                made.rmdir()
        os.close(self._lock)

    @property
    def begun(self) -> bool:
        """Whether a run is under way here, or over."""
        return (self.path / _ASKED).exists()

    def agree(self, asked: Mapping[str, Json]) -> str:
        """Note what is asked for, and give the run's id; a run that was begun goes on only with the same.

        Raises:
            BadRequest: it was begun with something else.
        """
        known = self._read(_ASKED)
        if known is None:
            made = uuid4().hex
            self._write(_ASKED, {"id": made, **asked})
            return made
        run: str = known.pop("id")
        now = json.loads(json.dumps(asked))
        was, wanted = _flat(known), _flat(now)
        for name in sorted({*was, *wanted}):
            if was.get(name) != wanted.get(name):
                raise BadRequest(
                    f"the run in {str(self.path)!r} was begun with {name} {was.get(name)!r}, not {wanted.get(name)!r}; "
                    "go on with that, or name another folder by --run"
                )
        return run

    def forget(self) -> None:
        """Forget what was asked for, when nothing has come of it: whoever was refused may ask otherwise."""
        if not any((self.path / name).exists() for name in (_STATE, CHECKPOINTS)):
            (self.path / _ASKED).unlink(missing_ok=True)

    def state(self) -> Any:
        """What was kept last; None at the beginning."""
        return self._read(_STATE)

    def keep(self, state: Json) -> None:
        """Keep how far the run is, durably and as a whole."""
        self._write(_STATE, state)

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """A new folder that gets its `name` below the run's once it is filled; one that had it before is replaced.

        Raises:
            LedgerFault: the disk is full or refuses; nothing is left under the name then that was not there before.
        """
        place = self.path / name
        draft = place.with_name(place.name + _WRITING)
        try:
            with writing_at(place):
                _remove(draft)
                draft.mkdir(parents=True)
                yield draft
                _sync(draft)
                if place.exists():  # a kill must find the one or the other under the name
                    place.rename(place.with_name(place.name + _REPLACED))
                draft.rename(place)
                _remove(place.with_name(place.name + _REPLACED))
        finally:
            _remove(draft)

    def _read(self, name: str) -> Any:
        file = self.path / name
        try:
            return json.loads(file.read_bytes())
        except FileNotFoundError:
            return None
        except ValueError:
            raise BadRequest(f"{str(file)!r} is spoilt; name another folder by --run") from None

    def _write(self, name: str, content: Json | Mapping[str, Json]) -> None:
        draft = self.path / (name + _WRITING)
        with writing_at(self.path / name):
            with draft.open("w", encoding="utf-8") as file:
                json.dump(content, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.path / name)


def _flat(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Each setting by itself."""
    return {name: value for name, value in asked.items() if name != "settings"} | {**asked.get("settings", {})}


@contextmanager
def writing_at(place: Path) -> Iterator[None]:
    """Have what the system refuses told in one sentence.

    Raises:
        LedgerFault: the disk is full, or whatever else the system says.
    """
    try:
        yield
    except OSError as error:
        raise _unwritten(place, error.strerror or str(error)) from error
    except Exception as error:
        reason, told, _ = str(error).partition(" (os error ")
        if not told:  # libraries in Rust, which write weights and tokenizers, have no OSError
            raise
        raise _unwritten(place, reason) from error


def _unwritten(place: Path, reason: str) -> LedgerFault:
    return LedgerFault(f"{str(place)!r} cannot be written: {reason}; mend that, and give the same command again")


def _sync(folder: Path) -> None:
    for file in folder.rglob("*"):
        if file.is_file():
            with file.open("rb") as source:
                os.fsync(source.fileno())


def _remove(place: Path) -> None:
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)
