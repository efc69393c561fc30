"""Rough damage and speed from base stats, levels, boosts, types, items and weather.

The formula is the games' own (damage = (2L/5 + 2) * power * A / D / 50 + 2, then factors), with the mean roll.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, TypeAlias

from arena_pokemon_vgc.facts import Facts

Tree: TypeAlias = Mapping[str, Any]

SPREAD: Final = 0.75
"""By which a move at several targets is weakened."""
_MEAN_ROLL: Final = 0.925
_TYPICAL_POWER: Final = 85.0
_STAGES: Final = {stage: max(2, 2 + stage) / max(2, 2 - stage) for stage in range(-6, 7)}
_WEATHER: Final = {("sunnyday", "Fire"): 1.5, ("sunnyday", "Water"): 0.5}
_IMMUNE: Final = {
    "levitate": "Ground",
    "eartheater": "Ground",
    "flashfire": "Fire",
    "wellbakedbody": "Fire",
    "waterabsorb": "Water",
    "stormdrain": "Water",
    "dryskin": "Water",
    "voltabsorb": "Electric",
    "lightningrod": "Electric",
    "motordrive": "Electric",
    "sapsipper": "Grass",
}
_ITEMS: Final = {"lifeorb": 1.3, "choiceband": 1.5, "choicespecs": 1.5}


class Estimates:
    """Of one format's Pokemon, as views describe them."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def damage(self, attacker: Tree, defender: Tree, move: Tree, *, tera: bool = False) -> float:
        """The mean damage of a hit as a part of the defender's full HP; accuracy is not in it."""
        fact = self._facts.move(move["id"])
        power = float(fact["power"]) * float(fact["hits"])
        if not power or _IMMUNE.get(str(defender["ability"])) == fact["type"]:
            return 0.0
        physical = fact["category"] == "Physical"
        attack = self.stat(attacker, "atk" if physical else "spa")
        defence = self.stat(defender, "def" if physical else "spd")
        base = (2 * attacker["level"] / 5 + 2) * power * attack / defence / 50 + 2
        if physical and attacker["status"] == "brn":
            base *= 0.5
        factor = self._facts.factor(str(fact["type"]), tuple(defender["types"]))
        factor *= self._same_type(attacker, str(fact["type"]), tera=tera) * _ITEMS.get(str(attacker["item"]), 1.0)
        return float(base * factor * _MEAN_ROLL / self.hp(defender))

    def by_type(self, attacker: Tree, defender: Tree) -> float:
        """As `damage`, of a typical move of the attacker's best own type."""
        best = max((self._facts.factor(each, tuple(defender["types"])) for each in attacker["types"]), default=1.0)
        attack = max(self.stat(attacker, "atk"), self.stat(attacker, "spa"))
        defence = min(self.stat(defender, "def"), self.stat(defender, "spd"))
        base = (2 * attacker["level"] / 5 + 2) * _TYPICAL_POWER * attack / defence / 50 + 2
        return float(base * 1.5 * best * _MEAN_ROLL / self.hp(defender))

    def _same_type(self, attacker: Tree, kind: str, *, tera: bool) -> float:
        original = self._facts.kind(str(attacker["species"]))["types"]
        if tera or attacker["terastallized"]:
            both = kind == attacker["tera_type"] and kind in original
            return 2.0 if both else 1.5 if kind == attacker["tera_type"] or kind in original else 1.0
        return 1.5 if kind in attacker["types"] else 1.0

    def stat(self, member: Tree, name: str) -> float:
        """A stat with its boost: exact where the view has it, else typical of the species."""
        own = member.get("stats") or {}
        value = float(own[name]) if name in own and not member["mega"] else self._typical(member, name)
        return value * _STAGES[member["boosts"].get(name, 0)]

    def speed(self, member: Tree) -> float:
        """The speed with boost, paralysis and scarf."""
        speed = self.stat(member, "spe")
        return speed * (0.5 if member["status"] == "par" else 1.0) * (1.5 if member["item"] == "choicescarf" else 1.0)

    def hp(self, member: Tree) -> float:
        """Full HP."""
        if points := member.get("hp_points"):
            return float(points[1] or 1)
        return _typical_hp(self._facts.kind(str(member["species"]))["stats"]["hp"], int(member["level"]))

    def _typical(self, member: Tree, name: str) -> float:
        return _typical_stat(self._facts.kind(str(member["species"]))["stats"][name], int(member["level"]))


def hits_foes(move: Tree) -> bool:
    """Whether it hits both foes."""
    return bool(move["target"] == "allAdjacentFoes")


def hits_all(move: Tree) -> bool:
    """Whether it hits both foes and the ally."""
    return bool(move["target"] == "allAdjacent")


@cache
def _typical_stat(base: int, level: int) -> float:
    """With full IVs, half of the effort that is possible in one stat, and no nature."""
    return (2 * base + 31 + 32) * level / 100 + 5


@cache
def _typical_hp(base: int, level: int) -> float:
    return (2 * base + 31 + 32) * level / 100 + level + 10
