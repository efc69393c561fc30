"""Moments of a match as they are asked for: `12.5` (seconds), `hit:3` (an event, counted from 0), several by commas."""

from collections.abc import Sequence

from arena.core.errors import BadRequest
from arena_drone_volleyball.film.film import Film
from arena_drone_volleyball.physics.world import CONTROL_SECONDS

SHEET = 9
"""How many pictures a contact sheet has when nobody says which."""


def shots_at(film: Film, at: str) -> list[int]:
    """The numbers of the shots that `at` names.

    Raises:
        BadRequest: the match has no such moment.
    """
    return [_shot(film, moment.strip()) for moment in at.split(",")]


def highlights(film: Film) -> Sequence[int]:
    """Shots for a contact sheet: what happened, evenly picked, with the end."""
    shots = sorted({min(moment.shot, len(film.shots) - 1) for moment in film.moments})
    if len(shots) <= SHEET:
        return shots
    return [shots[round(i * (len(shots) - 1) / (SHEET - 1))] for i in range(SHEET)]


def _shot(film: Film, moment: str) -> int:
    kind, colon, number = moment.partition(":")
    try:
        return _event(film, kind, int(number)) if colon else _second(film, float(kind))
    except ValueError:
        kinds = ", ".join(dict.fromkeys(each.event.kind for each in film.moments))
        raise BadRequest(
            f"--at {moment!r:.60} names no moment; give seconds such as 12.5, or an event and its number from 0 on, "
            f"such as hit:3; there is {kinds}"
        ) from None


def _second(film: Film, seconds: float) -> int:
    length = (len(film.shots) - 1) * CONTROL_SECONDS
    if not 0.0 <= seconds <= length:
        raise BadRequest(f"--at {seconds:g}: the match lasts from 0 to {length:.2f} s")
    return round(seconds / CONTROL_SECONDS)


def _event(film: Film, kind: str, number: int) -> int:
    found = [moment.shot for moment in film.moments if moment.event.kind == kind]
    if not found:
        raise ValueError(kind)
    if not -len(found) <= number < len(found):
        raise BadRequest(f"--at {kind}:{number}: the match has {kind}:0 to {kind}:{len(found) - 1}")
    return min(found[number], len(film.shots) - 1)
