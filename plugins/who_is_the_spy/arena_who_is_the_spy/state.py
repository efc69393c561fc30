"""A match as the arena knows it: clues in order, then one vote."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Final, cast

import numpy as np

from arena.core.errors import IllegalAction, MalformedAction, MatchOver
from arena.core.game import Event, Outcome, State
from arena.core.legal import Choices, FreeText, Legal
from arena.core.seed import Seed
from arena.core.speech import spoofs
from arena.core.values import OMNISCIENT, Action, Fields, Json, Seat, Value
from arena_who_is_the_spy.clue import canonical_clue, gist, no_clue
from arena_who_is_the_spy.deal import TEAMS, Deal
from arena_who_is_the_spy.heard import Clue
from arena_who_is_the_spy.outcome import judge
from arena_who_is_the_spy.rewards import CHANNELS
from arena_who_is_the_spy.rules import Rules
from arena_who_is_the_spy.secret import Secret, Theme
from arena_who_is_the_spy.view import build

NOBODY: Final = "N/A"


class SpyState(State):
    """One match. Who is asked for what follows from public knowledge alone."""

    __slots__ = ("_gists", "_outcome", "_public", "_seed", "accused", "clues", "deal", "rules", "theme", "votes")

    def __init__(self, rules: Rules, theme: Theme, seed: Seed, deal: Deal) -> None:
        self.rules, self.theme, self.deal = rules, theme, deal
        self.clues: list[Clue] = []
        self.votes: Mapping[Seat, Seat | None] = {}
        self.accused: Seat | None = None
        self._seed = seed
        self._gists: set[str] = set()
        self._outcome: Outcome | None = None
        self._public: list[tuple[str, Mapping[str, Json], Seat | None]] = [
            ("table", {"names": deal.names, "order": deal.order, "spies": rules.spies, "rounds": rules.rounds}, None)
        ]

    @property
    def phase(self) -> str:
        """`clues`, `vote` or `over`."""
        if self._outcome is not None:
            return "over"
        return "clues" if len(self.clues) < self.rules.clues else "vote"

    def to_move(self) -> Collection[Seat]:
        """The next speaker, or everybody at the vote."""
        match self.phase:
            case "clues":
                return (self.deal.order[len(self.clues) % self.rules.seats],)
            case "vote":
                return self.deal.order
            case _:
                return ()

    def legal(self, seat: Seat) -> Legal:
        """A clue, or a menu of players with N/A last."""
        match self.phase:
            case "clues":
                return FreeText(self.rules.speech_chars, "your clue, one new sentence")
            case "vote":
                return Choices(self._menu(seat), partial(_label, (*self.deal.names, NOBODY)))
            case _:
                raise MatchOver("the match has ended")

    def check(self, seat: Seat, action: Action) -> Action:
        """The cleaned clue, or the id itself."""
        if (asked := self.to_move()) and seat not in asked:
            raise IllegalAction("RULES.md 3: it is not your turn; each player gives one clue a round")
        match self.phase:
            case "clues":
                return canonical_clue(action, self.rules.speech_chars, self._gists, self.deal.secret(seat))
            case "vote":
                return self._check_vote(seat, action)
            case _:
                raise MatchOver("the match has ended")

    def default_action(self, seat: Seat) -> Action:
        """No clue; N/A, or where that may not be the last player of the menu."""
        return no_clue(self._gists) if self.phase == "clues" else self._menu(seat)[-1]

    def step(self, actions: Mapping[Seat, Action]) -> None:
        """One clue, or all votes."""
        if self.phase == "clues":
            ((seat, text),) = actions.items()
            self._hear(seat, cast(str, text))
        else:
            self._count({seat: cast(int, actions[seat]) for seat in sorted(actions)})

    def observe(self, viewer: Seat, want: Fields) -> Mapping[str, Value]:
        """The wanted ones of `Game.spec.fields`."""
        legal = self.legal(viewer) if viewer in self.to_move() else None
        views = build(self.card(viewer), self._secrets(viewer), self.events(viewer, 0), self.deal.names, legal, want)
        return {**views, **self.theme.show(self._secrets(viewer), want)}

    def events(self, viewer: Seat, since: int) -> Sequence[Event]:
        """A seat's own card first, then what everybody hears; the all-knowing viewer has all cards first."""
        told = [*self._cards(viewer), *self._public]
        return [Event(n, kind, data, sender) for n, (kind, data, sender) in enumerate(told)][since:]

    def outcome(self) -> Outcome | None:
        """As RULES.md 5 says."""
        return self._outcome

    def rewards(self) -> Mapping[Seat, Mapping[str, float]]:
        """`conduct` for a clue that was withheld; everything else when the votes have been counted."""
        if self._outcome is not None:
            spies = self.deal.spies
            return {s: {name: pay(s, self.votes, spies) for name, pay in CHANNELS.items()} for s in self.votes}
        if self.clues and self.clues[-1].withheld:
            return {self.clues[-1].seat: {"conduct": -1.0}}
        return {}

    def card(self, viewer: Seat) -> dict[str, Json]:
        """The public standing, and what a seat was told of itself."""
        own = self.deal.identity(viewer, self.rules) if viewer >= 0 else {}
        given = min(len(self.clues), self.rules.clues - 1)
        return {**own, "phase": self.phase, "round": 1 + given // self.rules.seats, "rounds": self.rules.rounds}

    def _secrets(self, viewer: Seat) -> Sequence[Secret]:
        """What the viewer may see: its own, both for who knows all or once the match is over, else none."""
        if viewer >= 0:
            return (self.deal.secret(viewer),)
        return (self.deal.civilian, self.deal.spy) if viewer == OMNISCIENT or self._outcome is not None else ()

    def _cards(self, viewer: Seat) -> list[tuple[str, Mapping[str, Json], Seat | None]]:
        if viewer >= 0:
            return [("card", self.deal.identity(viewer, self.rules), None)]
        return [("reveal", self._revealed(), None)] if viewer == OMNISCIENT else []

    def _revealed(self) -> Mapping[str, Json]:
        deal = self.deal
        return {
            "spies": sorted(deal.spies),
            "civilian_secret": deal.civilian.revealed(),
            "spy_secret": deal.spy.revealed(),
        }

    def _menu(self, seat: Seat) -> list[int]:
        own = self.rules.self_vote
        seats = [other for other in range(self.rules.seats) if own or other != seat]
        return [*seats, self.rules.nothing] if self.rules.abstain else seats

    def _check_vote(self, seat: Seat, action: Action) -> int:
        if isinstance(action, bool) or not isinstance(action, (int, np.integer)):
            raise MalformedAction("RULES.md 4.1: answer with one of the listed action ids, a whole number")
        if action not in self._menu(seat):
            choices = ", ".join(f"{i} ({_label((*self.deal.names, NOBODY), i)})" for i in self._menu(seat))
            own = "nobody votes for itself; " if action == seat else ""
            raise IllegalAction(f"RULES.md 4.1: {own}choose one of {choices}")
        return int(action)

    def _hear(self, seat: Seat, text: str) -> None:
        forged = spoofs(text)
        clue = Clue(seat, text, forged, bool(forged) and self.rules.league == "strict")
        self.clues.append(clue)
        self._gists.add(gist(text))
        self._public.append(("clue", clue.heard(), seat))

    def _count(self, chosen: Mapping[Seat, int]) -> None:
        nothing = self.rules.nothing
        self.votes = {seat: None if vote == nothing else Seat(vote) for seat, vote in chosen.items()}
        tally = Counter(vote for vote in self.votes.values() if vote is not None)
        most = max(tally.values(), default=0)
        leaders = sorted(seat for seat, count in tally.items() if count == most)
        drawn = self.rules.tie == "random" and len(leaders) > 1
        self.accused = self._seed.stream("tie").choice(leaders) if drawn else leaders[0] if len(leaders) == 1 else None
        self._outcome = judge(self.rules, self.deal, self.clues, self.votes, self.accused)
        winner = TEAMS[self.accused in self.deal.spies]
        self._public += [
            ("votes", {"votes": [[seat, vote] for seat, vote in self.votes.items()]}, None),
            ("end", {"accused": self.accused, "tied": leaders if len(leaders) > 1 else [], "winner": winner}, None),
            ("reveal", self._revealed(), None),
        ]


def _label(names: Sequence[str], choice: int) -> str:
    return names[choice]
