"""Who gets which role: the only use of the seed's stream "deal"."""

from collections.abc import Sequence
from random import Random

from arena.core.seed import Seed
from arena.core.values import OMNISCIENT, Seat
from arena_werewolf.roles import Role, Team
from arena_werewolf.rules import Rules

Deal = tuple[Role, ...]
"""The role of each seat."""


def deal(rules: Rules, seed: Seed) -> Deal:
    """The roles of the setting in uniformly random order."""
    roles = list(rules.roles)
    seed.stream("deal").shuffle(roles)
    return tuple(roles)


def redeal(roles: Deal, seed: Seed, viewer: Seat) -> Deal | None:
    """Another deal in which everything `viewer` knows at the start is the same; None when there is none."""
    hidden = [seat for seat in range(len(roles)) if not _knows(roles, viewer, Seat(seat))]
    pool = [roles[seat] for seat in hidden]
    if len(set(pool)) < 2:
        return None
    other = dict(zip(hidden, _reorder(pool, seed.stream("redeal", viewer)), strict=True))
    return tuple(other.get(seat, role) for seat, role in enumerate(roles))


def _knows(roles: Deal, viewer: Seat, seat: Seat) -> bool:
    if viewer in (OMNISCIENT, seat):
        return True
    return viewer >= 0 and roles[viewer].team is Team.WEREWOLF and roles[seat].team is Team.WEREWOLF


def _reorder(pool: Sequence[Role], rng: Random) -> list[Role]:
    other = list(pool)
    while other == list(pool):
        rng.shuffle(other)
    return other
