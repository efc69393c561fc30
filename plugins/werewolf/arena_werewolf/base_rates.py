"""What is known by simulation of how often a side wins: figures kept in `base_rates.toml`, and read from there.

The file is written by `python -m plugins.werewolf.tests.simulate`. Seeds are 0, 1, 2, ... as `--seed` names them.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from arena.core.share import Share


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseRate:
    """How often the village wins a setting under its default options when one bot plays all seats.

    `draws` is the share of matches that nobody won.
    """

    preset: str
    bot: str
    village: Share
    draws: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """What `better` scores against `worse` in a setting when each deal is played from both sides, a draw being half."""

    preset: str
    better: str
    worse: str
    score: Share


@cache
def base_rates() -> tuple[BaseRate, ...]:
    """All of them, in the order of presets; `bot` is a SPEC such as `random`."""
    return tuple(
        BaseRate(preset=row["preset"], bot=row["bot"], village=Share.of_row(row), draws=row["draws"])
        for row in _tables()["rate"]
    )


@cache
def rungs() -> tuple[Rung, ...]:
    """The bots from the lowest up, each against the one below it."""
    return tuple(
        Rung(preset=row["preset"], better=row["better"], worse=row["worse"], score=Share.of_row(row))
        for row in _tables()["rung"]
    )


def _tables() -> Mapping[str, list[Mapping[str, Any]]]:
    return tomllib.loads(files(__package__).joinpath("base_rates.toml").read_text())
