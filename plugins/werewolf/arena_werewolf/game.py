"""Werewolf as the arena knows it: spec, deals and states of one setting."""

from collections.abc import Sequence
from typing import Final

from arena.core.game import ClockSpec, Entries, Game, GameSpec, State
from arena.core.seed import Seed
from arena.core.values import Config, Seat
from arena_werewolf.brief import brief
from arena_werewolf.deal import deal, redeal
from arena_werewolf.presets import Preset
from arena_werewolf.roles import TEAMS
from arena_werewolf.rules import Rules, rules_of
from arena_werewolf.state import WerewolfState
from arena_werewolf.view import fields

VERSION: Final = "1.0.0"
"""Of the rules: it changes whenever the same actions could lead to another state."""

DECISION: Final = 60.0
"""A speech by a language model may take a minute."""
_MATCH: Final = 7200.0
"""Enough for four rounds of seven seats who each take their minute."""


class WerewolfGame(Game):
    """One setting.

    Raises:
        BadOption: the roles are no deal that can be played, or options contradict each other.
    """

    def __init__(self, preset: Preset, config: Config) -> None:
        self.config = config
        self.rules = rules_of(config, preset)
        self.spec = _spec(preset, self.rules)

    def new_state(self, seed: Seed, entries: Entries) -> WerewolfState:
        """The first night."""
        return WerewolfState(self.rules, seed, deal(self.rules, seed))

    def teams(self, seed: Seed) -> Sequence[int]:
        """0 for each seat of the werewolves, 1 for each of the village, under this deal."""
        return [int(role.team) for role in deal(self.rules, seed)]

    def indistinguishable(self, seed: Seed, viewer: Seat) -> State | None:
        """The first night under another deal in which the viewer has the same card."""
        other = redeal(deal(self.rules, seed), seed, viewer)
        return None if other is None else WerewolfState(self.rules, seed, other)


def _spec(preset: Preset, rules: Rules) -> GameSpec:
    return GameSpec(
        id=f"werewolf/{preset.name}",
        version=VERSION,
        seats=rules.seats,
        summary=f"Werewolf for {rules.seats}: hidden roles, night kills, talk and a vote by day",
        brief=brief(rules),
        fields=fields(rules),
        teams=TEAMS,
        roles=tuple(role.name for role in rules.kinds),
        dynamics="mixed",
        clock=_clock(rules),
        forfeit="plays default",
        max_decisions=rules.max_days * rules.seats * rules.asked_a_day,
        set_deals=10,
    )


def _clock(rules: Rules) -> ClockSpec:
    """Two seats go a day, so that half as many days as seats have to fit."""
    match = DECISION * rules.waits_a_day * rules.seats / 2
    return ClockSpec(decision=DECISION, bank=2 * DECISION, match=max(_MATCH, match))
