"""Episodes as datasets of Minari, one a split: parts in HDF5, and beside them the file that Minari opens.

That one has a link for each episode, to where it lies in a part, so that parts are written once and never again.
https://minari.farama.org/content/dataset_standards says what a dataset is made of. No file has a time in it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import SEEK_SET
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar

import numpy as np

from arena.core.values import Tensor
from arena.training.files import Folder, Row
from arena.training.never import Never

T = TypeVar("T")

_STANDARD: Final = "0.5.3"
"""The version of Minari whose form these datasets have."""
_HDF5: Final = ("v110", "v110")
_COMPACT_BYTES: Final = 4_000
"""What is smaller lies beside its name; HDF5 ends that at 64 KiB."""
_SAME: Final = ("game", "ruleset", "observation_space", "action_space")


class Episodes:
    """Folders SPLIT-v0/data, as Minari looks for them."""

    def name(self, split: str, number: int) -> str:
        return f"{split}-v0/data/part-{number:05}.hdf5"

    def writer(self, stream: BinaryIO) -> "_EpisodeFile":
        return _EpisodeFile(stream)

    def finish(self, folder: Folder, parts: Sequence[Row]) -> list[Row]:
        """For every split the file that Minari opens, and what it says of itself."""
        splits: dict[Path, list[Path]] = {}
        for part in parts:
            file = folder.partial / part["file"]
            splits.setdefault(file.parent, []).append(file)
        return [told for data, files in sorted(splits.items()) for told in _dataset(folder, data, files)]


class _EpisodeFile:
    """A part: episodes by number from 0; the file's attributes are their game and spaces, and their counts."""

    def __init__(self, stream: BinaryIO) -> None:
        import h5py

        self._sink = _Sink(stream)
        self._file = h5py.File(self._sink, "w", libver=_HDF5)
        self._episodes = self._steps = 0
        self._of: Mapping[str, str] = {}

    def add(self, rows: Sequence[Row]) -> int:
        size = sum(self._add(row) for row in rows)
        self._sink.check()
        return size

    def _add(self, row: Row) -> int:
        self._of = self._of or row["of"]
        _require_same(self._of, row["of"])
        episode = _group(self._file, f"episode_{self._episodes}")
        size = sum(_store(episode, name, value) for name, value in row.items() if isinstance(value, np.ndarray))
        infos = _group(episode, "infos")
        size += sum(_store(infos, name, value) for name, value in row["infos"].items())
        steps = len(row["rewards"])
        for name, value in {**row["about"], "total_steps": steps}.items():
            _note(episode, name, value)
        self._episodes, self._steps = self._episodes + 1, self._steps + steps
        return size

    def finish(self) -> None:
        self._file.attrs.update({**self._of, "episodes": self._episodes, "steps": self._steps})
        self._file.close()
        self._sink.check()

    def drop(self) -> None:
        self._sink.drop()
        self._file.close()


class _Sink:
    """A file for HDF5, whose callbacks must not raise: the first error is kept for `check`.

    Once that or `drop` was, it takes everything and keeps nothing, so that HDF5 can close it.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._error: OSError | None = None
        self._dropped = False

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        return self._tried(lambda: self._stream.seek(offset, whence), otherwise=offset)

    def write(self, data: memoryview) -> int:
        return self._tried(lambda: self._stream.write(data), otherwise=len(data))

    def truncate(self, size: int) -> int:
        return self._tried(lambda: self._stream.truncate(size), otherwise=size)

    def flush(self) -> None:
        self._tried(self._stream.flush, otherwise=None)

    def drop(self) -> None:
        self._dropped = True

    def check(self) -> None:
        """Raises the OSError that there was."""
        if self._error is not None:
            raise self._error

    def _tried(self, do: Callable[[], T], otherwise: T) -> T:
        if not self._dropped:
            try:
                return do()
            except OSError as error:
                self._error, self._dropped = error, True
        return otherwise

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _group(parent: Any, name: str) -> Any:
    import h5py

    untimed = h5py.h5p.create(h5py.h5p.GROUP_CREATE)
    untimed.set_obj_track_times(False)
    return h5py.Group(h5py.h5g.create(parent.id, name.encode(), gcpl=untimed))


def _note(group: Any, name: str, value: str | float) -> None:
    """An attribute, by HDF5's own calls as well: h5py's take most of the time that an episode does."""
    from h5py import h5a, h5s, h5t, string_dtype

    held = np.array(value, string_dtype() if isinstance(value, str) else None)
    kind = h5t.py_create(held.dtype, logical=True)
    h5a.create(group.id, name.encode(), kind, h5s.create(h5s.SCALAR)).write(held)


def _store(parent: Any, name: str, value: Tensor) -> int:
    """Put an array under a name, by HDF5's own calls: h5py's shorter ones have no compact layout."""
    from h5py import h5d, h5p, h5s, h5t

    how, space = h5p.create(h5p.DATASET_CREATE), h5s.create_simple(value.shape)
    how.set_obj_track_times(False)
    if value.nbytes <= _COMPACT_BYTES:
        how.set_layout(h5d.COMPACT)
    else:
        how.set_chunk(value.shape)
        how.set_deflate(4)
    kind = h5t.py_create(value.dtype, logical=True)
    h5d.create(parent.id, name.encode(), kind, space, how).write(space, space, np.ascontiguousarray(value))
    return int(value.nbytes)


def _dataset(folder: Folder, data: Path, files: Sequence[Path]) -> Iterator[Row]:
    abouts = [_about(file) for file in files]
    for about in abouts:
        _require_same(abouts[0], about)
    episodes = [about["episodes"] for about in abouts]
    within = data.relative_to(folder.partial)
    yield _linked(folder, str(within / "main_data.hdf5"), zip(files, episodes, strict=True))
    about = {
        "dataset_id": data.parent.name,
        "minari_version": _STANDARD,
        "data_format": "hdf5",
        "jpeg_encoding": False,
        "total_episodes": sum(episodes),
        "total_steps": sum(about["steps"] for about in abouts),
        "dataset_size": round(sum(file.stat().st_size for file in files) / 1e6, 1),
        **{name: abouts[0][name] for name in _SAME},
    }
    yield folder.write(str(within / "metadata.json"), about)


def _about(file: Path) -> dict[str, Any]:
    import h5py

    with h5py.File(file, "r") as part:
        return {name: value if isinstance(value, str) else int(value) for name, value in part.attrs.items()}


def _linked(folder: Folder, name: str, parts: Iterator[tuple[Path, int]]) -> Row:
    """A file with a link for every episode of all parts, in order."""
    import h5py

    links = (h5py.ExternalLink(part.name, f"episode_{number}") for part, count in parts for number in range(count))
    draft = folder.draft(name)
    with _written(draft.stream) as file:
        for number, link in enumerate(links):
            file[f"episode_{number}"] = link
    return draft.finish()


@contextmanager
def _written(stream: BinaryIO) -> Iterator[Any]:
    """A file of HDF5 that is closed whatever happens, else it would write once more when it is collected."""
    import h5py

    sink = _Sink(stream)
    file = h5py.File(sink, "w", libver=_HDF5)
    try:
        yield file
        file.close()
        sink.check()
    finally:
        sink.drop()
        file.close()


def _require_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> None:
    if any(one[name] != other[name] for name in _SAME):
        bare = one["game"].partition("?")[0]
        raise Never(
            f"a Minari dataset is of one game under one set of rules and options, and there are {one['game']} and "
            f"{other['game']}; choose one by --game and --option, or by '--game {bare}?' the one without options"
        )
