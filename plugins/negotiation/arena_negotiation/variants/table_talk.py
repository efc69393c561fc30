"""The options that variants share: how many turns there are, and how they may be talked away."""

from typing import cast

from arena.core.options import Option
from arena.core.values import Config
from arena_negotiation.speech import League, Manners


def rounds(default: int) -> Option:
    """How many turns each seat has."""
    return Option(name="rounds", kind="int", default=default, low=1, high=100, help="turns each seat has")


TALK = (
    Option(
        name="max_chars", kind="int", default=400, low=0, high=4000, help="characters a message may have; 0: silent"
    ),
    Option(
        name="league",
        kind="str",
        default="open",
        choices=("open", "strict"),
        help="strict: messages that pass themselves off as somebody else's are withheld",
    ),
)


def manners(config: Config) -> Manners:
    """The rules of speech that the options name."""
    return Manners(cast(int, config["max_chars"]), cast(League, config["league"]))


def whole(config: Config, name: str) -> int:
    """The value of a whole-numbered option."""
    return cast(int, config[name])
