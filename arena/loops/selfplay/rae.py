"""Role-conditioned advantage estimation: a baseline for each game and role, so that a role's luck is not its merit.

SPIRAL, arXiv 2506.24119, section 3.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class RoleBaselines:
    """The mean return of each role of one game, exponentially decayed, 0 at first; a resumed run goes on from `kept`.

    With a `decay` of 1 the baselines stay 0, and the advantage is the return itself.
    """

    decay: float = 0.95
    kept: dict[str, float] = field(default_factory=dict)

    def advantages(self, roles: Sequence[str], returns: Sequence[float]) -> list[float]:
        """A = R - b of each seat of one match, with the baselines as they stood before it; then they follow."""
        advantages = [value - self.kept.get(role, 0.0) for role, value in zip(roles, returns, strict=True)]
        for role, value in zip(roles, returns, strict=True):
            self.kept[role] = self.decay * self.kept.get(role, 0.0) + (1 - self.decay) * value
        return advantages


def discounted(advantage: float, turns: int, gamma: float) -> list[float]:
    """The advantage of each of a seat's turns, gamma^(turns left): the last one has all of it."""
    return [advantage * gamma ** (turns - 1 - turn) for turn in range(turns)]
