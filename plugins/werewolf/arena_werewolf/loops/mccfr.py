"""External-sampling Monte Carlo CFR with a table: for games that are small once they are abstracted.

Each iteration walks the game once for every seat: that seat tries all its actions, the others and chance are sampled
(Lanctot et al. 2009, "Monte Carlo Sampling for Regret Minimization in Extensive Games"). Regrets and strategies of
iteration t weigh t (Brown and Sandholm 2019, "Solving Imperfect-Information Games via Discounted Regret
Minimization", linear CFR).

For two seats and a zero sum the average strategy approaches an equilibrium. For more seats, or teams, CFR promises
only that no seat regrets its own choices in hindsight, against what the others did.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any, Generic, Protocol, Self, TypeAlias, TypeVar

from arena.core.values import Json, Seat

K = TypeVar("K", bound=Hashable)
K_co = TypeVar("K_co", bound=Hashable, covariant=True)


class Node(Protocol[K_co]):
    """A position of a game whose chance is already drawn: whatever is played, the same luck follows."""

    def to_move(self) -> Sequence[Seat]:
        """Who chooses now, all at once; nobody at the end."""

    def actions(self, seat: Seat) -> Sequence[int]:
        """What a seat of `to_move` may choose: the same in all nodes of one information set."""

    def infoset(self, seat: Seat) -> K_co:
        """Everything this seat knows, its own choices included: the same for two nodes that it cannot tell apart."""

    def play(self, chosen: Mapping[Seat, int]) -> Self:
        """The node after one choice of each seat of `to_move`; this one stays as it is."""

    def payoffs(self) -> Sequence[float]:
        """What each seat has earned at the end."""


Deal: TypeAlias = Callable[[Random], Node[K]]
"""Draws the chance of one play and gives its first node."""


@dataclass(slots=True)
class Entry:
    """What is known of one information set; lists run along `actions`."""

    actions: Sequence[int]
    regrets: list[float]
    played: list[float]
    weight: float = 0.0
    """Of all visits that regrets were counted in."""
    visits: int = 0

    def current(self) -> list[float]:
        """Regret matching: in proportion to the positive regrets, uniform without one."""
        positive = [max(regret, 0.0) for regret in self.regrets]
        return _normal(positive)

    def average(self) -> list[float]:
        """The strategy to keep: that of all iterations, uniform where it was never reached."""
        return _normal(self.played)

    def mean_regrets(self) -> list[float]:
        """What each action would have earned more than what was played, per visit, in units of the payoffs."""
        return [regret / self.weight for regret in self.regrets] if self.weight else [0.0] * len(self.regrets)

    def as_json(self) -> dict[str, Json]:
        """The arguments of another like it."""
        return {**asdict(self), "actions": list(self.actions)}


@dataclass(slots=True)
class Solver(Generic[K]):
    """Regrets and strategies by information set. `deal` starts a play, `rng` draws chance and the others' choices."""

    deal: Deal[K]
    seats: int
    rng: Random
    table: dict[K, Entry] = field(default_factory=dict)
    iterations: int = 0

    def iterate(self, times: int) -> None:
        """Walk the game `times` times for every seat."""
        for _ in range(times):
            self.iterations += 1
            for seat in map(Seat, range(self.seats)):
                self._walk(self.deal(self.rng), seat)
                self._average(self.deal(self.rng), seat)

    def strategy(self, infoset: K) -> Mapping[int, float] | None:
        """The average strategy of an information set; None where it was never met."""
        entry = self.table.get(infoset)
        return None if entry is None else dict(zip(entry.actions, entry.average(), strict=True))

    def mean_gap(self) -> float:
        """What the best action of an information set would have earned more, 0 where nothing; a mean over visits."""
        visits = sum(entry.visits for entry in self.table.values())
        gaps = (entry.visits * max(0.0, *entry.mean_regrets()) for entry in self.table.values())
        return sum(gaps) / max(visits, 1)

    def _walk(self, node: Node[K], walker: Seat) -> float:
        """What the walker earns from here on, its strategy against a sample of the others; its regrets are counted."""
        movers = node.to_move()
        if not movers:
            return node.payoffs()[walker]
        chosen = {seat: self._draw(node, seat) for seat in movers if seat != walker}
        if walker not in movers:
            return self._walk(node.play(chosen), walker)
        actions = node.actions(walker)
        if len(actions) == 1:
            return self._walk(node.play({**chosen, walker: actions[0]}), walker)
        entry = self._entry(node, walker, actions)
        shares = entry.current()
        following = [node.play({**chosen, walker: action}) for action in actions]
        values = [self._walk(each, walker) for each in following]
        value = sum(share * each for share, each in zip(shares, values, strict=True))
        for place, each in enumerate(values):
            entry.regrets[place] += self.iterations * (each - value)
        entry.weight += self.iterations
        entry.visits += 1
        return value

    def _average(self, node: Node[K], walker: Seat) -> None:
        """Add the walker's strategy to its average along one play in which the others choose uniformly.

        Their choices must not depend on what is learned: else, with more than two seats, an information set would weigh
        by how much the others wanted to go there, and not by the walker's own part in it alone.
        """
        while movers := node.to_move():
            chosen = {seat: self.rng.choice(node.actions(seat)) for seat in movers if seat != walker}
            if walker in movers:
                chosen[walker] = self._played(node, walker)
            node = node.play(chosen)

    def _played(self, node: Node[K], walker: Seat) -> int:
        actions = node.actions(walker)
        if len(actions) == 1:
            return actions[0]
        entry = self._entry(node, walker, actions)
        shares = entry.current()
        for place, share in enumerate(shares):
            entry.played[place] += self.iterations * share
        return self.rng.choices(actions, shares)[0]

    def _draw(self, node: Node[K], seat: Seat) -> int:
        actions = node.actions(seat)
        if len(actions) == 1:
            return actions[0]
        return self.rng.choices(actions, self._entry(node, seat, actions).current())[0]

    def _entry(self, node: Node[K], seat: Seat, actions: Sequence[int]) -> Entry:
        name = node.infoset(seat)
        entry = self.table.get(name)
        if entry is None:
            entry = self.table[name] = Entry(actions, [0.0] * len(actions), [0.0] * len(actions))
        return entry


def walk_size(deal: Deal[Any], seats: int, rng: Random, *, probes: int = 50) -> float:
    """About how many nodes one walk of one seat will see, from random plays (Knuth 1975, "Estimating the Efficiency of
    Backtrack Programs")."""
    total = 0.0
    for probe in range(probes):
        node, walker, width = deal(rng), Seat(probe % seats), 1.0
        while movers := node.to_move():
            total += width
            if walker in movers:
                width *= len(node.actions(walker))
            node = node.play({seat: rng.choice(node.actions(seat)) for seat in movers})
        total += width
    return total / probes


def _normal(weights: Sequence[float]) -> list[float]:
    total = sum(weights)
    return [weight / total for weight in weights] if total else [1 / len(weights)] * len(weights)
