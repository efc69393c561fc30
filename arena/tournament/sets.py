"""From the parties that meet to the matches of their set: who sits where, and which deal each match has."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final
from uuid import uuid4

from arena.core.errors import BadSeats
from arena.core.game import GameSpec
from arena.core.match import GameRef, MatchPlan, PartyRef, SetPlan
from arena.core.seed import Seed
from arena.core.values import MatchId, SetId

_AGAIN: Final = ".again"

SeedOf = Callable[[int, int], Seed]
"""The seed of a deal of the set and a rotation of it."""


def local_seeds(seed: Seed, number: int) -> SeedOf:
    """The seeds of the `number`-th set of a local run."""
    return lambda deal, rotation: seed.derive("set", number, deal, rotation)


def seat_agents(spec: GameSpec, agents: Sequence[PartyRef]) -> tuple[PartyRef, ...]:
    """The parties that these agents make: one fills every place, as many as teams take teams, else one a seat.

    Raises:
        BadSeats: neither fits the game.
    """
    if len(agents) == 1:
        return tuple(agents) * spec.parties
    if len(agents) in {spec.parties, spec.seats}:
        return tuple(agents)
    wanted = sorted({1, spec.parties, spec.seats})
    raise BadSeats(f"{spec.id} takes {' or '.join(map(str, wanted))} agents, not {len(agents)}")


def rotations(parties: Sequence[PartyRef]) -> int:
    """How often each deal is played: once from every place; once alone in self-play, where nothing would change."""
    return 1 if len({party.agent for party in parties}) == 1 else len(parties)


def plan_set(
    game: GameRef,
    spec: GameSpec,
    parties: Sequence[PartyRef],
    seeds: SeedOf,
    *,
    rated: bool,
    duplicate: bool,
    deals: int | None = None,
    set_id: SetId | None = None,
    match_id: Callable[[int], MatchId] | None = None,
) -> tuple[SetPlan, tuple[MatchPlan, ...]]:
    """A set and its matches: each of `deals` (the game's `set_deals` by default) once per rotation of the parties.

    `parties` stand as `seat_agents` gives them. In rotation `r` party `p` has place `(p + r) mod k`. With `duplicate`
    the rotations of a deal share its seed: for perfect information and for trusted agents, since whoever sits on both
    sides of a hidden deal knows the other hand. Self-play is never rated. `match_id` names a match by its ordinal, by
    default after the set.
    """
    turns = rotations(parties)
    name = set_id or SetId(uuid4().hex)
    count = (spec.set_deals if deals is None else deals) * turns
    orders = [(*parties[-turn:], *parties[:-turn]) for turn in range(turns)]
    named = match_id or (lambda ordinal: MatchId(f"{name}.{ordinal}"))
    drawn = [seeds(deal, turn) for deal in range(count // turns) for turn in range(1 if duplicate else turns)]
    matches = tuple(
        MatchPlan(
            match_id=named(ordinal),
            set_id=name,
            ordinal=ordinal,
            game=game,
            seed=drawn[ordinal // turns if duplicate else ordinal],
            parties=orders[ordinal % turns],
            clock=spec.clock,
        )
        for ordinal in range(count)
    )
    alone = turns == 1 < len(parties)
    return SetPlan(set_id=name, game=game, parties=tuple(parties), matches=count, rated=rated and not alone), matches


def again(plan: MatchPlan) -> MatchPlan:
    """The plan of a match that was void, to be played once more under a new id."""
    return replace(plan, match_id=MatchId(f"{plan.match_id}{_AGAIN}"))


def is_again(plan: MatchPlan) -> bool:
    """Whether this is the second attempt at a match."""
    return plan.match_id.endswith(_AGAIN)


def missing(match: MatchPlan, there: Mapping[MatchId, bool]) -> MatchPlan | None:
    """What is to be played of a match: itself, its second attempt, or nothing.

    `there` has the matches of its set that have landed, and whether each of them was void.
    """
    if match.match_id not in there:
        return match
    second = again(match)
    return second if there[match.match_id] and second.match_id not in there else None
