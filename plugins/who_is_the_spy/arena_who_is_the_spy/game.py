"""Who is the Spy as the arena knows it: spec, deals and states under one set of options."""

from collections.abc import Sequence
from typing import Final

from arena.core.game import ClockSpec, Entries, Game, GameSpec, State
from arena.core.seed import Seed
from arena.core.values import OMNISCIENT, Config, Seat
from arena_who_is_the_spy.brief import brief
from arena_who_is_the_spy.deal import ROLES, TEAMS, Deal, deal, redeal, spies_of
from arena_who_is_the_spy.rules import Rules, rules_of
from arena_who_is_the_spy.secret import Theme
from arena_who_is_the_spy.state import SpyState
from arena_who_is_the_spy.view import FIELDS

VERSION: Final = "1.0.0"
"""Of the rules: it changes whenever the same actions could lead to another state."""

CLOCK: Final = ClockSpec(decision=60.0, bank=60.0, match=7200.0)
"""A sentence by a model that looks at a picture may take a minute."""


class SpyGame(Game):
    """One variant.

    Raises:
        BadOption: the options contradict each other.
    """

    def __init__(self, theme: Theme, config: Config) -> None:
        self.config = config
        self.theme = theme
        self.rules = rules_of(config)
        self.spec = _spec(theme, self.rules)

    def deal(self, seed: Seed) -> Deal:
        """All that the seed decides before the first clue."""
        return deal(self.rules, self.theme, self.config, seed)

    def new_state(self, seed: Seed, entries: Entries) -> SpyState:
        """Before the first clue."""
        return SpyState(self.rules, self.theme, seed, self.deal(seed))

    def teams(self, seed: Seed) -> Sequence[int]:
        """0 for each seat of the spies, 1 for each civilian, under this deal."""
        spies = spies_of(self.rules, seed)
        return [int(Seat(seat) not in spies) for seat in range(self.rules.seats)]

    def indistinguishable(self, seed: Seed, viewer: Seat) -> State | None:
        """Other spies, who hold something else; where roles are unknown, the viewer on the other side."""
        if viewer == OMNISCIENT:
            return None
        other = redeal(self.deal(seed), self.rules, self.theme, self.config, seed, viewer)
        return SpyState(self.rules, self.theme, seed, other)


def _spec(theme: Theme, rules: Rules) -> GameSpec:
    published = rules.score == "published"
    return GameSpec(
        id=f"who_is_the_spy/{theme.name}",
        version=VERSION,
        seats=rules.seats,
        summary=theme.summary,
        brief=brief(rules, theme.brief),
        fields=(*FIELDS, *theme.fields),
        teams=TEAMS,
        roles=ROLES,
        dynamics="mixed",
        score_low=-1.0 if published else 0.0,
        clock=CLOCK,
        forfeit="plays default",
        max_decisions=rules.clues + rules.seats,
        set_deals=10,
    )
