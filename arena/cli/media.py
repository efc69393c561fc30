"""Pictures and sounds of a match: a few words in print, and files for whoever wants to see or hear them."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from arena.core.errors import BadRequest

if TYPE_CHECKING:
    from arena.core.values import Value

MediaFolder = Annotated[
    Path | None, typer.Option("--media", metavar="DIR", help="Write the pictures and sounds that are shown to DIR.")
]


class MediaFiles:
    """The media that one viewer of a match is shown; each different one is written once, if there is a folder.

    Raises:
        BadRequest: the folder cannot be made.
    """

    def __init__(self, folder: Path | None, match: str) -> None:
        self._folder = folder
        self._match = match
        self._files: dict[str, str] = {}
        if folder is not None:
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise BadRequest(f"--media {folder}: {error.strerror}; name a folder that can be made") from None

    def told(self, step: int, fields: "Mapping[str, Value]") -> list[dict[str, Any]]:
        """What is to be told of the media among `fields`: field, type, size, digest, and the file that holds it."""
        from arena.core.values import Media

        return [self._one(step, name, value) for name, value in fields.items() if isinstance(value, Media)]

    def _one(self, step: int, name: str, media: Any) -> dict[str, Any]:
        digest = hashlib.sha256(media.data).hexdigest()
        about = {"field": name, "mime": media.mime, "bytes": len(media.data), "sha256": digest, "shown": repr(media)}
        return about | {"file": self._file(step, name, digest, media)}

    def _file(self, step: int, name: str, digest: str, media: Any) -> str | None:
        from arena.core.values import MEDIA_TYPES

        if self._folder is None:
            return None
        if digest not in self._files:
            stem = "".join(c if c.isalnum() or c in "._-" else "_" for c in f"{self._match}-{step}-{name}").lstrip(".")
            path = self._folder / f"{stem}{MEDIA_TYPES[media.mime]}"
            try:
                path.write_bytes(media.data)
            except OSError as error:
                raise BadRequest(f"--media: {path} cannot be written: {error.strerror}") from None
            self._files[digest] = str(path)
        return self._files[digest]


def media_lines(told: Sequence[Mapping[str, Any]], before: Sequence[Mapping[str, Any]] = ()) -> list[str]:
    """One line for each value that was not shown before."""
    known = {(each["field"], each["sha256"]) for each in before}
    return [
        f"{each['field']}: {each['shown']}" + (f" in {each['file']}" if each["file"] else "")
        for each in told
        if (each["field"], each["sha256"]) not in known
    ]
