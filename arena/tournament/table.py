"""A table of an event file, read key by key: what is of the wrong type, out of bounds or unknown gets one sentence."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from math import isfinite
from sys import float_info
from typing import Any, Final

from arena.core.errors import BadEvent
from arena.core.values import Json

MAX_TEXT: Final = 500
"""Characters of a text."""
MAX_WHOLE: Final = (1 << 53) - 1
"""A whole number; beyond it others would read another one."""
_LISTED: Final = 12


class Table:
    """Keys are taken one by one; `close` then refuses those that nobody took. `where` names the table in sentences."""

    def __init__(self, where: str, values: Mapping[str, Any]) -> None:
        self.where = where
        self._values = values
        self._known: set[str] = set()

    def has(self, key: str) -> bool:
        """Whether the key is given."""
        self._known.add(key)
        return key in self._values

    def text(self, key: str, default: str | None = None) -> str:
        """A text of one line that is not empty; required when there is no default."""
        value = self._take(key, default)
        if not isinstance(value, str) or not (value or default == ""):
            raise self._wrong(key, value, "a text")
        if len(value) > MAX_TEXT or not value.isprintable():
            raise self._wrong(key, value, f"a text of one line and at most {MAX_TEXT} characters")
        return value

    def choice(self, key: str, known: Sequence[str], default: str | None = None) -> str:
        """One of the words `known`."""
        value = self.text(key, default)
        if value not in known:
            raise BadEvent(f"{self.where}: {key} = {shown(value)} is unknown; {nearest(value, known)}")
        return value

    def whole(self, key: str, default: int, *, low: int = 1, high: int = MAX_WHOLE) -> int:
        """A whole number from `low` to `high`."""
        found = self.maybe_whole(key, low=low, high=high)
        return default if found is None else found

    def maybe_whole(self, key: str, *, low: int = 1, high: int = MAX_WHOLE) -> int | None:
        """A whole number from `low` to `high`, or None when it is not given."""
        if not self.has(key):
            return None
        value = self._values[key]
        if type(value) is not int or not low <= value <= high:
            raise self._wrong(key, value, f"a whole number from {low} to {high}")
        return value

    def number(self, key: str, default: float, *, low: float, high: float = float("inf")) -> float:
        """A number above `low` and below `high`."""
        found = self.maybe_number(key, low=low, high=high)
        return default if found is None else found

    def maybe_number(self, key: str, *, low: float, high: float = float("inf")) -> float | None:
        """A number above `low` and below `high`, or None when it is not given."""
        if not self.has(key):
            return None
        value = self._values[key]
        if type(value) not in {int, float} or not abs(value) <= float_info.max or not low < value < high:
            bounds = f"above {low:g}" + (f" and below {high:g}" if isfinite(high) else "")
            raise self._wrong(key, value, "a number" + (f" {bounds}" if isfinite(low) else ""))
        return float(value)

    def maybe_flag(self, key: str) -> bool | None:
        """True or false, or None when it is not given."""
        if not self.has(key):
            return None
        value = self._values[key]
        if not isinstance(value, bool):
            raise self._wrong(key, value, "true or false")
        return value

    def flag(self, key: str, *, default: bool = False) -> bool:
        """True or false."""
        found = self.maybe_flag(key)
        return default if found is None else found

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list of texts, each once."""
        value = self._take(key, default)
        if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) and item for item in value):
            raise self._wrong(key, value, 'a list of texts, as in ["one", "two"]')
        if len(set(value)) < len(value):
            raise BadEvent(f"{self.where}: {key} names {shown(_repeated(value))} twice")
        return tuple(value)

    def table(self, key: str) -> "Table":
        """A table within this one, empty when it is not given."""
        value = self._take(key, {})
        if not isinstance(value, Mapping):
            raise self._wrong(key, value, f"a table, as [{key}]")
        return Table(f"[{key}]", value)

    def tables(self, key: str) -> "list[Table]":
        """A list of tables, written [[key]]."""
        value = self._take(key, [])
        if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
            raise self._wrong(key, value, f"a list of tables, each as [[{key}]]")
        return [Table(f"[[{key}]] {number}", item) for number, item in enumerate(value, start=1)]

    def values(self, key: str) -> Mapping[str, Json]:
        """A table whose keys somebody else knows, such as a game's options."""
        value = self._take(key, {})
        if not isinstance(value, Mapping):
            raise self._wrong(key, value, f"a table, as [{key}]")
        for name, item in value.items():
            if not _is_json(item):
                raise BadEvent(f"{self.where}: {key}.{shown(name)} holds a date, NaN, infinity or a number beyond 2^53")
        return dict(value)

    def close(self) -> None:
        """Refuse the keys that nobody took, with the nearest right one."""
        for key in self._values:
            if key not in self._known:
                raise BadEvent(f"{self.where} has no key {shown(key)}; {nearest(key, sorted(self._known))}")

    def _take(self, key: str, default: Any) -> Any:
        if self.has(key):
            return self._values[key]
        if default is None:
            raise self._missing(key)
        return default

    def _missing(self, key: str) -> BadEvent:
        return BadEvent(f"{self.where} lacks {key!r}")

    def _wrong(self, key: str, value: Any, wanted: str) -> BadEvent:
        return BadEvent(f"{self.where}: {key} = {shown(value)} is not {wanted}")


def nearest(word: str, known: Sequence[str]) -> str:
    """The second half of a sentence about an unknown word: what was meant, or what there is."""
    near = get_close_matches(word[:MAX_TEXT], known, n=1)
    more = ", ..." if len(known) > _LISTED else ""
    return f"did you mean {near[0]!r}?" if near else f"there is {', '.join(known[:_LISTED]) or 'none'}{more}"


def shown(value: Any) -> str:
    """A value in a sentence: as the file would have it, on one line, and cut when it is long."""
    try:
        text = repr(value) if isinstance(value, (str, float, list, dict)) else str(value)
    except ValueError:  # Python writes out no number of more than 4,300 digits
        return "a number of thousands of digits"
    text = text.lower() if isinstance(value, bool) else text
    return text if len(text) <= 60 else f"{text[:57]}..."


def _is_json(value: Any) -> bool:
    match value:
        case float():
            return isfinite(value)
        case list():
            return all(map(_is_json, value))
        case dict():
            return all(map(_is_json, value.values()))
        case int():
            return abs(value) <= MAX_WHOLE
        case _:
            return isinstance(value, str)


def _repeated(words: Sequence[str]) -> str:
    return next(word for i, word in enumerate(words) if word in words[:i])
