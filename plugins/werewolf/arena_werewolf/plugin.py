"""What this distribution registers: the presets as games, and its bots."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final, cast

from arena.core.game import GameListing, State
from arena.core.measures import BaseRate, Measures, Vote
from arena.core.values import OMNISCIENT, Seat
from arena.plugin import hookimpl
from arena.plugin.spec import RegisterAgent, RegisterGame
from arena_werewolf.bots.random_table import RandomTable
from arena_werewolf.bots.seer_claim import SeerClaim
from arena_werewolf.game import VERSION, WerewolfGame
from arena_werewolf.presets import PRESETS
from arena_werewolf.rules import rule_options

_VILLAGE_WINS: Final = {
    ("ww7-lspo", "random"): 0.1253,
    ("ww7-lspo", "werewolf:random-table"): 0.0916,
    ("ww4-mini", "random"): 0.3212,
    ("ww4-mini", "werewolf:random-table"): 0.3352,
}
"""RULES.md 9, each of 20,000 matches; none of them was drawn."""


def _rates(preset: str) -> Iterator[BaseRate]:
    for (name, agent), rate in _VILLAGE_WINS.items():
        if name == preset:
            yield BaseRate(agent, "village", rate, 20_000)
            yield BaseRate(agent, "werewolf", 1 - rate, 20_000)


BASE_RATES: Final[Mapping[str, Sequence[BaseRate]]] = {
    f"werewolf/{preset}": [*_rates(preset)] for preset in dict.fromkeys(preset for preset, _ in _VILLAGE_WINS)
}


def votes(state: State) -> Iterator[Vote]:
    """The votes by day, in order, as everybody was told them; abstentions are none."""
    for event in state.events(OMNISCIENT, 0):
        if event.kind == "votes":
            day = cast(int, event.data["day"])
            for voter, target in cast(Sequence[Any], event.data["votes"]):
                if target is not None:
                    yield Vote(day, Seat(voter), Seat(target))


@hookimpl
def arena_register_games(register: RegisterGame) -> None:
    """Register each preset as `werewolf/NAME`."""
    for preset in PRESETS:
        register(
            GameListing(
                id=f"werewolf/{preset.name}",
                version=VERSION,
                min_seats=preset.low,
                max_seats=preset.high,
                make=partial(WerewolfGame, preset),
                options=rule_options(preset.roles),
                measures=Measures(votes=votes, base_rates=BASE_RATES),
            )
        )


@hookimpl
def arena_register_agents(register: RegisterAgent) -> None:
    """Register `werewolf:random-table` and `werewolf:seer-claim`."""
    register(
        "werewolf:random-table",
        lambda rest, options: RandomTable,
        summary="random, but always votes, spares its own pack and saves itself on the first night",
        games=("werewolf",),
        null=True,
    )
    register(
        "werewolf:seer-claim",
        lambda rest, options: SeerClaim,
        summary="the seer tells what it saw and the village follows; wolves deny or claim themselves",
        games=("werewolf",),
    )
