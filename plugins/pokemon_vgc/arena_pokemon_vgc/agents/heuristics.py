"""Weighs expected damage, knock-outs, speed, protection and support by rules of thumb."""

from collections.abc import Mapping, Sequence
from typing import Final

from arena.core.agent import SeatInfo
from arena_pokemon_vgc.agents.estimates import SPREAD, Estimates, hits_all, hits_foes
from arena_pokemon_vgc.agents.scoring import ScoringAgent, Slot, Tree, active, at_place, move_of, own_team
from arena_pokemon_vgc.choices import JOINT, is_switch, parts, preview_order
from arena_pokemon_vgc.facts import Facts

_KNOCK_OUT: Final = 0.6
_FAKE_OUT: Final = 0.45
_ALLY: Final = 1.3
"""Damage to an ally counts more than damage to a foe."""
_SPEED: Final = 0.5
_SWITCH_COST: Final = 0.35
_GIMMICK: Final = 0.08
_PROTECTS: Final = frozenset(
    {"protect", "detect", "spikyshield", "kingsshield", "banefulbunker", "silktrap", "burningbulwark", "maxguard"}
)


class Heuristics(ScoringAgent):
    """One look ahead, slot by slot; both slots are kept from spending themselves on a foe that one of them takes."""

    def __init__(self, seat: SeatInfo, facts: Facts) -> None:
        super().__init__(seat)
        self._facts = facts
        self._estimates = Estimates(facts)

    def preview(self, view: Tree, ids: Sequence[int]) -> int:
        """The four that do best against the six of the foe, the quickest two of them in front."""
        team, foes = own_team(view), view["sides"][1 - view["seat"]]["team"]
        worth = {each["place"]: sum(self._matchup(each, foe) for foe in foes) for each in team}
        return max(ids, key=lambda number: _bring(number, worth, len(team)) + self.rng.random() * 1e-6)

    def _matchup(self, own: Tree, foe: Tree) -> float:
        deals = max((self._estimates.damage(own, foe, move) for move in own["moves"]), default=0.0)
        return min(deals, 1.2) - min(self._threat(foe, own), 1.2)

    def _threat(self, foe: Tree, own: Tree) -> float:
        """What a foe can do at most, by the moves that are known of it, else by its types."""
        known = [self._estimates.damage(foe, own, move) for move in foe["moves"]]
        if len(known) >= 4:
            return max(known)
        return max([*known, self._estimates.by_type(foe, own)])

    def move(self, view: Tree, slot: Slot, index: int, target: int, gimmick: int) -> float:
        """What it may do to foes, less what it does to the ally, or what its support is worth."""
        found = move_of(slot, index)
        if found is None:
            return 0.0
        score = self._attack(view, slot, found, target, gimmick) if found["power"] else self._support(view, slot, found)
        return score + (_GIMMICK if gimmick and found["power"] else -_GIMMICK * bool(gimmick))

    def _attack(self, view: Tree, slot: Slot, move: Tree, target: int, gimmick: int) -> float:
        foes, own = active(view, 1 - view["seat"]), active(view, view["seat"])
        ally = own[1 - slot.number]
        spread = hits_foes(move) or hits_all(move)
        if target < 0:
            return -_ALLY * self._share(slot.member, ally, move, 1.0, gimmick)
        hit = [foe for place, foe in enumerate(foes, 1) if foe and (spread or target in {0, place})]
        factor = SPREAD if spread and len([each for each in (*foes, ally) if each]) > 1 else 1.0
        if not spread and not target and hit:
            factor /= len(hit)
        score = sum(self._worth(slot.member, foe, move, factor, gimmick) for foe in hit)
        if hits_all(move) and ally is not None:
            score -= _ALLY * self._share(slot.member, ally, move, factor, gimmick)
        if move["id"] == "fakeout":
            return score + _FAKE_OUT if slot.member["fresh"] else -1.0
        return score - 1.0 if move["id"] == "firstimpression" and not slot.member["fresh"] else score

    def _share(self, own: Tree, foe: Tree | None, move: Tree, factor: float, gimmick: int) -> float:
        """The part of what a foe has left that this is expected to take, at most 1."""
        if foe is None:
            return 0.0
        damage = self._estimates.damage(own, foe, move, tera=gimmick == 4) * factor
        return min(damage / max(float(foe["hp"]), 0.01), 1.0) * float(move["accuracy"])

    def _worth(self, own: Tree, foe: Tree, move: Tree, factor: float, gimmick: int) -> float:
        if foe["item"] == "" and "protect" in foe["volatiles"]:
            return 0.0
        share = self._share(own, foe, move, factor, gimmick)
        full = share >= 0.95 * float(move["accuracy"])
        first = self._estimates.speed(own) > self._estimates.speed(foe) or move["priority"] > 0
        return share * (0.5 + 0.5 * float(foe["hp"])) + full * _KNOCK_OUT * (1.0 if first else 0.6)

    def _support(self, view: Tree, slot: Slot, move: Tree) -> float:
        own = view["sides"][view["seat"]]
        fact = self._facts.move(move["id"])
        match move["id"]:
            case name if name in _PROTECTS:
                return self._protect(view, slot)
            case "tailwind":
                return 0.0 if "tailwind" in own["conditions"] or "trickroom" in view["field"] else self._pace(view, 1)
            case "trickroom":
                return 0.0 if "trickroom" in view["field"] else self._pace(view, -1)
            case "followme" | "ragepowder":
                return 0.3 if active(view, view["seat"])[1 - slot.number] else 0.0
            case "reflect" | "lightscreen" | "auroraveil":
                return 0.0 if move["id"] in own["conditions"] else 0.35
        if fact["boosts"]:
            gained = sum(value for stat, value in fact["boosts"].items() if slot.member["boosts"].get(stat, 0) < 2)
            return 0.2 * gained * float(slot.member["hp"]) if float(slot.member["hp"]) > 0.7 else 0.0
        if fact["heals"]:
            return 0.5 * (1.0 - float(slot.member["hp"]))
        if fact["status"] and not any(foe and not foe["status"] for foe in active(view, 1 - view["seat"])):
            return 0.0
        return 0.3 if fact["status"] == "slp" else 0.15

    def _protect(self, view: Tree, slot: Slot) -> float:
        """Worth it once under fire, when it was not used the turn before."""
        if any(name in slot.member["volatiles"] for name in _PROTECTS):
            return 0.0
        foes = [foe for foe in active(view, 1 - view["seat"]) if foe]
        threat = sum(self._threat(foe, slot.member) for foe in foes)
        used = sum(move["used"] for move in slot.member["moves"] if move["id"] in _PROTECTS)
        return 0.25 / (1 + used) if threat > float(slot.member["hp"]) else 0.0

    def _pace(self, view: Tree, sign: int) -> float:
        """What it is worth that the own side becomes quicker, or that the slower moves first."""
        speed = self._estimates.speed
        own, foes = (active(view, seat) for seat in (view["seat"], 1 - view["seat"]))
        pairs = [(speed(one), speed(foe)) for one in own if one for foe in foes if foe]
        behind = sum(a < b for a, b in pairs) / max(len(pairs), 1)
        return _SPEED * behind + (0.1 if sign > 0 else 0.0)

    def switch(self, view: Tree, slot: int, place: int) -> float:
        """How much better the one that comes in stands; who must leave costs nothing."""
        foes = [foe for foe in active(view, 1 - view["seat"]) if foe]
        enters = at_place(view, place)
        value = sum(self._matchup(enters, foe) for foe in foes) / max(len(foes), 1)
        if view["phase"] == "switch":
            return value
        leaves = active(view, view["seat"])[slot]
        stays = sum(self._matchup(leaves, foe) for foe in foes) / max(len(foes), 1) if leaves else 0.0
        lowered = sum(min(value, 0) for value in leaves["boosts"].values()) if leaves else 0
        return 0.5 * (value - stays) - _SWITCH_COST - 0.1 * lowered

    def together(self, view: Tree, left: int, right: int) -> float:
        """Two single attacks at one foe that the first of them takes out are one too many."""
        if left < 7 or right < 7:
            return -0.2 if is_switch(left) and is_switch(right) and view["phase"] == "move" else 0.0
        one, other = parts(left), parts(right)
        return -0.15 if one[1] == other[1] > 0 else 0.0


def _bring(number: int, worth: Mapping[int, float], size: int) -> float:
    order = preview_order(number - JOINT, size, 4)
    return sum(worth[place] for place in order) + 0.1 * sum(worth[place] for place in order[:2])
