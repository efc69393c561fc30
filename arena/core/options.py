"""Named options of a game or agent: their types, defaults and bounds, and how `key=value` text becomes a value."""

import hashlib
import json
import math
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from urllib.parse import quote, unquote

from arena.core.errors import BadOption
from arena.core.values import Config, Json

Kind = Literal["int", "float", "bool", "str", "json", "counts", "file"]

MAX_DEPTH: Final = 32
"""Objects and arrays within one another, in a JSON option."""

_WHOLE: Final = (-(2**63), 2**63 - 1)
"""What every codec and database can hold."""
_SHOWN: Final = 80
"""Characters of a mistaken value that are repeated to whoever gave it."""
_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One setting. With `rules` it changes the game, and is part of its rated id when it is not the default.

    `low` and `high` bound a number, both inclusive; a whole one fits into 64 bits, a float is finite. `counts` are how
    many there are of each name: `{"wolf": 2}`, as text also `wolf:2,sheep:5`; `low` and `high` bound each of them. A
    `file` option is given as a path; its value is `{"sha256": hex, "text": content}`, and its digest alone enters the
    rated id. Of a folder the content is that of its .txt files, by name, each under a line `=== name ===`.
    """

    name: str
    default: Json
    help: str
    kind: Kind = "str"
    choices: tuple[Json, ...] = ()
    low: float | None = None
    high: float | None = None
    rules: bool = True

    def parse(self, text: str) -> Json:
        """The value that `--option name=text` means.

        Raises:
            BadOption: when the text is no value of this option.
        """
        try:
            return self.check(_PARSERS[self.kind](text))
        except (ValueError, OSError) as error:
            raise self._refusal(text) from error

    def check(self, value: Json) -> Json:
        """`value` itself when it is within this option's type and bounds, else BadOption."""
        if self.choices and value not in self.choices:
            raise self._refusal(value)
        if self.kind in _NUMERIC:
            return self._check_number(value)
        if self.kind == "counts":
            return self._check_counts(value)
        if self.kind == "file":
            return self._check_file(value)
        if not isinstance(value, _TYPES.get(self.kind, object)) or not is_strict(value):
            raise self._refusal(value)
        return value

    def _check_number(self, value: Json) -> Json:
        if isinstance(value, bool) or not isinstance(value, int if self.kind == "int" else (int, float)):
            raise self._refusal(value)
        low, high = _WHOLE if self.kind == "int" else (-sys.float_info.max, sys.float_info.max)
        if not (low if self.low is None else self.low) <= value <= (high if self.high is None else self.high):
            raise self._refusal(value)
        return value if self.kind == "int" else float(value)

    def _check_counts(self, value: Json) -> Json:
        low, high = (0 if self.low is None else self.low), (_WHOLE[1] if self.high is None else self.high)
        counts = list(value.values()) if isinstance(value, Mapping) and is_strict(value) else [None]
        if not all(type(count) is int and low <= count <= high for count in counts):
            raise self._refusal(value)
        return value

    def _check_file(self, value: Json) -> Json:
        """The digest names the content in rated ids, so it must not lie."""
        if value == self.default:
            return value
        if isinstance(value, str):
            raise BadOption(
                f'option {self.name}: an event file names a file as {{ file = "PATH" }}, not by its path alone'
            )
        if not isinstance(value, Mapping) or set(value) != {"sha256", "text"} or not _is_text(value["text"]):
            raise BadOption(f"option {self.name}: this is not {self.wanted}")
        if value["sha256"] != hashlib.sha256(str(value["text"]).encode()).hexdigest():
            raise BadOption(f"option {self.name}: its sha256 is not that of its text")
        return value

    def _refusal(self, value: Json) -> BadOption:
        shown = repr(value)
        shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."
        return BadOption(f"option {self.name}: {shown} is not {self.wanted}")

    @property
    def wanted(self) -> str:
        """What it takes, in words."""
        if self.choices:
            return "one of " + ", ".join(map(str, self.choices))
        bounds = f" from {self.low:g}" if self.low is not None else ""
        bounds += f" up to {self.high:g}" if self.high is not None else ""
        return _NAMES[self.kind] + bounds


def resolve(options: Iterable[Option], given: Mapping[str, Json]) -> Config:
    """Every option with its given or default value.

    Raises:
        BadOption: for a name that is not among `options`, or a value that does not fit.
    """
    known = {option.name: option for option in options}
    for name in given:
        if name not in known:
            raise BadOption(f"unknown option {name!r}; there is {', '.join(sorted(known)) or 'none'}")
    return {name: option.check(given[name]) if name in given else option.default for name, option in known.items()}


def parse_assignments(options: Iterable[Option], texts: Iterable[str]) -> dict[str, Json]:
    """The values of `key=value` texts as the command line gives them.

    Raises:
        BadOption: for a text without "=", an unknown or repeated name, or a value that does not fit.
    """
    known = {option.name: option for option in options}
    given: dict[str, Json] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise BadOption(f"{text!r} is not of the form key=value")
        if name not in known:
            raise BadOption(f"unknown option {name!r}; there is {', '.join(sorted(known)) or 'none'}")
        if name in given:
            raise BadOption(f"option {name} is given twice")
        given[name] = known[name].parse(value)
    return given


def rated_id(game: str, options: Iterable[Option], config: Config) -> str:
    """`game` with the options that change its rules: sorted, non-default ones only, a file by its digest.

    Different rules have different ids. `&`, `=`, `?`, `%` and characters that do not show are percent-encoded in a
    value, as RFC 3986 (2.1) does it.
    """
    parts = [
        f"{option.name}={_show(option, config[option.name])}"
        for option in sorted(options, key=lambda option: option.name)
        if option.rules and _differs(option, config[option.name])
    ]
    return f"{game}?{'&'.join(parts)}" if parts else game


def parse_query(options: Sequence[Option], query: str) -> dict[str, Json]:
    """The options that stand behind the `?` of a rated id; it gives back what `rated_id` was given.

    Raises:
        BadOption: as `parse_assignments`, and for a file: its digest does not hold its content, and the id may come
            from anybody, who must not have files of this machine read.
    """
    texts = [_decoded(text) for text in query.split("&") if text]
    named = {text.partition("=")[0] for text in texts}
    for option in options:
        if option.kind == "file" and option.name in named:
            raise BadOption(
                f"option {option.name} is a file, which an id only names by its digest; leave it out of the id and "
                f"give the file as an option"
            )
    return parse_assignments(options, texts)


def parse_json(text: str) -> Json:
    """The value of a JSON text, as strict as `is_strict`.

    Raises:
        ValueError: it is no JSON, or not strict.
    """
    try:
        value: Json = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not is_strict(value):
        raise ValueError("a number is not finite or too large, a text is not Unicode, or it is nested too deep")
    return value


def is_strict(value: Json, depth: int = MAX_DEPTH) -> bool:
    """Whether every codec can carry `value`: finite floats, 64-bit integers, texts without lone surrogates, and at most
    `depth` objects and arrays within one another."""
    match value:
        case float():
            return math.isfinite(value)
        case int():
            return _WHOLE[0] <= value <= _WHOLE[1]
        case str():
            return _SURROGATE.search(value) is None
        case Mapping():
            return depth > 0 and all(is_strict(key) and is_strict(each, depth - 1) for key, each in value.items())
        case Sequence():
            return depth > 0 and all(is_strict(each, depth - 1) for each in value)
        case _:
            return value is None


def _is_text(value: Json) -> bool:
    return isinstance(value, str) and is_strict(value)


def _differs(option: Option, value: Json) -> bool:
    """Whether this is not the default; `==` alone would take true for 1."""
    return value != option.default or _show(option, value) != _show(option, option.default)


def _show(option: Option, value: Json) -> str:
    if option.kind == "file" and isinstance(value, Mapping):
        return f"sha256:{str(value['sha256'])[:16]}"
    if option.kind == "float" and isinstance(value, int):
        value = float(value)
    bare = option.kind != "json" and isinstance(value, str)
    text = str(value) if bare else json.dumps(value, sort_keys=True, separators=(",", ":"))
    return _RESERVED.sub(lambda found: quote(found[0], safe=""), text)


def _decoded(text: str) -> str:
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise BadOption(f"{text!r} is not of the form key=value in percent-encoded UTF-8") from None


def _parse_bool(text: str) -> bool:
    if text.lower() in _TRUE | _FALSE:
        return text.lower() in _TRUE
    raise ValueError(text)


def _parse_counts(text: str) -> Json:
    """`wolf:2,sheep:5`, or the same as a JSON object."""
    if text.lstrip().startswith("{"):
        return parse_json(text)
    pairs = [part.partition(":") for part in text.split(",") if part.strip()]
    counts = {name.strip(): int(count) for name, _, count in pairs}
    if len(counts) < len(pairs):
        raise ValueError("a name is given twice")
    return counts


def read_file(path: str | Path) -> str:
    """The content of a file option: that of the file, or of a folder's .txt files under a line each.

    Raises:
        OSError, UnicodeDecodeError: it cannot be read.
    """
    source = Path(path)
    data = b"\n".join(map(_headed, sorted(source.glob("*.txt")))) if source.is_dir() else source.read_bytes()
    return data.decode()


def file_value(text: str) -> Json:
    """The value of a file option with this content."""
    return {"sha256": hashlib.sha256(text.encode()).hexdigest(), "text": text}


def _headed(file: Path) -> bytes:
    return f"=== {file.stem} ===\n\n".encode() + file.read_bytes()


_RESERVED: Final = re.compile("[&=?%\\x00-\\x1f\\x7f-\\x9f\\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
"""What would end a value or an option's name, and what does not show: control, format and bidi characters."""
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_PARSERS: dict[str, Callable[[str], Json]] = {
    "int": int,
    "float": float,
    "bool": _parse_bool,
    "str": str,
    "json": parse_json,
    "counts": _parse_counts,
    "file": lambda path: file_value(read_file(path)),
}
_NUMERIC = frozenset({"int", "float"})
_TYPES: dict[str, type] = {"bool": bool, "str": str}
_NAMES = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "str": "a text",
    "json": f"JSON of finite numbers, at most {MAX_DEPTH} deep",
    "counts": "a list of names with whole numbers, such as wolf:2,sheep:5",
    "file": "a readable UTF-8 file",
}
