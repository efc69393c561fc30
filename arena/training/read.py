"""An export read back by who learns from its files: whole, untouched, and of what is to be learned."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from arena.core.errors import BadRequest
from arena.core.match import GameRef
from arena.core.values import Config, Json
from arena.training.files import MANIFEST, Row, partial
from arena.training.progress import MANIFEST_VERSION
from arena.training.trajectory import ruleset


class Export:
    """The export in a folder, by its manifest.

    Raises:
        BadRequest: there is none, or none that is whole and of this version.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._manifest = _manifest(folder)

    @property
    def digest(self) -> str:
        """Of the manifest, and so of every file."""
        return f"sha256:{self._manifest['digest']}"

    def require(self, form: str, game: GameRef, told: Config) -> None:
        """See that it is of this format, of one game under these rules, and that its chats are told by these options.

        Raises:
            BadRequest: it is not; says what would be.
        """
        request, rules = self._manifest["request"], self._manifest["rulesets"]
        if request["format"] != form:
            raise BadRequest(
                f"{str(self.folder)!r} is an export in format {request['format']}; learning from files takes one by "
                f"`arena export FOLDER --format {form} --game {game.rated_id}`"
            )
        if others := sorted(_named(about) for rule, about in rules.items() if rule != ruleset(game)):
            raise BadRequest(
                f"{str(self.folder)!r} holds matches of {others[0]}, and this is for {game.rated_id} {game.version} "
                f"alone; export that by --game {game.rated_id if '?' in game.rated_id else game.rated_id + '?'}"
            )
        for name, value in told.items():
            if request["told"][name] != value:
                raise BadRequest(
                    f"the chats in {str(self.folder)!r} are told with {_shown(name, request['told'][name])}, and here "
                    f"with {_shown(name, value)}; give the same --set to both"
                )

    def splits(self) -> list[str]:
        """What there is."""
        return list(self._manifest["request"]["splits"])

    def rows(self, split: str) -> Iterator[Row]:
        """Those of one split in the order they were written, of columns.

        Raises:
            BadRequest: a file is not what the manifest says.
        """
        from pyarrow import parquet

        for part in self._manifest["parts"]:
            if part["file"].startswith(f"{split}-"):
                file = parquet.ParquetFile(self._checked(part))
                for batch in file.iter_batches():
                    yield from batch.to_pylist()

    def _checked(self, part: Mapping[str, Any]) -> Path:
        file = self.folder / str(part["file"])
        try:
            with file.open("rb") as stream:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError:
            found = ""
        if found != part["sha256"]:
            raise BadRequest(f"{str(file)!r} is not the file that its manifest tells of; export anew to another folder")
        return file


def _manifest(folder: Path) -> dict[str, Any]:
    if not folder.exists() and partial(folder).exists():
        raise BadRequest(
            f"{str(folder)!r} is only half written; the `arena export` that was ended goes on when given again"
        )
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        version = manifest["version"]
    except (OSError, ValueError, LookupError, TypeError):
        raise BadRequest(
            f"{str(folder)!r} is no export, as it has no {MANIFEST}; name a folder that `arena export` wrote"
        ) from None
    if version != MANIFEST_VERSION:
        raise BadRequest(f"{str(folder)!r} was exported by another version of arena; export anew")
    return dict(manifest)


def _named(about: Mapping[str, Any]) -> str:
    options = f" with {json.dumps(about['config'], sort_keys=True)[:200]}" if about["config"] else ""
    return f"{about['game']} {about['version']}{options}"


def _shown(name: str, value: Json) -> str:
    return f"{name}=FILE" if isinstance(value, Mapping) else f"{name}={value}"
