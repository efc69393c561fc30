"""Playing negotiations in tests: games by name, matches between bots, scripted matches."""

from collections.abc import Mapping, Sequence
from typing import Any

from arena.core.agent import Agent, Clock, Observation, SeatInfo
from arena.core.game import Outcome
from arena.core.options import resolve
from arena.core.seed import Seed
from arena.core.values import Json, MatchId, Seat
from arena_negotiation.bots import BOTS
from arena_negotiation.game import NegotiationGame
from arena_negotiation.state import Negotiation
from arena_negotiation.variants import VARIANTS

FIRST, SECOND = SELLER, BUYER = Seat(0), Seat(1)
GAMES = tuple(VARIANTS)
BALLOON, BUYSELL, ULTIMATUM, TRADE, SIMPLE, SPIRAL, DOND, MULTI = GAMES


def game(name: str = DOND, **options: Json) -> NegotiationGame:
    """The game with these options."""
    entry = VARIANTS[name]
    config = resolve(entry.options, options)
    return NegotiationGame(entry.make(config), config)


def start(name: str = DOND, seed: int = 1, **options: Json) -> Negotiation:
    """A first state."""
    return game(name, **options).new_state(Seed.of(seed), {})


def keep(book: int, hat: int, ball: int) -> dict[str, Any]:
    """A proposal in Deal or No Deal."""
    return {"act": "propose", "offer": {"book": book, "hat": hat, "ball": ball}}


def price(number: int) -> dict[str, Any]:
    """A proposal for the balloon."""
    return {"act": "propose", "offer": {"price": number}}


def accept(offer_id: int) -> dict[str, Any]:
    """Acceptance of one offer."""
    return {"act": "accept", "offer_id": offer_id}


REJECT: dict[str, Any] = {"act": "reject"}
WALK: dict[str, Any] = {"act": "walk"}


def act(state: Negotiation, *actions: Mapping[str, Any]) -> Negotiation:
    """Play these actions, each for whoever is to move."""
    for action in actions:
        (seat,) = state.to_move()
        state.step({seat: state.check(seat, action)})
    return state


def ended(state: Negotiation) -> Outcome:
    """The outcome of a match that must be over."""
    outcome = state.outcome()
    assert outcome is not None
    return outcome


def bot(name: str, seat: int, rules: NegotiationGame, seed: int = 0) -> Agent:
    """A registered bot with its default options."""
    listing = next(b for b in BOTS if b.name == name)
    return listing.make("", resolve(listing.options, {}))(seat_info(rules, seat, seed))


def seat_info(rules: NegotiationGame, seat: int, seed: int = 0) -> SeatInfo:
    """What a bot is told of its seat."""
    return SeatInfo(
        match_id=MatchId("m"),
        seat=Seat(seat),
        seats=rules.spec.seats,
        game=rules.spec.id,
        config=rules.config,
        brief=rules.spec.brief,
        seed=Seed.of(seed).derive(seat),
    )


def duel(rules: NegotiationGame, names: Sequence[str], seed: int = 0) -> Outcome:
    """The outcome of one match between bots, on the deal of `seed`."""
    state = rules.new_state(Seed.of(seed), {})
    agents = [bot(name, seat, rules, seed) for seat, name in enumerate(names)]
    while movers := state.to_move():
        (seat,) = movers
        seen = Observation(0, state.observe(seat, agents[seat].wants))
        action: Any = agents[seat].act(seen, state.legal(seat), Clock(1.0, 1.0))
        state.step({seat: state.check(seat, action)})
    return ended(state)


def offer(**quantities: int) -> dict[str, Any]:
    """A proposal of these quantities."""
    return {"act": "propose", "offer": quantities}


def levels(level: int) -> dict[str, Any]:
    """A proposal of one level for each of the four issues of `multi-issue`."""
    return offer(alpha=level, beta=level, gamma=level, delta=level)


def acts(state: Negotiation, seat: Seat) -> list[str]:
    """What the seat to move may do."""
    forms: Any = state.legal(seat).schema["oneOf"]
    return [form["properties"]["act"]["const"] for form in forms]


def view(state: Negotiation, viewer: int) -> dict[str, Any]:
    """The JSON view."""
    seen: Any = state.observe(Seat(viewer), frozenset({"view"}))["view"]
    return seen
