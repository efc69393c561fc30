"""The turns of a match as everybody knows them: whose is next, which are last, and what a late deal is worth."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """RULES.md 1, 3.6, 11.4 and 11.5. `proposals` is how many offers a seat may make in all, 0 for any number."""

    seats: int
    quota: int
    turns: int
    proposals: int = 0
    final: bool = False
    discount: float = 1.0
    hidden_deadline: bool = False

    @property
    def sure_turns(self) -> int:
        """Turns that are certain to come."""
        return (self.turns + 1) // 2 if self.hidden_deadline else self.turns

    def time(self, turn: int) -> float:
        """0 in the first turn of the match, 1 in the last in which its mover may make an offer: Faratin's t / t_max.

        With a hidden deadline, 1 comes when the table may close; whoever has a single offer makes it at half-time.
        """
        seat = turn % self.seats
        last = self.sure_turns - self.quota
        last -= (last - seat) % self.seats
        if self.proposals:
            last = min(last, seat + (self.proposals - 1) * self.seats)
        return min(1.0, turn / last) if last >= self.seats else 0.5

    def may_propose(self, turn: int) -> bool:
        """Whether its mover may make an offer then, if it made one in each of its turns before."""
        return turn + self.quota <= self.turns and not 0 < self.proposals <= turn // self.seats

    def is_last(self, turn: int) -> bool:
        """Whether nothing better than an open offer can be counted on after this turn of its mover."""
        return turn + self.seats >= self.sure_turns or (self.final and not self.may_propose(turn))

    def worth(self, turn: int) -> float:
        """What a deal in this turn can be expected to keep of its worth: the discount, and the odds that it comes to
        this turn at all."""
        return float(self.discount ** (turn // self.seats)) * self._odds(turn)

    def _odds(self, turn: int) -> float:
        """The table closes after a number of turns that is uniform from `sure_turns` to all."""
        if turn < self.sure_turns:
            return 1.0
        return (self.turns - turn) / (self.turns - self.sure_turns + 1)
