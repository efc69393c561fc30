"""Files that an event's options name: read beside the event file, and carried at its end wherever its text goes.

An option of kind `file` is given as `{ file = "PATH" }`, relative to the event file. What is stored, sent and resumed
is the text with a table `[files]` behind it, so that an event means the same when its files change or are elsewhere.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from arena.core.errors import BadEvent
from arena.core.options import file_value, read_file
from arena.core.values import Json
from arena.tournament.table import shown


def loads(text: str) -> Mapping[str, Any]:
    """The tables of a text.

    Raises:
        BadEvent: it is not TOML.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadEvent(f"this is not TOML: {error}") from error
    except ValueError as error:
        raise BadEvent("this is no event: a number in it has thousands of digits") from error
    except RecursionError as error:
        raise BadEvent("this is no event: its values are nested too deep") from error


def with_files(text: str, folder: Path) -> str:
    """The text of an event file with the content of the files that its options name, relative to `folder`.

    Raises:
        BadEvent: it is not TOML, one of its files cannot be read, or it has a table [files] already.
    """
    top = loads(text)
    if "files" in top:
        raise BadEvent('an event file has no table [files]; name a file in an option, as in teams = { file = "PATH" }')
    game = top.get("game")
    options = game.get("options") if isinstance(game, Mapping) else None
    paths = dict.fromkeys(_paths(options)) if isinstance(options, Mapping) else {}
    if not paths:
        return text
    lines = [f"{_quoted(path)} = {_quoted(_content(folder, path))}" for path in paths]
    return "\n".join([text.rstrip(), "", "[files]", *lines, ""])


def with_contents(options: Mapping[str, Json], files: Mapping[str, Json]) -> Mapping[str, Json]:
    """The options with what stands in `files` under their paths.

    Raises:
        BadEvent: a file is named that is not there.
    """
    return {name: _value(name, value, files) for name, value in options.items()}


def _value(name: str, value: Json, files: Mapping[str, Json]) -> Json:
    path = _path(value)
    if path is None:
        return value
    if not isinstance(text := files.get(path), str):
        raise BadEvent(f"[game.options] {name}: the file {shown(path)} is not with the event")
    return file_value(text)


def _paths(options: Mapping[str, Json]) -> Iterator[str]:
    return (path for value in options.values() if (path := _path(value)) is not None)


def _path(value: Json) -> str | None:
    if isinstance(value, Mapping) and set(value) == {"file"} and isinstance(value["file"], str):
        return value["file"]
    return None


def _content(folder: Path, path: str) -> str:
    try:
        return read_file(folder / path)
    except (OSError, ValueError) as error:
        raise BadEvent(f"[game.options]: {shown(path)} is no readable UTF-8 file or folder of .txt files") from error


def _quoted(text: str) -> str:
    """As a TOML string: JSON's escapes are TOML's, which does not take DEL as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
