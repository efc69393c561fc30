"""Rewards for training, apart from the outcome (RULES.md 7.2).

The channel `lspo` holds the shaping of LSPO (arXiv 2502.04686): 300 for a win and -300 for a loss, 5 for each round
survived, for the village 20 for a vote that hits a werewolf and -20 for one that does not, and -10 for being voted out.
A draw pays nothing (ours). The channel `conduct` takes 1 for each speech that the strict league withholds (ours).
"""

from dataclasses import dataclass
from typing import Final

from arena.core.game import Outcome
from arena.core.values import Seat
from arena_werewolf.roles import Team
from arena_werewolf.table import Round, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Shaping:
    """What is paid for what; the defaults are LSPO's."""

    win: float = 300.0
    """Its negative is paid for a loss."""
    survive: float = 5.0
    vote: float = 20.0
    """To the village, for a vote that hits a werewolf; its negative for one that does not."""
    out: float = -10.0


LSPO: Final = Shaping()

Rewards = dict[Seat, dict[str, float]]


class Paymaster:
    """Knows what was paid, and pays the rest after each step."""

    __slots__ = ("_charged", "_rounds", "_shaping", "due")

    def __init__(self, shaping: Shaping = LSPO) -> None:
        self._shaping = shaping
        self._rounds = 0
        self._charged: dict[Seat, int] = {}
        self.due: Rewards = {}
        """By seat and channel, for the last step."""

    def settle(self, table: Table, outcome: Outcome | None) -> None:
        """Look what the last step earned."""
        self.due = {}
        if table.rules.league == "strict" and table.spoofs != self._charged:
            for seat, count in table.spoofs.items():
                self._pay(seat, "conduct", float(self._charged.get(seat, 0) - count))
            self._charged = dict(table.spoofs)
        if table.rules.shaping:
            self.shape(table, outcome)

    def shape(self, table: Table, outcome: Outcome | None) -> None:
        """Pay what is not yet paid of the channel `lspo`, as `settle` does where the option `shaping` is on."""
        while self._rounds < len(table.rounds) and table.rounds[self._rounds].done:
            self._pay_round(table, table.rounds[self._rounds])
            self._rounds += 1
        if outcome is not None and any(entry.rank > 1 for entry in outcome):
            win = self._shaping.win
            for seat in table.seats:
                self._pay(seat, "lspo", win if outcome[seat].rank == 1 else -win)

    def _pay_round(self, table: Table, played: Round) -> None:
        vote = self._shaping.vote
        for seat, choice in played.votes.items():
            if table.deal[seat].team is Team.VILLAGE and choice != table.rules.nothing:
                self._pay(seat, "lspo", vote if table.deal[choice].team is Team.WEREWOLF else -vote)
        for seat in played.votes:
            self._pay(seat, "lspo", self._shaping.out if seat == played.exiled else self._shaping.survive)

    def _pay(self, seat: Seat, channel: str, amount: float) -> None:
        if amount:
            channels = self.due.setdefault(seat, {})
            channels[channel] = channels.get(channel, 0.0) + amount
