"""A plugin for the tests: 1v1 in which one velocity is no number from the 30th control step on."""

from dataclasses import replace

import numpy as np

from arena.core.game import Entries, GameListing
from arena.core.seed import Seed
from arena.core.values import Config
from arena.plugin.spec import RegisterGame, hookimpl
from arena_drone_volleyball.physics.world import Touch
from arena_drone_volleyball.play.contest import Contest
from arena_drone_volleyball.play.game import OPTIONS, CourtGame
from arena_drone_volleyball.rules.court import DUEL
from arena_drone_volleyball.rules.score import Score

BROKEN_FROM = 30


class UnsoundContest(Contest):
    """Breaks once."""

    __slots__ = ()

    def _judge(self, touches: list[Touch]) -> bool:
        happened = super()._judge(touches)
        if self.rally.steps == BROKEN_FROM:
            self.world.twists[0, 0] = np.nan
        return happened


class UnsoundGame(CourtGame):
    """The rest is as it should be."""

    def __init__(self, config: Config) -> None:
        super().__init__(DUEL, config)
        self.spec = replace(self.spec, id="unsound/1v1")

    def new_state(self, seed: Seed, entries: Entries) -> Contest:
        """The first rally."""
        return UnsoundContest(self.court, self.levels, seed, Score(5, 15), step=0.001, compat=False)


@hookimpl
def arena_register_games(register: RegisterGame) -> None:
    """Register it."""
    register(GameListing(id="unsound/1v1", version="1", min_seats=2, max_seats=2, make=UnsoundGame, options=OPTIONS))
