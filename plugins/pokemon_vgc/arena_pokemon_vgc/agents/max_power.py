"""Plays the move of the highest base power, whatever it meets: VGC-Bench's second baseline.

It is designed as the MaxBasePowerPlayer of poke-env (MIT): a move that hits both foes counts half as much again
while both stand, one of two foes is drawn, and no gimmick is used.
"""

from typing import Final

from arena_pokemon_vgc.agents.estimates import hits_all, hits_foes
from arena_pokemon_vgc.agents.scoring import ScoringAgent, Slot, Tree, active, move_of

_SWITCH: Final = -1.0
"""Moves of no power come before leaving the field; who must switch does so at random."""
_BOTH: Final = 1.5
_GIMMICK: Final = -1e3
"""Below everything that can be done without."""


class MaxPower(ScoringAgent):
    """Base power alone; never at its own side with one that hurts."""

    def move(self, view: Tree, slot: Slot, index: int, target: int, gimmick: int) -> float:
        """The base power."""
        found = move_of(slot, index)
        power = float(found["power"]) if found else 0.0
        if found and (hits_foes(found) or hits_all(found)) and all(active(view, 1 - view["seat"])):
            power *= _BOTH
        return (-power if target < 0 else power) + _GIMMICK * bool(gimmick)

    def switch(self, view: Tree, slot: int, place: int) -> float:
        """Below every move."""
        return _SWITCH
