"""Simulates base rates and the ladder of bots, and writes `arena_werewolf/base_rates.toml`.

`python -m plugins.werewolf.tests.simulate [MATCHES]`, 20,000 by default, takes some minutes; it prints the tables of
RULES.md 9 and 10 as well.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

from arena.agents.simple import DefaultAgent, RandomAgent
from arena.core.figures import Figures, Rate, Rung
from arena.core.seed import Seed
from arena.core.share import Share
from arena_werewolf import base_rates
from arena_werewolf.base_rates import figures
from arena_werewolf.bots.detective import Detective
from arena_werewolf.bots.random_table import RandomTable
from arena_werewolf.bots.seer_claim import SeerClaim
from arena_werewolf.presets import PRESETS
from plugins.werewolf.tests.driver import Factory, finish, make, winner

BOTS: Final[dict[str, Factory]] = {
    "null": DefaultAgent,
    "random": RandomAgent,
    "werewolf:random-table": RandomTable,
    "werewolf:seer-claim": SeerClaim,
    "werewolf:detective": Detective,
}
NULL: Final = ("random", "werewolf:random-table")
LADDER: Final = ("null", "random", "werewolf:random-table", "werewolf:seer-claim", "werewolf:detective")
FILE: Final = Path(base_rates.__file__).with_suffix(".toml")


def play(preset: str, wolves: str, village: str, matches: int) -> Counter[str | None]:
    """How many of `matches` each side won."""
    game = make(preset)
    return Counter(winner(finish(game, Seed.of(n), BOTS[wolves], BOTS[village])) for n in range(matches))


def base_rate(preset: str, bot: str, matches: int) -> Rate:
    """One bot in all seats."""
    won = play(preset, bot, bot, matches)
    return Rate(setting=preset, bot=bot, share=Share.of(won["village"], matches), draws=won["draw"] / matches)


def rung(preset: str, better: str, worse: str, matches: int) -> Rung:
    """Two bots, each deal from both sides: `matches` of them in all."""
    as_wolves = play(preset, better, worse, matches // 2)
    as_village = play(preset, worse, better, matches // 2)
    wins = as_wolves["werewolf"] + as_village["village"] + (as_wolves["draw"] + as_village["draw"]) / 2
    return Rung(setting=preset, better=better, worse=worse, share=Share.of(wins, matches // 2 * 2))


def simulate(matches: int) -> Figures:
    """Everything that the file holds."""
    rates = [base_rate(preset.name, bot, matches) for preset in PRESETS for bot in NULL]
    steps = [
        rung(preset.name, better, worse, matches // 5)
        for preset in PRESETS
        for worse, better in pairwise(LADDER)
        if preset.name == "ww7-lspo" or better in LADDER[-2:]
    ]
    return Figures(rates, steps)


def as_markdown() -> Iterator[str]:
    """The rows of RULES.md 9, then those of RULES.md 10, as the file has them."""
    for rate in figures().rates:
        draws = f"{100 * rate.draws:.1f} %"
        yield f"| `{rate.setting}` | `{rate.bot}` | {_shown(rate.share)} | {draws} | {rate.share.matches:,} |"
    for step in figures().rungs:
        yield f"| `{step.setting}` | `{step.better}` | `{step.worse}` | {_shown(step.share)} | {step.share.matches:,} |"


def _shown(share: Share) -> str:
    return f"{share.value:.4f} ({share.low:.4f} to {share.high:.4f})"


if __name__ == "__main__":
    simulated = simulate(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
    FILE.write_text(simulated.write("plugins/werewolf/tests/simulate.py"), encoding="utf-8")
    print("\n".join(as_markdown()))
