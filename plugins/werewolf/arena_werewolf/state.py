"""The engine: leads one match through its cycle of phases and judges it after each."""

from collections.abc import Collection, Mapping, Sequence

from arena.core.errors import IllegalAction
from arena.core.game import Event, Outcome, State
from arena.core.legal import Legal
from arena.core.seed import Seed
from arena.core.values import Action, Fields, Seat, Value
from arena_werewolf.cycle import cycle
from arena_werewolf.deal import Deal
from arena_werewolf.metrics import score
from arena_werewolf.phase import Over, Phase
from arena_werewolf.rewards import Paymaster
from arena_werewolf.roles import TEAMS
from arena_werewolf.rules import Rules
from arena_werewolf.shot import Shot
from arena_werewolf.table import Table
from arena_werewolf.view import BUILDERS


class WerewolfState(State):
    """One match."""

    __slots__ = ("_cycle", "_outcome", "_paymaster", "_place", "phase", "table")

    def __init__(self, rules: Rules, seed: Seed, deal: Deal) -> None:
        self.table = Table(rules, seed, deal)
        self._cycle = cycle(rules)
        self._place = 0
        self.phase: Phase = self._cycle[0](self.table)
        self._outcome: Outcome | None = None
        self._paymaster = Paymaster()

    def to_move(self) -> Collection[Seat]:
        """Follows from what is public: all of the living, or one speaker, bidders or a voter whose turn is known."""
        return self.phase.asked

    def legal(self, seat: Seat) -> Legal:
        """A menu of ids, a speech, or a question."""
        return self.phase.legal(seat)

    def check(self, seat: Seat, action: Action) -> Action:
        """The id itself, or the cleaned speech."""
        if self.phase.asked and seat not in self.phase.asked:
            raise IllegalAction("RULES.md 3.1: you are not asked now; whoever is asked answers once")
        return self.phase.check(seat, action)

    def default_action(self, seat: Seat) -> Action:
        """Silence, no vote, or the last choice of the menu."""
        return self.phase.default(seat)

    def step(self, actions: Mapping[Seat, Action]) -> None:
        """Play one answer of each seat that is asked."""
        self.phase.play(actions)
        while not self.phase.asked and self._outcome is None:
            self._turn_over()
        self._paymaster.settle(self.table, self._outcome)

    def observe(self, viewer: Seat, want: Fields) -> Mapping[str, Value]:
        """The wanted ones of `view.FIELDS`."""
        return {name: build(self.table, self.phase, viewer) for name, build in BUILDERS.items() if name in want}

    def events(self, viewer: Seat, since: int) -> Sequence[Event]:
        """What the viewer may know, as RULES.md 5 lists it."""
        return self.table.log.seen_by(viewer)[since:]

    def outcome(self) -> Outcome | None:
        """The winners share rank 1; in a draw everybody does."""
        return self._outcome

    def rewards(self) -> Mapping[Seat, Mapping[str, float]]:
        """What the last step paid, for training (RULES.md 7.2)."""
        return self._paymaster.due

    def _turn_over(self) -> None:
        """From a phase that is over to the next one, or to the end (RULES.md 4); shots fall before it is judged."""
        self._place = (self._place + 1) % len(self._cycle)
        following = self._cycle[self._place]
        winner = None if following is Shot else self.table.winner()
        if winner is not None or (self._place == 0 and self.table.day >= self.table.rules.max_days):
            self._outcome = score(self.table, winner)
            self.table.log.add("end", {"winner": None if winner is None else TEAMS[winner]})
            self.phase = Over(self.table)
        else:
            self.phase = following(self.table)
