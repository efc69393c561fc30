"""Figures that a plugin keeps of its games by simulation: what bots reach alone, and which of them beats which.

They are kept as TOML, written by the program that simulates them: `[[rate]]` and `[[rung]]` tables with the names of
the fields below, each share as `value`, `low`, `high` and `matches`.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from arena.core.measures import BaseRate
from arena.core.share import Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How often the first side wins a setting, such as `text?role=unknown`, when one bot plays all seats.

    `bot` is a SPEC such as `random`. A draw counts half in `share`; `draws` is the share of them.
    """

    setting: str
    bot: str
    share: Share
    draws: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """What `better` scores against `worse` in a setting when each deal is played from both sides, a draw being half."""

    setting: str
    better: str
    worse: str
    share: Share


@dataclass(frozen=True, slots=True)
class Figures:
    """All that is kept of a plugin's games, in the order of its file."""

    rates: Sequence[Rate]
    rungs: Sequence[Rung]

    @classmethod
    def read(cls, text: str) -> Self:
        """The figures that `write` wrote."""
        tables = tomllib.loads(text)
        rates = [Rate(share=Share.of_row(row), **_names(row)) for row in tables["rate"]]
        return cls(rates, [Rung(share=Share.of_row(row), **_names(row)) for row in tables["rung"]])

    def write(self, program: str) -> str:
        """The file's text, which says by which program it was written."""
        tables = [(kind, row) for kind, rows in (("rate", self.rates), ("rung", self.rungs)) for row in rows]
        return "\n".join([f"# Written by {program}.\n", *(_table(kind, row) for kind, row in tables)])

    def base_rates(self, plugin: str, first: str, second: str) -> Mapping[str, Sequence[BaseRate]]:
        """By rated id, how often each of two sides wins alone, for whoever looks after null bots."""
        found: dict[str, list[BaseRate]] = {}
        for row in self.rates:
            alone = row.share.value - row.draws / 2  # there a draw is half a win, here none
            found.setdefault(f"{plugin}/{row.setting}", []).extend(
                BaseRate(row.bot, side, rate, row.share.matches)
                for side, rate in ((first, alone), (second, 1 - alone - row.draws))
            )
        return found


def _names(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in Share.__slots__}


def _table(kind: str, row: Rate | Rung) -> str:
    return "\n".join([f"[[{kind}]]", *_lines(row)]) + "\n"


def _lines(row: Rate | Rung | Share) -> Iterator[str]:
    for name in row.__slots__:
        match getattr(row, name):
            case Share() as share:
                yield from _lines(share)
            case float(number):
                yield f"{name} = {number:.6f}"
            case other:
                yield f"{name} = {json.dumps(other)}"
