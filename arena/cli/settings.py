"""The options of a game, an agent or a training loop, as people and programs are shown them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from arena.cli.output import print_table

if TYPE_CHECKING:
    from arena.core.options import Option
    from arena.core.values import Json

_SHOWN: Final = 48
"""Characters of a default."""


def options_as_json(options: Iterable["Option"]) -> list[dict[str, Any]]:
    """What --json prints of them."""
    return [{"name": o.name, "kind": o.kind, "default": o.default, "help": o.help} for o in options]


def show_options(title: str, options: Sequence["Option"]) -> None:
    """A line each: what it is, its default, and what it takes."""
    if not options:
        print(f"{title}; there are no options")
        return
    print_table(
        title,
        ("option", "default", "what it is", "takes"),
        [(option.name, _written(option.default), option.help, option.wanted) for option in options],
    )


def _written(default: "Json") -> str | None:
    """As it would be given; None where there is none."""
    if isinstance(default, Mapping):
        text = ",".join(f"{name}:{count}" for name, count in default.items())
    else:
        text = default if isinstance(default, str) else json.dumps(default)
    return None if default in (None, "") else text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
