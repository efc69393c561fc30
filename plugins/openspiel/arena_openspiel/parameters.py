"""OpenSpiel's game parameters as options, and options as parameters again."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyspiel

from arena.core.errors import BadOption
from arena.core.options import Option
from arena.core.values import Config, Json

_FILES = frozenset({"filename", "instances_file", "boards_file"})
"""Parameters that name a file: as options their content travels, never a path of the server."""

_WITHHELD = frozenset({"ansi_color_output", "rng_seed", "puzzles_root", "word_list_file"})
"""Parameters that are no options: escape codes in texts, seeds (the match has its own), and folders of the server."""

_LARGEST = 1000
"""Bound of a whole number, or ten times its default: boards larger than that only use up memory."""


def options(game_type: pyspiel.GameType) -> tuple[Option, ...]:
    """One option a parameter, under OpenSpiel's own name."""
    offered = sorted(game_type.parameter_specification.items())
    return tuple(_option(game_type, name, default) for name, default in offered if name not in _WITHHELD)


def _option(game_type: pyspiel.GameType, name: str, default: Any) -> Option:
    help_text = f"OpenSpiel's parameter {name} of {game_type.short_name}"
    if name in _FILES:
        return Option(name=name, kind="file", default=None, help=f"{help_text}, a file")
    if name == "players":
        low, high = game_type.min_num_players, game_type.max_num_players
        return Option(name=name, kind="int", default=default, low=low, high=high, help="number of seats")
    match default:
        case bool():
            return Option(name=name, kind="bool", default=default, help=help_text)
        case int():
            high = max(_LARGEST, 10 * abs(default))
            return Option(name=name, kind="int", default=default, low=-high, high=high, help=help_text)
        case float():
            return Option(name=name, kind="float", default=default, low=-1e9, high=1e9, help=help_text)
        case str():
            return Option(name=name, kind="str", default=default, help=help_text)
        case _:
            return Option(name=name, kind="str", default="", help=f"{help_text}, a game such as tic_tac_toe()")


@contextmanager
def parameters(game_type: pyspiel.GameType, config: Config) -> Iterator[dict[str, Any]]:
    """What `config` changes, as OpenSpiel's parameters; the files among them exist as long as the context.

    Only what differs from the default is given, since OpenSpiel's own default may depend on other parameters.

    Raises:
        BadOption: an option that should be a game is none.
    """
    known = {option.name: option for option in options(game_type)}
    with ExitStack() as files:
        yield {
            name: _value(game_type, name, value, files)
            for name, value in config.items()
            if value != known[name].default
        } | _plain_text(game_type)


def _value(game_type: pyspiel.GameType, name: str, value: Json, files: ExitStack) -> Any:
    if isinstance(value, Mapping):
        path = Path(files.enter_context(TemporaryDirectory()), "parameter.txt")
        path.write_text(str(value["text"]), encoding="utf-8")
        return str(path)
    if isinstance(game_type.parameter_specification[name], dict):
        return _inner_game(name, str(value))
    return value


def _inner_game(name: str, text: str) -> dict[str, Any]:
    try:
        inner: dict[str, Any] = pyspiel.game_parameters_from_string(text)
    except (pyspiel.SpielError, ValueError, RuntimeError) as error:
        raise BadOption(f"option {name}: {text!r:.80} is not a game such as tic_tac_toe()") from error
    if _names(inner) & (_FILES | _WITHHELD):
        raise BadOption(f"option {name}: a game inside a game takes neither files nor seeds")
    return inner


def _names(parameter: Mapping[str, Any]) -> set[str]:
    inner = [value for value in parameter.values() if isinstance(value, dict)]
    return set(parameter).union(*map(_names, inner))


def _plain_text(game_type: pyspiel.GameType) -> dict[str, Any]:
    return {"ansi_color_output": False} if "ansi_color_output" in game_type.parameter_specification else {}
