"""The templates of prompts: shipped in `prompts.toml`, replaced one by one by a file of the user's."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Final, Self

from arena.core.errors import BadOption

_FILE: Final = "prompts.toml"
_PLACEHOLDERS: Final[Mapping[str, frozenset[str]]] = {
    "system": frozenset({"brief", "game", "seat", "seats"}),
    "turn": frozenset({"view", "answer"}),
    "more": frozenset({"view", "lines"}),
    "answered": frozenset(),
    "notes": frozenset({"notes"}),
    "choices": frozenset({"options"}),
    "ids": frozenset({"options"}),
    "many": frozenset({"options", "example"}),
    "speech": frozenset({"hint", "limit"}),
    "json": frozenset({"schema"}),
    "mark": frozenset(),
    "think": frozenset(),
    "act": frozenset({"answer"}),
    "again": frozenset({"reason", "answer"}),
    "summarise": frozenset({"limit"}),
    "coach": frozenset({"notes"}),
    "critic": frozenset({"brief", "game"}),
    "review": frozenset({"notes", "matches", "limit"}),
    "finished": frozenset({"number", "seat", "seats", "role", "story", "rank", "score"}),
}
"""What each template may name."""


@dataclass(frozen=True, slots=True, eq=False)
class Prompts:
    """A text for each purpose."""

    templates: Mapping[str, str]

    @classmethod
    @cache
    def shipped(cls) -> Self:
        """Those that come with the arena."""
        return cls(_checked((files(__package__) / _FILE).read_text(encoding="utf-8")))

    @classmethod
    def read(cls, text: str) -> Self:
        """The shipped ones, and in their place those of a TOML file.

        Raises:
            BadOption: it is no TOML, or a template or placeholder is unknown.
        """
        return cls({**cls.shipped().templates, **_checked(text)})

    def render(self, name: str, **words: object) -> str:
        """A template with its placeholders filled in; what is filled in is taken as it is."""
        return self.templates[name].format_map(words)


def _checked(text: str) -> dict[str, str]:
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadOption(f"option prompts: the file is no TOML: {error}") from None
    for name, template in given.items():
        _check(name, template)
    return {name: template.strip("\n") for name, template in given.items()}


def _check(name: str, template: object) -> None:
    if name not in _PLACEHOLDERS:
        raise BadOption(f"option prompts: there is no template {name!r}; there is {', '.join(_PLACEHOLDERS)}")
    if not isinstance(template, str):
        raise BadOption(f"option prompts: template {name!r} must be a text")
    known = _PLACEHOLDERS[name]
    there_is = ", ".join(f"{{{word}}}" for word in sorted(known)) or "none"
    try:
        for _, field, form, conversion in Formatter().parse(template):
            if field is not None and (field not in known or form or conversion):
                raise BadOption(
                    f"option prompts: template {name!r} has the unknown placeholder {{{field}}}; there is {there_is}"
                )
    except ValueError as error:
        raise BadOption(f"option prompts: template {name!r}: {error}; a brace of the text is written twice") from None
