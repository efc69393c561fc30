"""Ratings and ladders as pure functions of finished match sets."""

from arena.rating.ladder import Ladder, LadderRow, ladder
from arena.rating.results import SeatLine, SetResult, Standing, standings
from arena.rating.system import Rating, RatingSystem
from arena.rating.systems import DEFAULT, SYSTEMS, make_system

__all__ = [
    "DEFAULT",
    "SYSTEMS",
    "Ladder",
    "LadderRow",
    "Rating",
    "RatingSystem",
    "SeatLine",
    "SetResult",
    "Standing",
    "ladder",
    "make_system",
    "standings",
]
