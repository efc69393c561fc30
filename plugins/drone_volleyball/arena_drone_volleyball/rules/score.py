"""A match: rallies with alternating serve to a point target (RULES.md 3)."""

from dataclasses import dataclass, field

from arena_drone_volleyball.rules.rally import Verdict


@dataclass(slots=True)
class Score:
    """Points of both sides. Whoever has `target` of them and two more than the other wins; after `limit` rallies
    whoever has more."""

    target: int
    limit: int
    points: list[int] = field(default_factory=lambda: [0, 0])
    rallies: int = 0

    @property
    def server(self) -> int:
        """The side that serves in the rally at hand."""
        return self.rallies % 2

    @property
    def over(self) -> bool:
        """Whether the match has ended."""
        lead = abs(self.points[0] - self.points[1])
        return self.rallies >= self.limit or (max(self.points) >= self.target and lead >= min(2, self.target))

    def note(self, verdict: Verdict) -> None:
        """Count a rally that has ended."""
        self.rallies += 1
        if verdict.winner is not None:
            self.points[verdict.winner] += 1
