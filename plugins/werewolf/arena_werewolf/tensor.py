"""The view as one vector, after LSPO (arXiv 2502.04686) table 6; the layout is told in RULES.md 5.3."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from arena.core.values import Seat
from arena_werewolf.phase import Phase
from arena_werewolf.rules import Rules
from arena_werewolf.table import Round, Table

ROUNDS: Final = 3
"""How many rounds the vector remembers: the latest ones."""

PHASES: Final = ("night", "discussion", "vote")
_PHASE: Final = {"night": 0, "bid": 1, "discussion": 1, "question": 2, "vote": 2}
"""By the name of a phase; after the end, and where a shot may fall, there is none of the three."""


def length(rules: Rules) -> int:
    """211 for the seven-seat setting with its four roles."""
    return _standing(rules) + ROUNDS * _round(rules)


def encode(table: Table, phase: Phase, viewer: Seat) -> NDArray[np.float32]:
    """The vector of a seat, float32; spectators have zeros where a seat's own knowledge stands."""
    vector = np.zeros(length(table.rules), dtype=np.float32)
    _encode_standing(vector, table, phase, viewer)
    latest = table.rounds[-ROUNDS:]
    for place, played in enumerate(latest):
        at = _standing(table.rules) + place * _round(table.rules)
        _encode_round(vector[at : at + _round(table.rules)], played, table.rules, viewer)
    return vector


def _standing(rules: Rules) -> int:
    return rules.seats + len(rules.kinds) + 1 + len(PHASES) + rules.seats


def _round(rules: Rules) -> int:
    return 2 * rules.seats + rules.seats**2


def _encode_standing(vector: NDArray[np.float32], table: Table, phase: Phase, viewer: Seat) -> None:
    rules = table.rules
    after_role = rules.seats + len(rules.kinds)
    if viewer >= 0:
        vector[viewer] = 1
        vector[rules.seats + rules.kinds.index(table.deal[viewer])] = 1
    vector[after_role] = table.day
    if phase.name in _PHASE:
        vector[after_role + 1 + _PHASE[phase.name]] = 1
    vector[[after_role + 1 + len(PHASES) + seat for seat in table.living]] = 1


def _encode_round(part: NDArray[np.float32], played: Round, rules: Rules, viewer: Seat) -> None:
    seats = rules.seats
    if viewer in played.acts:
        part[played.acts[viewer]] = -1 if played.sights.get(viewer) else 1
    for seat in (*played.dead, *played.shots.values()):
        part[seats + seat] = 1
    for voter, choice in played.votes.items():
        if choice < seats and (rules.tally == "public" or voter == viewer):
            part[2 * seats + voter * seats + choice] = 1
