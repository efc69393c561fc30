"""How likely each player is a werewolf, by what has been seen: every pack that the deal allows is weighed.

The weights are a model of how people at such a table behave, set by hand (ours): seers tell what they saw, wolves spare
each other in votes and claims, and some of them claim to be the seer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from math import log
from typing import Final

import numpy as np
from numpy.typing import NDArray

_NEVER: Final = -50.0
_LIE: Final = log(0.02)
"""For a claim of the village's own that does not hold."""
_EXTRA: Final = log(0.01)
"""For each honest claimant more than there are seers."""
_SILENT: Final = log(0.3)
"""For a seer that lets only wolves claim."""
_BOLD: Final = log(0.35)
"""For a wolf that claims to be the seer."""
_BETRAY: Final = log(0.15)
"""For a wolf that calls a wolf a wolf."""
_VOTE: Final = ((log(0.9), log(1.3)), (log(1.1), log(0.35)))
"""For a vote, by whether the voter and whether its choice is a wolf."""


@dataclass(slots=True)
class Evidence:
    """What is known and was said. `facts` and `claims` say of a player whether it is a werewolf."""

    seats: int
    wolves: int
    seers: int
    parity: bool
    living: tuple[int, ...] = ()
    facts: dict[int, bool] = field(default_factory=dict)
    claims: dict[int, Mapping[int, bool]] = field(default_factory=dict)
    votes: list[tuple[int, int]] = field(default_factory=list)


@lru_cache(maxsize=32)
def packs(seats: int, wolves: int) -> NDArray[np.bool_]:
    """Every pack of so many wolves, one a row: whether each seat is in it."""
    rows = list(combinations(range(seats), wolves))
    found = np.zeros((len(rows), seats), dtype=np.bool_)
    for row, pack in enumerate(rows):
        found[row, list(pack)] = True
    return found


def suspicion(seen: Evidence) -> NDArray[np.float64]:
    """For each seat the probability that it is a werewolf, shape (seats,)."""
    pack = packs(seen.seats, seen.wolves)
    weight = np.zeros(len(pack))
    for seat, wolf in seen.facts.items():
        weight[pack[:, seat] != wolf] += _NEVER
    _weigh_standing(weight, pack, seen)
    _weigh_claims(weight, pack, seen)
    for voter, choice in seen.votes:
        table = np.array(_VOTE)
        weight += table[pack[:, voter].astype(int), pack[:, choice].astype(int)]
    chance = np.exp(weight - weight.max())
    shares: NDArray[np.float64] = np.clip(chance @ pack / chance.sum(), 0.0, 1.0)
    return shares


def _weigh_standing(weight: NDArray[np.float64], pack: NDArray[np.bool_], seen: Evidence) -> None:
    """While the match goes on a wolf lives, and at parity it would be over."""
    alive = pack[:, list(seen.living)].sum(axis=1)
    weight[alive == 0] += _NEVER
    if seen.parity:
        weight[2 * alive >= len(seen.living)] += _NEVER


def _weigh_claims(weight: NDArray[np.float64], pack: NDArray[np.bool_], seen: Evidence) -> None:
    if not seen.claims:
        return
    honest = np.zeros(len(pack))
    for claimant, results in seen.claims.items():
        lying = pack[:, claimant]
        honest += ~lying
        weight += np.where(lying, _BOLD, 0.0)
        for target, wolf in results.items():
            if target >= seen.seats:
                continue
            wrong = pack[:, target] != wolf
            betrayed = pack[:, target] if wolf else np.zeros(len(pack), dtype=np.bool_)
            weight += np.where(lying, np.where(betrayed, _BETRAY, 0.0), np.where(wrong, _LIE, 0.0))
    weight += np.maximum(honest - seen.seers, 0) * _EXTRA
    if seen.seers:
        weight += np.where(honest == 0, _SILENT, 0.0)
