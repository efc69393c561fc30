"""Agents that play a policy: they read the text that any seat is given, and draw from the policy's row for it."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from random import Random
from typing import Final, NamedTuple, TypeAlias

from arena.core.agent import Agent, Clock, Observation, SeatInfo
from arena.core.legal import Legal
from arena.core.values import TEXT, Action, Config, Json
from arena_openspiel.catalogue import find, make
from arena_openspiel.policies import Policy

PREFIX: Final = "openspiel:"


class Row(NamedTuple):
    """What to draw from: actions, and their probabilities summed up."""

    actions: Sequence[int]
    summed: Sequence[float]


Rows: TypeAlias = Mapping[str, Row]
"""By the text that a seat reads."""


class PolicyAgent(Agent):
    """One seat's play by a table. Its draws follow from its own seed."""

    wants = frozenset({TEXT})

    def __init__(self, seat: SeatInfo, rows: Rows) -> None:
        super().__init__(seat)
        self._rows = rows
        self._rng: Random | None = None

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Action:
        """An action drawn with the policy's probabilities."""
        actions, summed = self._rows[observation.text]
        if len(actions) == 1:
            return actions[0]
        self._rng = self._rng or self.seat.rng()
        return self._rng.choices(actions, cum_weights=summed)[0]


class PolicyAgents:
    """Seats agents of one policy. Tables are made once per game and process, when its first seat is taken."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._rows: dict[str, Rows] = {}

    def __call__(self, seat: SeatInfo) -> PolicyAgent:
        """An agent for this seat.

        Raises:
            GameUnavailable, UnknownGame: the policy is not for this game.
        """
        if seat.game not in self._rows:
            self._rows[seat.game] = self._tabulated(seat.game.partition("?")[0], seat.config)
        return PolicyAgent(seat, self._rows[seat.game])

    def entry(self, game: str, config: Config) -> Json:
        """These agents bring nothing to a match; asked for it, they say in time which games they cannot play.

        Raises:
            GameUnavailable, UnknownGame: the policy is not for this game, and why.
        """
        self._policy.fit(make(find(game), config))
        return None

    def _tabulated(self, game: str, config: Config) -> Rows:
        information, table = self._policy.table(make(find(game), config))
        return {seen.text: _row(table[key]) for key, seen in information.found.items()}


def _row(row: Sequence[tuple[int, float]]) -> Row:
    played = [(action, probability) for action, probability in row if probability > 0.0]
    return Row([action for action, _ in played], list(accumulate(probability for _, probability in played)))
