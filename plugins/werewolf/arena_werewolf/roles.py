"""The roles and the two sides they belong to. What a role may do at night stands in `powers`."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final


class Team(IntEnum):
    """The sides, as indices into `TEAMS`."""

    WEREWOLF = 0
    VILLAGE = 1


TEAMS: Final = ("werewolf", "village")


@dataclass(frozen=True, slots=True, eq=False)
class Role:
    """One role; there is a single object of each, so they compare by identity."""

    name: str
    team: Team
    summary: str


WEREWOLF: Final = Role("werewolf", Team.WEREWOLF, "kills one player of the village each night together with its pack")
SEER: Final = Role("seer", Team.VILLAGE, "learns each night whether one player is a werewolf")
DOCTOR: Final = Role("doctor", Team.VILLAGE, "saves one player each night from being killed")
VILLAGER: Final = Role("villager", Team.VILLAGE, "has nothing but its voice and its vote")

ROLES: Final = {role.name: role for role in (WEREWOLF, SEER, DOCTOR, VILLAGER)}
"""Every role by name, in the order in which deals, briefs and tensors list them."""
