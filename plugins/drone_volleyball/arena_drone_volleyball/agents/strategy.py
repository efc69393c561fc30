"""A strategy of 1v1 with the learned skills that it orders beside the plugin's controllers, whole in one folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from arena.core.errors import BadOption
from arena_drone_volleyball.agents.goals import GOAL_SIZE
from arena_drone_volleyball.agents.menu import CHOICES, MENUS
from arena_drone_volleyball.agents.network import Network

FLIES: Final = "normal"
CHOOSES: Final = "choice"
"""What a network's `head` is: the means of four thrusts or rates, or the odds of choices."""
FLOWN: Final = ("prt", "ctbr")
"""Levels at which a network flies."""
SCRIPTED: Final = -1
"""Instead of the number of a learned skill: the plugin's controllers."""
_KNOWN: Final = tuple(menu[0].skill for menu in MENUS)
"""Which skill is ordered in each situation."""
CONTROLLERS: Final = "controllers"
"""What a network is told of where the controllers have no hand in what others have learned."""
_SKILLS: Final = "skills"


def hands(skills: Sequence[Network], *, controllers: bool = True) -> NDArray[np.int8]:
    """(situations, hands): who carries out an order, a number in `skills` or SCRIPTED.

    The first hand is the plugin's controllers; without `controllers` these have only what no network has learned. Where
    a situation has fewer hands than another, its last one stands for the rest.
    """
    known = [[n for n, each in enumerate(skills) if each.about.get("skill") == skill] for skill in _KNOWN]
    rows = [[SCRIPTED, *numbers] if controllers or not numbers else numbers for numbers in known]
    most = max(map(len, rows))
    return np.array([row + row[-1:] * (most - len(row)) for row in rows], np.int8)


def choices(skills: Sequence[Network], *, controllers: bool = True) -> int:
    """How many a strategy has: each order of a menu, in each of the hands."""
    return CHOICES * int(hands(skills, controllers=controllers).shape[1])


@dataclass(frozen=True, slots=True)
class Strategy:
    """The odds of choices, and the learned skills among which they are: choice c is order c % CHOICES of the menu, in
    hand c // CHOICES."""

    network: Network
    skills: tuple[Network, ...] = ()

    @property
    def hands(self) -> NDArray[np.int8]:
        """As `hands` has them, (situations, hands)."""
        return hands(self.skills, controllers=self.network.about.get(CONTROLLERS) is not False)

    def save(self, folder: Path) -> None:
        """Write all of it below `folder`, and in its policy.npz the digests of the skills."""
        digests = {_SKILLS: [skill.digest for skill in self.skills]} if self.skills else {}
        self.network.telling(digests).save(folder)
        for number, skill in enumerate(self.skills):
            place = skill_folder(folder, number)
            place.mkdir()
            skill.save(place)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote.

        Raises:
            BadOption: something is missing or spoilt, or a skill is not the one that the strategy was trained over.
        """
        network = Network.load(folder)
        told = network.about.get(_SKILLS, [])
        digests = told if isinstance(told, list) else [None]
        return cls(network, tuple(_load_skill(folder, number, str(digest)) for number, digest in enumerate(digests)))


def skill_folder(folder: Path, number: int) -> Path:
    """Where below a checkpoint's folder this skill lies."""
    return folder / f"skill-{number}"


def load_skills(folders: Sequence[Path], level: str) -> tuple[Network, ...]:
    """Learned skills for a strategy at a level.

    Raises:
        BadOption: one is missing or spoilt, or carries out no orders at that level.
    """
    loaded = tuple(Network.load(folder) for folder in folders)
    for folder, skill in zip(folders, loaded, strict=True):
        require_skill(skill, level, str(folder))
    return loaded


def require_skill(skill: Network, level: str, place: str) -> None:
    """Refuse a network that carries out no orders of 1v1 at a level.

    Raises:
        BadOption: with what it was trained for.
    """
    about = skill.about
    made = about.get("game"), about.get("level"), about.get("head")
    if made != ("1v1", level, FLIES) or about.get("skill") not in _KNOWN:
        raise BadOption(
            f"{place!r} carries out no orders of 1v1 at level {level}: it is of {made[0]} at level {made[1]}; "
            "name a checkpoint that was trained there with --set practice=serve or receive"
        )
    sizes = len(skill.mean), len(skill.layers[-1].bias)
    if sizes != (GOAL_SIZE, 4):
        raise BadOption(
            f"{place!r} sees {sizes[0]} numbers and flies by {sizes[1]}, where a skill has {GOAL_SIZE} and 4: it is of "
            "another version of this plugin; train it anew"
        )


def _load_skill(folder: Path, number: int, digest: str) -> Network:
    place = skill_folder(folder, number)
    skill = Network.load(place)
    if skill.digest != digest:
        raise BadOption(
            f"{str(place)!r} is not the skill that {str(folder)!r} was trained over; copy a checkpoint with all that "
            "is in its folder"
        )
    return skill
