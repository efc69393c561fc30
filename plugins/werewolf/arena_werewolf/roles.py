"""The roles and the two sides they belong to. What a role may do at night stands in `pack` and `powers`."""

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

    @property
    def special(self) -> bool:
        """Whether it is of the village and can do more than talk and vote."""
        return self.team is Team.VILLAGE and self is not VILLAGER


WEREWOLF: Final = Role("werewolf", Team.WEREWOLF, "chooses each night, with its pack, a player of the village to kill")
SEER: Final = Role("seer", Team.VILLAGE, "chooses each night another player and learns whether it is a werewolf")
DOCTOR: Final = Role("doctor", Team.VILLAGE, "chooses each night a player, maybe itself, who then cannot be killed")
WITCH: Final = Role("witch", Team.VILLAGE, "has one antidote for the pack's victim of a night, and one poison")
GUARD: Final = Role("guard", Team.VILLAGE, "chooses each night a player, not the one of the night before, to guard")
HUNTER: Final = Role(
    "hunter", Team.VILLAGE, "may shoot one player when it is killed or voted out, but not when poisoned"
)
VILLAGER: Final = Role("villager", Team.VILLAGE, "has nothing but its voice and its vote")

ROLES: Final = {role.name: role for role in (WEREWOLF, SEER, DOCTOR, WITCH, GUARD, HUNTER, VILLAGER)}
"""Every role by name, in the order in which deals, briefs and tensors list them."""
