"""The rules of one match as a value, and the options they are made from."""

from dataclasses import dataclass
from typing import Any, Final, cast

from arena.core.errors import BadOption
from arena.core.options import Option
from arena.core.values import Config

MIN_SEATS: Final = 3
MAX_SEATS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Who plays and how; `speech_chars` is in characters. The other names are those of the options."""

    seats: int
    spies: int
    rounds: int
    role: str
    speech_chars: int
    league: str
    tie: str
    abstain: bool
    self_vote: bool
    score: str

    @property
    def nothing(self) -> int:
        """The action id of a vote for nobody: the one after the last seat."""
        return self.seats

    @property
    def clues(self) -> int:
        """How many clues are given in all."""
        return self.seats * self.rounds


OPTIONS: Final = (
    Option(name="seats", default=4, kind="int", low=MIN_SEATS, high=MAX_SEATS, help="how many play"),
    Option(name="spies", default=1, kind="int", low=1, high=5, help="how many of them are spies; fewer than civilians"),
    Option(name="rounds", default=2, kind="int", low=1, high=10, help="clues each player gives"),
    Option(name="role", default="known", choices=("known", "unknown"), help="whether players are told their role"),
    Option(name="speech_chars", default=200, kind="int", low=40, high=2_000, help="characters in one clue"),
    Option(
        name="league", default="open", choices=("open", "strict"), help="whether forged clues are heard or withheld"
    ),
    Option(name="tie", default="none", choices=("none", "random"), help="who is accused when several lead the vote"),
    Option(name="abstain", default=True, kind="bool", help="whether a player may vote N/A"),
    Option(name="self_vote", default=False, kind="bool", help="whether a player may vote for itself"),
    Option(
        name="score",
        default="outcome",
        choices=("outcome", "published"),
        help="what is rated: 1 or 0 by side, or each player's published reward",
    ),
)


def rules_of(config: Config) -> Rules:
    """The rules that resolved options mean; options of a variant beside them are left alone.

    Raises:
        BadOption: there are not fewer spies than civilians.
    """
    given = cast(dict[str, Any], {option.name: config[option.name] for option in OPTIONS})
    rules = Rules(**given)
    if 2 * rules.spies >= rules.seats:
        most = (rules.seats - 1) // 2
        raise BadOption(
            f"option spies: of {rules.seats} seats at most {most} can be spies, not {rules.spies} (RULES.md 1)"
        )
    return rules
