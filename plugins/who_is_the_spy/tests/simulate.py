"""Simulates base rates, the ladder of bots and the engine's pace; writes `arena_who_is_the_spy/base_rates.toml`.

`python -m plugins.who_is_the_spy.tests.simulate [MATCHES]`, 20,000 by default and a tenth of it for pictures that are
looked at, takes some minutes; it prints the tables of RULES.md 8 as well.
"""

import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Final

from arena.agents.sampling import sample
from arena.agents.simple import DefaultAgent, RandomAgent
from arena.core.errors import IllegalAction
from arena.core.figures import Figures, Rate, Rung
from arena.core.seed import Seed
from arena.core.share import Share
from arena_who_is_the_spy import base_rates
from arena_who_is_the_spy.bots.informed import Informed
from arena_who_is_the_spy.bots.parrot import Parrot
from plugins.who_is_the_spy.tests.driver import Factory, finish, make, spies_win

BOTS: Final[dict[str, Factory]] = {
    "null": DefaultAgent,
    "random": RandomAgent,
    "who_is_the_spy:parrot": Parrot,
    "who_is_the_spy:informed": Informed,
}
SETTINGS: Final = {"text": "text", "picture": "picture", "text?role=unknown": "text", "text?seats=7&spies=2": "text"}
GIVEN: Final = {"text?role=unknown": {"role": "unknown"}, "text?seats=7&spies=2": {"seats": 7, "spies": 2}}
LADDER: Final = ("null", "random", "who_is_the_spy:parrot", "who_is_the_spy:informed")
FILE: Final = Path(base_rates.__file__).with_suffix(".toml")


def spy_wins(setting: str, spies: str, civilians: str, matches: int) -> int:
    """How many of `matches` the spies win."""
    game = make(SETTINGS[setting], **GIVEN.get(setting, {}))
    return sum(spies_win(finish(game, Seed.of(n), BOTS[spies], BOTS[civilians])) for n in range(matches))


def rates(matches: int) -> Iterator[Rate]:
    """Each bot in all seats of each setting."""
    for setting in SETTINGS:
        for bot in BOTS:
            count = _count(setting, matches, bot)
            yield Rate(setting=setting, bot=bot, share=Share.of(spy_wins(setting, bot, bot, count), count))


def rungs(matches: int) -> Iterator[Rung]:
    """Each bot against the one below it, every deal from both sides."""
    for setting in ("text", "picture"):
        for worse, better in pairwise(LADDER):
            count = _count(setting, matches, better)
            won = spy_wins(setting, better, worse, count) + count - spy_wins(setting, worse, better, count)
            yield Rung(setting=setting, better=better, worse=worse, share=Share.of(won, 2 * count))


def pace(matches: int) -> float:
    """Moves a second of the engine, random ones, checked, nobody looking."""
    game, rng, moves, began = make(), Random(0), 0, time.perf_counter()
    for number in range(matches):
        state = game.new_state(Seed.of(number), {})
        while movers := state.to_move():
            actions = {}
            for seat in movers:
                try:
                    actions[seat] = state.check(seat, sample(state.legal(seat), rng))
                except IllegalAction:
                    actions[seat] = state.default_action(seat)
            state.step(actions)
            moves += len(actions)
    return moves / (time.perf_counter() - began)


def _count(setting: str, matches: int, bot: str) -> int:
    return matches // 10 if setting == "picture" and bot == LADDER[-1] else matches


def main() -> None:
    """Print and write everything."""
    matches = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    known = Figures(list(rates(matches)), list(rungs(matches)))
    FILE.write_text(known.write("plugins/who_is_the_spy/tests/simulate.py"), encoding="utf-8")
    for rate in known.rates:
        print(f"| `{rate.setting}` | `{rate.bot}` | {rate.share} | {rate.share.matches:,} |")
    for rung in known.rungs:
        print(f"| `{rung.setting}` | `{rung.better}` | `{rung.worse}` | {rung.share} | {rung.share.matches:,} |")
    print(f"{pace(2_000):,.0f} moves a second")


if __name__ == "__main__":
    main()
