"""Rules of thumb on types, base stats and speed: VGC-Bench's third baseline.

It decides as the SimpleHeuristicsPlayer of poke-env (MIT) does; the code is our own. Every foe is judged alone, as if
there were one on either side: whom the slot leaves, sets up against or hits hardest. It knows Dynamax and
Terastallization, and neither Mega Evolution nor Z-moves.
"""

from collections.abc import Sequence
from typing import Final

from arena.core.agent import SeatInfo
from arena_pokemon_vgc.agents.scoring import ScoringAgent, Slot, Tree, active, at_place, move_of, own_team
from arena_pokemon_vgc.facts import Facts

_FASTER: Final = 0.1
_HEALTH: Final = 0.4
_UNBEARABLE: Final = -2.0
"""A matchup below this is left, when somebody on the bench has a better one than even."""
_RUINED: Final = -3
"""A stage of a stat at which its owner leaves, under the same condition."""
_IMMUNE: Final = 1 / 8
"""Stands for a factor of 0 where one is divided by."""
_DECIDED: Final = 1e6
"""Above every damage: a rule that takes the decision, such as to leave or to set up."""
_HAZARDS: Final = frozenset({"spikes", "stealthrock", "stickyweb", "toxicspikes"})
_SPINS: Final = frozenset({"rapidspin", "defog"})
_STAGES: Final = {stage: max(2, 2 + stage) / max(2, 2 - stage) for stage in range(-6, 7)}


class SimpleHeuristics(ScoringAgent):
    """Attacks where base power, types and base stats promise most; leaves a bad matchup; picks its four at random."""

    def __init__(self, seat: SeatInfo, facts: Facts) -> None:
        super().__init__(seat)
        self._facts = facts

    # ---- moves -------------------------------------------------------------------------------------------------------

    def move(self, view: Tree, slot: Slot, index: int, target: int, gimmick: int) -> float:
        """The damage it promises, unless a rule decides for it."""
        found, foes = move_of(slot, index), _foes(view)
        if found is None or target < 0:
            return 0.0 if found is None else -1.0
        if gimmick and not self._wants(view, slot.member, found, foes, gimmick):
            return -_DECIDED
        if self._decides(view, slot.member, found, foes):
            return _DECIDED
        aimed = active(view, 1 - view["seat"])[target - 1 : target] if target else foes
        hit = [self._damage(slot.member, foe, found) for foe in aimed if foe]
        return max(hit, default=0.0) + bool(gimmick)

    def _damage(self, own: Tree, foe: Tree, move: Tree) -> float:
        fact = self._facts.move(move["id"])
        attack, defence = ("atk", "def") if fact["category"] == "Physical" else ("spa", "spd")
        same = 1.5 if fact["type"] in own["types"] else 1.0
        power = float(fact["power"]) * float(fact["hits"]) * float(fact["accuracy"]) * same
        return power * self._stat(own, attack) / self._stat(foe, defence) * self._factor(str(fact["type"]), foe)

    def _decides(self, view: Tree, own: Tree, move: Tree, foes: Sequence[Tree]) -> bool:
        """Whether a rule plays this move: hazards, their removal, or raising stats against foes that are no threat."""
        ours, theirs = view["sides"][view["seat"]], view["sides"][1 - view["seat"]]
        if move["id"] in _HAZARDS:
            return move["id"] not in theirs["conditions"] and theirs["left"] >= 3
        if move["id"] in _SPINS:
            return bool(ours["conditions"]) and ours["left"] >= 2
        fact = self._facts.move(move["id"])
        raised = (fact["boosts"] or {}) if fact["target"] == "self" else {}
        return (
            sum(raised.values()) >= 2
            and min(own["boosts"].get(stat, 0) for stat, by in raised.items() if by > 0) < 6
            and own["hp"] == 1.0
            and all(self._matchup(own, foe) > 0 for foe in foes)
        )

    # ---- gimmicks ----------------------------------------------------------------------------------------------------

    def _wants(self, view: Tree, own: Tree, move: Tree, foes: Sequence[Tree], gimmick: int) -> bool:
        if gimmick == 4:
            return any(self._gains_by_tera(own, foe, move) for foe in foes)
        return gimmick == 3 and self._grows(view, own, foes)

    def _gains_by_tera(self, own: Tree, foe: Tree, move: Tree) -> bool:
        """Whether what the move does by its type, and what the new type withstands, are more than even together."""
        offence = self._factor(str(self._facts.move(move["id"])["type"]), foe)
        now, then = (
            min(1 / (self._facts.factor(kind, types) or _IMMUNE) for kind in foe["types"])
            for types in (tuple(own["types"]), (str(own["tera_type"]),))
        )
        return offence * then / now > 1

    def _grows(self, view: Tree, own: Tree, foes: Sequence[Tree]) -> bool:
        """Dynamax: by the last one, the last unhurt one, or an unhurt one that stands well against an unhurt foe."""
        standing = _standing(view)
        unhurt = [each for each in standing if each["hp"] == 1.0]
        well = any(foe["hp"] == 1.0 and self._matchup(own, foe) > 0 for foe in foes)
        return len(standing) == 1 or (own["hp"] == 1.0 and (len(unhurt) == 1 or well))

    # ---- switches ----------------------------------------------------------------------------------------------------

    def switch(self, view: Tree, slot: int, place: int) -> float:
        """By matchup; of its own will only when there is a reason to leave every foe."""
        foes, leaves = _foes(view), active(view, view["seat"])[slot]
        worth = max((self._matchup(at_place(view, place), foe) for foe in foes), default=0.0)
        if view["phase"] == "switch" or leaves is None:
            return worth
        bench = [each for each in _standing(view) if each["slot"] is None]
        leaving = all(self._leaves(leaves, foe, bench) for foe in foes)
        return _DECIDED + worth if leaving else -_DECIDED

    def _leaves(self, own: Tree, foe: Tree, bench: Sequence[Tree]) -> bool:
        if not any(self._matchup(each, foe) > 0 for each in bench):
            return False
        main = "atk" if own["stats"]["atk"] >= own["stats"]["spa"] else "spa"
        ruined = any(own["boosts"].get(stat, 0) <= _RUINED for stat in ("def", "spd", main))
        return ruined or self._matchup(own, foe) < _UNBEARABLE

    # ---- estimates ---------------------------------------------------------------------------------------------------

    def _matchup(self, own: Tree, foe: Tree) -> float:
        """How well one stands against another: by types, who is faster, and how much HP they have left."""
        deals = max(self._factor(kind, foe) for kind in own["types"])
        takes = max(self._factor(kind, own) for kind in foe["types"])
        mine, theirs = (self._facts.kind(str(each["species"]))["stats"]["spe"] for each in (own, foe))
        faster = _FASTER * ((mine > theirs) - (mine < theirs))
        return deals - takes + float(faster) + _HEALTH * (float(own["hp"]) - float(foe["hp"]))

    def _factor(self, kind: str, defender: Tree) -> float:
        return float(self._facts.factor(kind, tuple(defender["types"])))

    def _stat(self, member: Tree, name: str) -> float:
        """By the species' base stat alone, and the stage."""
        base = self._facts.kind(str(member["species"]))["stats"][name]
        return float(2 * base + 36) * _STAGES[member["boosts"].get(name, 0)]


def _foes(view: Tree) -> list[Tree]:
    return [foe for foe in active(view, 1 - view["seat"]) if foe]


def _standing(view: Tree) -> list[Tree]:
    return [each for each in own_team(view) if each["brought"] and each["status"] != "fnt"]
