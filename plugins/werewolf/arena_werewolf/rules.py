"""The rules of one setting as a value, and the options they are made from.

Each option is a dimension of its own: a new speaking order, tally or role adds a name here and a component beside.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from arena.core.errors import BadOption
from arena.core.options import Option
from arena.core.values import Config
from arena_werewolf.roles import ROLES, Role, Team

TIES: Final = ("random", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """One setting. `roles` holds one role a seat, as they lie before the deal; lengths are in characters."""

    roles: tuple[Role, ...]
    max_days: int
    speech_chars: int
    tie: str
    abstain: bool

    @property
    def seats(self) -> int:
        """How many play."""
        return len(self.roles)

    @property
    def nothing(self) -> int:
        """The action id that stands for "do not vote" by day and "nothing" by night: the one after the last seat."""
        return len(self.roles)

    @property
    def wolves(self) -> int:
        """How many werewolves the deal holds; public, unlike how many are left."""
        return sum(role.team is Team.WEREWOLF for role in self.roles)

    @property
    def kinds(self) -> tuple[Role, ...]:
        """The different roles of the deal, in the order of `ROLES`."""
        return tuple(role for role in ROLES.values() if role in self.roles)


def rule_options(roles: Mapping[str, int]) -> tuple[Option, ...]:
    """The options of a setting whose deal holds `roles`, by name and count, unless told otherwise."""
    return (
        Option(name="roles", default=dict(roles), kind="json", help="role counts of the deal, by role name"),
        Option(name="max_days", default=10, kind="int", low=1, high=100, help="after this day's vote it is a draw"),
        Option(name="speech_chars", default=500, kind="int", low=1, high=10_000, help="characters in one speech"),
        Option(name="tie", default="random", choices=TIES, help="who of the tied is voted out"),
        Option(name="abstain", default=True, kind="bool", help="whether a seat may choose not to vote"),
    )


def rules_of(config: Config, low: int, high: int) -> Rules:
    """The rules that resolved options mean, for a setting of `low` up to `high` seats.

    Raises:
        BadOption: the roles are no deal that can be played.
    """
    settings = cast(Mapping[str, Any], config)
    return Rules(
        roles=_roles(settings["roles"], low, high),
        max_days=settings["max_days"],
        speech_chars=settings["speech_chars"],
        tie=settings["tie"],
        abstain=settings["abstain"],
    )


def _roles(counts: object, low: int, high: int) -> tuple[Role, ...]:
    if not isinstance(counts, Mapping) or not all(_is_count(n) for n in counts.values()):
        raise BadOption(
            'option roles: give a count of at least 1 for each role, such as {"werewolf": 2, "villager": 5}'
        )
    if unknown := sorted(counts.keys() - ROLES.keys()):
        raise BadOption(f"option roles: there is no role {unknown[0]!r}; there is {', '.join(ROLES)}")
    if not low <= sum(counts.values()) <= high:
        wanted = str(low) if low == high else f"{low} to {high}"
        raise BadOption(f"option roles: {sum(counts.values())} roles are given, and this setting seats {wanted}")
    roles = tuple(role for name, role in ROLES.items() for _ in range(counts.get(name, 0)))
    wolves = sum(role.team is Team.WEREWOLF for role in roles)
    if not 0 < wolves < len(roles) - wolves:
        raise BadOption("option roles: there must be at least one werewolf, and fewer werewolves than others")
    return roles


def _is_count(n: object) -> bool:
    return isinstance(n, int) and not isinstance(n, bool) and n > 0
