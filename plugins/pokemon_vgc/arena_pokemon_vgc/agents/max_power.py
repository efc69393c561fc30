"""Plays the move of the highest base power, whatever it meets: VGC-Bench's second baseline."""

from arena_pokemon_vgc.agents.scoring import ScoringAgent, Slot, Tree, move_of

_SWITCH = -1.0
"""Moves of no power come before leaving the field; who must switch does so at random."""


class MaxPower(ScoringAgent):
    """Base power alone; never at its own side with one that hurts."""

    def move(self, view: Tree, slot: Slot, index: int, target: int, gimmick: int) -> float:
        """The base power."""
        found = move_of(slot, index)
        power = float(found["power"]) if found else 0.0
        return -power if target < 0 else power

    def switch(self, view: Tree, slot: int, place: int) -> float:
        """Below every move."""
        return _SWITCH
