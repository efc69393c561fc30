"""Plays the move that takes most of what its target has left, by the Smogon calculator (npm @smogon/calc, MIT)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from arena.core.agent import Clock, Observation, SeatInfo
from arena.core.legal import Legal
from arena.core.values import VIEW, Action
from arena_pokemon_vgc.agents.estimates import Estimates, hits_all, hits_foes
from arena_pokemon_vgc.agents.scoring import ScoringAgent, Slot, Tree, active, move_of
from arena_pokemon_vgc.engine.simulator import Simulator
from arena_pokemon_vgc.facts import facts_of

_SWITCH: Final = -1.0
_TERRAIN: Final = "terrain"
_PICKED: Final = (
    "species",
    "level",
    "ability",
    "item",
    "boosts",
    "status",
    "terastallized",
    "tera_type",
    "hp",
    "stats",
)


class MaxDamage(ScoringAgent):
    """Mean damage alone, over all targets; damage to the ally counts against it. Asks the calculator once a turn."""

    def __init__(self, seat: SeatInfo, simulator: Simulator, format_id: str) -> None:
        super().__init__(seat)
        self._simulator, self._format = simulator, format_id
        self._estimates = Estimates(facts_of(simulator, format_id))
        self._damage: dict[tuple[str, str, str], float] = {}

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """A joint choice of the highest damage."""
        self._damage.clear()
        view: Any = observation.fields[VIEW]
        if view["phase"] == "move":
            self._calculate(view)
        return super().act(observation, legal, clock)

    def _calculate(self, view: Tree) -> None:
        own, foes = active(view, view["seat"]), active(view, 1 - view["seat"])
        pairs = [
            (one, move, other)
            for one in own
            if one is not None
            for move in one["moves"]
            if move["power"] or move["category"] != "Status"
            for other in (*foes, *(ally for ally in own if ally is not one))
            if other is not None
        ]
        cases = [self._case(view, *pair) for pair in pairs]
        found = self._simulator.ask({"do": "damage", "format": self._format, "cases": cases})
        for (one, move, other), damage in zip(pairs, found, strict=True):
            taken = damage if damage >= 0 else self._estimates.damage(one, other, move)
            self._damage[one["name"], move["id"], _name(other)] = min(taken, float(other["hp"]))

    def _case(self, view: Tree, one: Tree, move: Tree, other: Tree) -> Mapping[str, Any]:
        seat = view["seat"] if "place" in other else 1 - view["seat"]
        terrain = next((name for name in view["field"] if name.endswith(_TERRAIN)), "")
        return {
            "attacker": _picked(one),
            "defender": _picked(other),
            "move": move["id"],
            "weather": view["weather"],
            "terrain": terrain,
            "screens": list(view["sides"][seat]["conditions"]),
        }

    def move(self, view: Tree, slot: Slot, index: int, target: int, gimmick: int) -> float:
        """The sum over everybody it hits."""
        found = move_of(slot, index)
        if found is None:
            return 0.0
        foes, ally = active(view, 1 - view["seat"]), active(view, view["seat"])[1 - slot.number]
        if target < 0:
            return -self._taken(slot, found, [ally])
        hit = foes if hits_foes(found) or hits_all(found) or not target else [foes[target - 1]]
        score = self._taken(slot, found, hit)
        return score - (self._taken(slot, found, [ally]) if hits_all(found) else 0.0)

    def _taken(self, slot: Slot, move: Tree, hit: Sequence[Tree | None]) -> float:
        keys = [(slot.member["name"], move["id"], _name(each)) for each in hit if each is not None]
        return sum(self._damage.get(key, 0.0) for key in keys) * float(move["accuracy"])

    def switch(self, view: Tree, slot: int, place: int) -> float:
        """Below every move; who must switch does so at random."""
        return _SWITCH


def _name(member: Tree) -> str:
    """Both sides may have one of a species: only the own has a place."""
    return f"{member['name']}{'/own' if 'place' in member else ''}"


def _picked(member: Tree) -> Mapping[str, Any]:
    return {name: member[name] for name in _PICKED if name in member}
