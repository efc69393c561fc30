"""Agents that give each slot's choices a score and play a joint choice with the highest sum; ties fall by the seed."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, Final, NamedTuple, TypeAlias, cast

from arena.core.agent import Agent, Clock, Observation, SeatInfo
from arena.core.legal import Choices, Legal
from arena.core.values import VIEW, Action
from arena_pokemon_vgc.choices import CODES, JOINT, is_switch, parts

Tree: TypeAlias = Mapping[str, Any]
"""As the field `view` has it."""

_TIE: Final = 1e-9


class Slot(NamedTuple):
    """One own slot: who stands there and what the request lets it do."""

    number: int
    member: Tree

    @property
    def moves(self) -> Sequence[Tree]:
        """The moves of the request, which a code's index counts."""
        moves: Sequence[Tree] = self.member["options"]["moves"]
        return moves


class ScoringAgent(Agent):
    """Scores slots apart and adds them up; `together` may change the sum."""

    wants = frozenset({VIEW})

    def __init__(self, seat: SeatInfo) -> None:
        super().__init__(seat)
        self.rng: Random = seat.rng()

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """A best joint choice by this agent's scores."""
        assert isinstance(legal, Choices)
        view = cast(Tree, observation.fields[VIEW])
        if legal.ids[0] >= JOINT:
            return self.preview(view, legal.ids)
        scores = self._slots(view, legal.ids)
        totals = [
            self.together(view, left, right) + scores[0][left] + scores[1][right] for left, right in _pairs(legal)
        ]
        best = max(totals) - _TIE
        return self.rng.choice([number for number, total in zip(legal.ids, totals, strict=True) if total >= best])

    def preview(self, view: Tree, ids: Sequence[int]) -> int:
        """Whom to bring; at random unless an agent knows better."""
        return self.rng.choice(ids)

    @abstractmethod
    def move(self, view: Tree, slot: Slot, index: int, target: int, gimmick: int) -> float:
        """The score of a move; `index`, `target` and `gimmick` are as `choices.parts` gives them."""

    def switch(self, view: Tree, slot: int, place: int) -> float:
        """The score of bringing in the member at this place."""
        return 0.0

    def together(self, view: Tree, left: int, right: int) -> float:
        """What two codes are worth beyond their own scores."""
        return 0.0

    def _slots(self, view: Tree, ids: Sequence[int]) -> tuple[dict[int, float], dict[int, float]]:
        """The score of each code that occurs, by slot."""
        codes = ({number // CODES for number in ids}, {number % CODES for number in ids})
        standing = {each["slot"]: each for each in own_team(view) if "options" in each}
        left, right = ({code: self._code(view, standing, slot, code) for code in codes[slot]} for slot in (0, 1))
        return left, right

    def _code(self, view: Tree, standing: Mapping[int, Tree], slot: int, code: int) -> float:
        if not code:
            return 0.0
        if is_switch(code):
            return self.switch(view, slot, code)
        return self.move(view, Slot(slot, standing[slot]), *parts(code))


def own_team(view: Tree) -> Sequence[Tree]:
    """The viewer's team."""
    team: Sequence[Tree] = view["sides"][view["seat"]]["team"]
    return team


def at_place(view: Tree, place: int) -> Tree:
    """The own member at this place of the request, from 1."""
    return next(each for each in own_team(view) if each.get("place") == place)


def active(view: Tree, seat: int) -> list[Tree | None]:
    """By slot, who of a side stands on the field."""
    found: list[Tree | None] = [None, None]
    for each in view["sides"][seat]["team"]:
        if each["slot"] is not None and each["status"] != "fnt":
            found[each["slot"]] = each
    return found


def move_of(slot: Slot, index: int) -> Tree | None:
    """What the view says of a move of the request; None for one outside the set, such as Struggle."""
    name = slot.moves[index]["id"]
    return next((move for move in slot.member["moves"] if move["id"] == name), None)


def _pairs(legal: Choices) -> list[tuple[int, int]]:
    return [divmod(number, CODES) for number in legal.ids]
