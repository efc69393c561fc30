"""A plan of one match, for parts that never look into its game."""

from arena.core.game import ClockSpec
from arena.core.match import GameRef, MatchPlan, PartyRef
from arena.core.seed import Seed
from arena.core.values import MatchId, SetId

GAME = GameRef(id="test/game", version="1.0.0", config={}, rated_id="test/game")


def plan_of(clock: ClockSpec, *parties: PartyRef) -> MatchPlan:
    """Match "m" of set "s"."""
    return MatchPlan(
        match_id=MatchId("m"),
        set_id=SetId("s"),
        ordinal=0,
        game=GAME,
        seed=Seed.of(1),
        parties=parties,
        clock=clock,
    )
