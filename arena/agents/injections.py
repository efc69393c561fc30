"""Scripts of hostile speech, read from `injections.toml`: for the agent `injector` and for `arena.testing`."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

_FILE: Final = "injections.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Injection:
    """One way to deceive by words.

    `says` are speeches; `answers` are actions that no game may take. `spoof` says whether each speech must be withheld
    where spoofs are, and is None where both can be defended.
    """

    name: str
    says: Sequence[str]
    answers: Sequence[Any] = ()
    spoof: bool | None = None


@cache
def injections() -> tuple[Injection, ...]:
    """Every script, in the order of the file."""
    read = tomllib.loads((files(__package__) / _FILE).read_text(encoding="utf-8"))
    return tuple(Injection(**script) for script in read["script"])


@cache
def hostile_speeches() -> tuple[str, ...]:
    """All that is said in all scripts."""
    return tuple(words for injection in injections() for words in injection.says)
