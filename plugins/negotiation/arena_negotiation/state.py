"""One negotiation: the table, what was said at it, and what came of it. Everything but private values is public."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final, cast

from arena.core.errors import IllegalAction
from arena.core.game import Event, Outcome, SeatOutcome, State
from arena.core.legal import Schema
from arena.core.values import OMNISCIENT, TENSOR, TEXT, VIEW, Action, Fields, Json, Seat, Value
from arena_negotiation.actions import Grammar, named_offer
from arena_negotiation.protocol import Act, Table
from arena_negotiation.scenario import Scenario, Variant
from arena_negotiation.scores import measure, ranks, shares
from arena_negotiation.view import Happening, Window

_DEFAULT: Final[Mapping[str, Json]] = {"act": Act.REJECT.value}


class Negotiation(State):
    """The state of one match; the variant's protocol decides what its table allows."""

    __slots__ = ("_grammar", "_log", "_outcome", "_scenario", "_table", "_variant")

    def __init__(self, variant: Variant, scenario: Scenario) -> None:
        self._variant, self._scenario = variant, scenario
        self._grammar = Grammar(scenario.domain, variant.protocol, variant.max_chars)
        self._table = Table()
        self._log: list[Happening] = []
        self._outcome: Outcome | None = None
        for seat, outcome in scenario.openings:
            offer = self._table.put(seat, outcome)
            self._note("opening", seat, {"id": offer.id, "offer": scenario.domain.show(seat, outcome)})

    def to_move(self) -> Collection[Seat]:
        """The seat whose turn it is."""
        mover = self._variant.protocol.mover(self._table)
        return () if mover is None else (mover,)

    def legal(self, seat: Seat) -> Schema:
        """One form for each act that the seat may do now."""
        return self._grammar.legal(self._table, seat)

    def check(self, seat: Seat, action: Action) -> Action:
        """The canonical form: a dictionary of act, argument and message.

        Raises:
            MalformedAction, IllegalAction: as `Grammar.check` says.
        """
        if seat not in self.to_move():
            raise IllegalAction("RULES.md 1.2: it is not your turn")
        return self._grammar.check(self._table, seat, action)

    def step(self, actions: Mapping[Seat, Action]) -> None:
        """Carry out the checked action of the one seat to move."""
        ((seat, checked),) = actions.items()
        action = cast(Mapping[str, Json], checked)
        act, said = Act(str(action["act"])), {key: action[key] for key in ("message",) if key in action}
        self._note(act, seat, {**self._carry_out(seat, act, action), **said})
        if self._table.ended:
            self._note("end", None, {"reason": self._table.ended})

    def default_action(self, seat: Seat) -> Action:
        """Reject, and say nothing."""
        return dict(_DEFAULT)

    def observe(self, viewer: Seat, want: Fields) -> Mapping[str, Value]:
        """Fields `text`, `view` and `tensor`."""
        window = Window(self._variant, self._scenario, self._table, self._log, viewer)
        makers: dict[str, Callable[[], Value]] = {TEXT: window.text, VIEW: window.view, TENSOR: window.tensor}
        return {name: make() for name, make in makers.items() if name in want}

    def events(self, viewer: Seat, since: int) -> Sequence[Event]:
        """Number 0 is the viewer's own values, for those who know any; then all that happened at the table."""
        dealt = self._dealt(viewer)
        happened = [*dealt, *self._log][since:] if since < len(dealt) else self._log[since - len(dealt) :]
        return [Event(since + n, h.kind, h.data, h.by) for n, h in enumerate(happened)]

    def rewards(self) -> Mapping[Seat, Mapping[str, float]]:
        """The surplus, once the match is over."""
        outcome = self.outcome()
        return {} if outcome is None else {Seat(n): {"surplus": s.score} for n, s in enumerate(outcome)}

    def outcome(self) -> Outcome | None:
        """Ranked by surplus; equal surpluses tie."""
        if self._outcome is None and self._table.ended:
            self._outcome = self._judge()
        return self._outcome

    def _carry_out(self, seat: Seat, act: Act, action: Mapping[str, Json]) -> dict[str, Json]:
        protocol, table, domain = self._variant.protocol, self._table, self._scenario.domain
        match act:
            case Act.PROPOSE:
                offer = protocol.propose(table, seat, domain.parse(seat, action["offer"]))
                return {"id": offer.id, "offer": action["offer"]}
            case Act.ACCEPT:
                offer = named_offer(table, seat, action["offer_id"])
                protocol.accept(table, seat, offer)
                return {"id": offer.id}
            case Act.REJECT:
                protocol.reject(table, seat)
            case Act.WALK:
                protocol.walk(table)
        return {}

    def _note(self, kind: str, by: Seat | None, data: Mapping[str, Json]) -> None:
        self._log.append(Happening(str(kind), by, data))

    def _dealt(self, viewer: Seat) -> list[Happening]:
        private = self._scenario.private
        if viewer == OMNISCIENT:
            return [Happening("dealt", None, {"to": seat, **own}) for seat, own in enumerate(private)]
        return [] if viewer < 0 else [Happening("dealt", None, private[viewer])]

    def _judge(self) -> Outcome:
        deal = None if self._table.deal is None else self._table.deal.outcome
        seats = range(self._variant.protocol.seats)
        point = tuple(self._scenario.surplus(Seat(seat), deal) for seat in seats)
        common = {**measure(self._scenario, point, deal is not None), "turns": float(self._table.turn)}
        if deal is not None:
            common |= self._variant.metrics(deal)
        return [
            SeatOutcome(rank, score, role, metrics={**common, "share": share, "irrational": float(score < 0.0)})
            for rank, score, role, share in zip(ranks(point), point, self._variant.roles, shares(point), strict=True)
        ]
