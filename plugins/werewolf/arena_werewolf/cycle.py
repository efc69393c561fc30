"""The parts of a day in their order, as the rules of a setting have them (RULES.md 1)."""

from collections.abc import Mapping
from typing import Final

from arena_werewolf.ballot import BALLOTS
from arena_werewolf.bidding import BidRound, BidTurn
from arena_werewolf.discussion import FixedOnce, Parallel, Rotate, Rounds, Shuffled, Talk
from arena_werewolf.night import Night
from arena_werewolf.phase import Phase
from arena_werewolf.question import Question
from arena_werewolf.rules import Rules
from arena_werewolf.shot import Shot

TALKS: Final[Mapping[str, type[Talk]]] = {
    "fixed-once": FixedOnce,
    "rounds": Rounds,
    "rotate": Rotate,
    "random": Shuffled,
    "parallel": Parallel,
    "bid-turn": BidTurn,
    "bid-round": BidRound,
}
"""By the option `speaking`."""


def cycle(rules: Rules) -> tuple[type[Phase], ...]:
    """The phases of a day; nights begin it, and shots follow whatever may cost a hunter its life."""
    shot = (Shot,) if rules.has_hunter else ()
    question = (Question,) if rules.predict else ()
    return (Night, *shot, TALKS[rules.speaking], *question, BALLOTS[rules.vote], *shot)
