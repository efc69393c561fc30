"""One negotiation: the table, what was said at it, and what came of it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final, cast

from arena.core.errors import IllegalAction
from arena.core.game import Event, Outcome, SeatOutcome, State
from arena.core.legal import Schema
from arena.core.values import OMNISCIENT, SPECTATOR, TENSOR, TEXT, VIEW, Action, Fields, Json, Seat, Value
from arena_negotiation.actions import Grammar, named_offer
from arena_negotiation.protocol import Act
from arena_negotiation.scenario import Scenario, Variant
from arena_negotiation.scores import measure, ranks, secured, shares
from arena_negotiation.speech import Spoken
from arena_negotiation.view import Happening, Window

_DEFAULT: Final[Mapping[str, Json]] = {"act": Act.REJECT.value}


class Negotiation(State):
    """The state of one match; the variant's protocol decides what its table allows."""

    __slots__ = ("_grammar", "_log", "_outcome", "_scenario", "_spoken", "_table", "_variant")

    def __init__(self, variant: Variant, scenario: Scenario) -> None:
        self._variant, self._scenario = variant, scenario
        self._grammar = Grammar(scenario.domain, variant.protocol, variant.manners.max_chars)
        self._table = variant.protocol.lay(scenario.turns)
        self._spoken = [Spoken() for _ in range(variant.protocol.seats)]
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
        act = Act(str(action["act"]))
        said = self._hear(seat, act, str(action["message"])) if "message" in action else {}
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
        """A seat's own values first, then all that happened at the table; spectators learn all values at the end."""
        dealt = self._dealt(viewer)
        happened = [*dealt, *self._log][since:] if since < len(dealt) else self._log[since - len(dealt) :]
        if viewer == SPECTATOR and self._table.ended:
            happened = [*self._log, *self._revealed("revealed")][since:]
        return [Event(since + n, h.kind, h.data, h.by) for n, h in enumerate(happened)]

    def rewards(self) -> Mapping[Seat, Mapping[str, float]]:
        """Once the match is over: the surplus, and in the strict league `conduct`, which takes 1 a withheld message."""
        outcome = self.outcome()
        return {} if outcome is None else {Seat(n): _paid(seat) for n, seat in enumerate(outcome)}

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
                protocol.walk(table, seat)
        return {}

    def _hear(self, seat: Seat, act: Act, message: str) -> dict[str, Json]:
        heard = self._spoken[seat].hear(message, act, self._variant.manners, self._variant.issues)
        return {"message": message} if heard else {"withheld": True}

    def _note(self, kind: str, by: Seat | None, data: Mapping[str, Json]) -> None:
        self._log.append(Happening(str(kind), by, data))

    def _dealt(self, viewer: Seat) -> list[Happening]:
        if viewer == OMNISCIENT:
            return self._revealed("dealt")
        return [] if viewer < 0 else [Happening("dealt", None, self._scenario.private[viewer])]

    def _revealed(self, kind: str) -> list[Happening]:
        return [Happening(kind, None, {"to": seat, **own}) for seat, own in enumerate(self._scenario.private)]

    def _judge(self) -> Outcome:
        table, protocol = self._table, self._variant.protocol
        point = tuple(secured(self._scenario, protocol, table, Seat(seat)) for seat in range(protocol.seats))
        common = {**measure(self._scenario, point, table.deal is not None), "turns": float(table.acts)}
        if table.deal is not None:
            common |= self._variant.metrics(table.deal.outcome)
        if protocol.repeat:
            common["deals"] = float(table.deals)
        return [
            SeatOutcome(rank, score, role, metrics={**common, "share": share, **self._own(Seat(seat), score)})
            for seat, (rank, score, role, share) in enumerate(
                zip(ranks(point), point, self._variant.roles, shares(point), strict=True)
            )
        ]

    def _own(self, seat: Seat, score: float) -> dict[str, float]:
        """The measures of one seat alone; a deal is irrational only for those who made it."""
        deal, said = self._table.deal, self._spoken[seat]
        made = deal is not None and seat in deal.backers
        own = {"irrational": float(made and score < 0.0), "offers": float(self._table.proposals.get(seat, 0))}
        return {**own, **said.counts(self._variant.manners)}


def _paid(seat: SeatOutcome) -> dict[str, float]:
    withheld = seat.metrics.get("withheld")
    return {"surplus": seat.score} if withheld is None else {"surplus": seat.score, "conduct": -withheld}
