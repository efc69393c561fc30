"""What is known by simulation of how often spies win, and which bot beats which: figures read from `base_rates.toml`.

The file is written by `python -m plugins.who_is_the_spy.tests.simulate`. Seeds are 0, 1, 2, ... as `--seed` names them.
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
    """How often spies win a setting, such as `text?role=unknown`, when one bot plays all seats."""

    setting: str
    bot: str
    spies: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """What share of matches `better` wins against `worse` when each deal is played from both sides."""

    setting: str
    better: str
    worse: str
    score: Share


@cache
def base_rates() -> tuple[BaseRate, ...]:
    """All of them, by setting; `bot` is a SPEC such as `random`."""
    return tuple(BaseRate(setting=r["setting"], bot=r["bot"], spies=Share.of_row(r)) for r in _tables()["rate"])


@cache
def rungs() -> tuple[Rung, ...]:
    """The bots from the lowest up, each against the one below it."""
    return tuple(
        Rung(setting=r["setting"], better=r["better"], worse=r["worse"], score=Share.of_row(r))
        for r in _tables()["rung"]
    )


def _tables() -> Mapping[str, list[Mapping[str, Any]]]:
    return tomllib.loads(files(__package__).joinpath("base_rates.toml").read_text(encoding="utf-8"))
