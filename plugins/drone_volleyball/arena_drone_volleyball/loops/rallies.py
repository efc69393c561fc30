"""1v1 as a course: a strategy orders frozen skills on the near half, somebody else has the far one."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from arena_drone_volleyball.agents.menu import CHOICES
from arena_drone_volleyball.agents.network import Floats
from arena_drone_volleyball.agents.strategy import SCRIPTED, Strategy, hands
from arena_drone_volleyball.batch.arrays import Flags
from arena_drone_volleyball.batch.vector import Volleyball
from arena_drone_volleyball.loops.course import Course, Played, Tally
from arena_drone_volleyball.loops.heads import Choice
from arena_drone_volleyball.loops.orders import ROW, SCRIPTED_ROWS, chosen, situations
from arena_drone_volleyball.rules.rally import WIN_REWARD

Opponent = Strategy | None
"""Who has the far half: a strategy, or the scripted agent."""
NEAR: Final = 0
FAR: Final = 1
_CERTAIN: Final = np.zeros(0, np.float32)


class RallyCourse(Course):
    """`courts` rallies at a time; a rally won pays 1, a rally lost costs 1, and nothing else counts.

    Orders (courts, 2, 5) hold until they are due again, (courts, 2); in whose hands each is, `hands` (courts, 2) say.
    The near strategy's own are `known`, as `agents.strategy` has them.
    """

    def __init__(self, courts: int, level: str = "skill", known: NDArray[np.int8] | None = None) -> None:
        super().__init__(Volleyball("1v1", courts, level=level))
        self.head = Choice()
        self.lanes, self.seen = courts, self.volley.observation_shape[0]
        self._known = hands(()) if known is None else known
        self._rules: Any = self.volley.rules
        self._opponents: Sequence[Opponent] = (None,)

    def face(self, opponents: Sequence[Opponent]) -> None:
        """Share the courts among these opponents, from the next deal on."""
        self._opponents = opponents

    def _begin(self, seed: int) -> None:
        self._observations, infos = self.volley.reset(seed)
        self._anew = np.zeros(self.lanes, np.bool_)
        self._orders = np.zeros((self.lanes, 2, ROW), np.float32)
        self._hands = np.full((self.lanes, 2), SCRIPTED, np.int8)
        self._facing = self._shared()
        self._due = self._asked(infos["decide"], ~self._anew)

    def _shared(self) -> list[tuple[Opponent, NDArray[np.intp]]]:
        """Each opponent once, with all its courts."""
        parts = np.array_split(np.arange(self.lanes), len(self._opponents))
        distinct = {id(each): each for each in self._opponents}
        return [
            (one, np.concatenate([part for other, part in zip(self._opponents, parts, strict=True) if other is one]))
            for one in distinct.values()
        ]

    def _views(self) -> Floats:
        return self._observations[:, NEAR]

    def _hears(self) -> Flags:
        return self._due[:, NEAR]

    def _play(self, actions: Floats) -> Played:
        rows = np.flatnonzero(self._due[:, NEAR])
        self._order(NEAR, rows, actions[rows, 0], self._known)
        for opponent, share in self._facing:
            self._answer(opponent, share[self._due[share, FAR]])
        self._observations, rewards, ended, late, infos = self.volley.step(self._moves())
        paid = np.trunc(rewards[:, NEAR] / WIN_REWARD)
        began, self._anew = self._anew, ended | late
        self._due = self._asked(infos["decide"], began)
        self._count(paid)
        return Played(paid, self._anew, self._anew)

    def _asked(self, decide: Flags, began: Flags) -> Flags:
        """(courts, 2): where orders are due now, when this is what the batch says, and these courts have begun."""
        return np.repeat((decide & ~self._anew)[:, None], 2, axis=1)

    def _moves(self) -> Floats:
        """Actions for the batch."""
        return self._orders

    def _answer(self, opponent: Opponent, rows: NDArray[np.intp]) -> None:
        if opponent is None:
            self._orders[rows, FAR] = SCRIPTED_ROWS[situations(self._observations[rows, FAR])]
            self._hands[rows, FAR] = SCRIPTED
        else:
            drawn, _ = self.head.draw(opponent.network(self._observations[rows, FAR]), _CERTAIN, self.rng)
            self._order(FAR, rows, drawn[:, 0], opponent.hands)

    def _order(self, seat: int, rows: NDArray[np.intp], choices: Floats, hands: NDArray[np.int8]) -> None:
        seen = self._observations[rows, seat]
        self._orders[rows, seat] = chosen(seen, choices)
        self._hands[rows, seat] = hands[situations(seen), choices.astype(np.intp) // CHOICES]

    def _count(self, paid: Floats) -> None:
        over = self._anew
        if over.any():
            steps = int(self._rules.steps[over].sum())
            self.tally += Tally(int(over.sum()), float((0.5 + 0.5 * paid[over]).sum()), steps)
