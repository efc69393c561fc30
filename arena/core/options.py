"""Named options of a game or agent: their types, defaults and bounds, and how `key=value` text becomes a value."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from arena.core.errors import BadOption
from arena.core.values import Config, Json

Kind = Literal["int", "float", "bool", "str", "json", "file"]

_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One setting. With `rules` it changes the game, and is part of its rated id when it is not the default.

    `low` and `high` bound a number, both inclusive. A `file` option is given as a path; its value is
    `{"sha256": hex, "text": content}`, and its digest alone enters the rated id.
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
            raise BadOption(f"option {self.name}: {text!r} is not {self._wanted()}") from error

    def check(self, value: Json) -> Json:
        """`value` itself when it is within this option's type and bounds, else BadOption."""
        if self.choices and value not in self.choices:
            raise BadOption(f"option {self.name}: {value!r} is not {self._wanted()}")
        if self.kind in _NUMERIC:
            return self._check_number(value)
        if self.kind == "file":
            return self._check_file(value)
        if not isinstance(value, _TYPES.get(self.kind, object)):
            raise BadOption(f"option {self.name}: {value!r} is not {self._wanted()}")
        return value

    def _check_number(self, value: Json) -> Json:
        if isinstance(value, bool) or not isinstance(value, int if self.kind == "int" else (int, float)):
            raise BadOption(f"option {self.name}: {value!r} is not {self._wanted()}")
        low = float("-inf") if self.low is None else self.low
        high = float("inf") if self.high is None else self.high
        if not low <= value <= high:
            raise BadOption(f"option {self.name}: {value} is not {self._wanted()}")
        return value if self.kind == "int" else float(value)

    def _check_file(self, value: Json) -> Json:
        """The digest names the content in rated ids, so it must not lie."""
        if value == self.default:
            return value
        if not isinstance(value, Mapping) or set(value) != {"sha256", "text"} or not isinstance(value["text"], str):
            raise BadOption(f"option {self.name}: this is not {self._wanted()}")
        if value["sha256"] != hashlib.sha256(value["text"].encode()).hexdigest():
            raise BadOption(f"option {self.name}: its sha256 is not that of its text")
        return value

    def _wanted(self) -> str:
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


def parse_assignments(options: Iterable[Option], texts: Iterable[str], *, files: bool = True) -> dict[str, Json]:
    """The values of `key=value` texts as the command line gives them; without `files` none may name a file.

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
        if known[name].kind == "file" and not files:
            raise BadOption(f"option {name} is a file, which cannot be named here; give its content as an option")
        given[name] = known[name].parse(value)
    return given


def rated_id(game: str, options: Iterable[Option], config: Config) -> str:
    """`game` with the options that change its rules: sorted, non-default ones only, a file by its digest."""
    parts = [
        f"{option.name}={_show(config[option.name])}"
        for option in sorted(options, key=lambda option: option.name)
        if option.rules and config[option.name] != option.default
    ]
    return f"{game}?{'&'.join(parts)}" if parts else game


def _show(value: Json) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping) and "sha256" in value:
        return f"sha256:{str(value['sha256'])[:16]}"
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _parse_bool(text: str) -> bool:
    if text.lower() in _TRUE | _FALSE:
        return text.lower() in _TRUE
    raise ValueError(text)


def _read_file(path: str) -> Json:
    data = Path(path).read_bytes()
    return {"sha256": hashlib.sha256(data).hexdigest(), "text": data.decode()}


_PARSERS: dict[str, Callable[[str], Json]] = {
    "int": int,
    "float": float,
    "bool": _parse_bool,
    "str": str,
    "json": json.loads,
    "file": _read_file,
}
_NUMERIC = frozenset({"int", "float"})
_TYPES: dict[str, type] = {"bool": bool, "str": str}
_NAMES = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "str": "a text",
    "json": "JSON",
    "file": "a readable UTF-8 file",
}
