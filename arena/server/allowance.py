"""How much a session may have kept: a bucket that holds what may come in a minute, and fills as fast as that."""

from dataclasses import dataclass

_MINUTE = 60.0


@dataclass(slots=True)
class Allowance:
    """`per_minute` at once, and then no more than that in any minute; times are seconds of one clock."""

    per_minute: float
    left: float
    since: float = 0.0

    @classmethod
    def full(cls, per_minute: float) -> "Allowance":
        """One that nothing was taken from yet."""
        return cls(per_minute, per_minute)

    def take(self, amount: float, now: float) -> bool:
        """Whether there was room for so much, which then is taken."""
        self.left = min(self.per_minute, self.left + (now - self.since) * self.per_minute / _MINUTE)
        self.since = now
        if amount > self.left:
            return False
        self.left -= amount
        return True
