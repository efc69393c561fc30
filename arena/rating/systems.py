"""The rating systems by name, and a fresh one from what a command line says."""

from collections.abc import Iterable
from typing import Final

from arena.core.errors import BadRequest
from arena.core.options import parse_assignments
from arena.rating.elo import Elo
from arena.rating.glicko2 import Glicko2
from arena.rating.mean_score import MeanScore
from arena.rating.openskill import (
    BradleyTerryFull,
    BradleyTerryPart,
    PlackettLuce,
    ThurstoneMostellerFull,
    ThurstoneMostellerPart,
)
from arena.rating.system import RatingSystem
from arena.rating.trueskill import TrueSkill

SYSTEMS: Final[dict[str, type[RatingSystem]]] = {
    system.name: system
    for system in (
        TrueSkill,
        Elo,
        PlackettLuce,
        BradleyTerryFull,
        BradleyTerryPart,
        ThurstoneMostellerFull,
        ThurstoneMostellerPart,
        Glicko2,
        MeanScore,
    )
}
"""Every online rating system by its name; a call, with settings by name, makes a fresh state."""
DEFAULT: Final = TrueSkill.name


def make_system(name: str = DEFAULT, settings: Iterable[str] = ()) -> RatingSystem:
    """A fresh rating system; `settings` are `key=value` texts.

    Raises:
        BadRequest: when there is no rating system of this name.
        BadOption: for a setting that the system has not, or a value that does not fit.
    """
    if name not in SYSTEMS:
        raise BadRequest(f"unknown rating system {name!r}; there is {', '.join(sorted(SYSTEMS))}")
    system = SYSTEMS[name]
    return system(**parse_assignments(system.options, settings))
