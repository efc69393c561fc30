"""Which party of a plan plays which seat, and what it brings along."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from arena.core.errors import BadSeats
from arena.core.game import Entries, Game
from arena.core.match import MatchPlan
from arena.core.values import Json, Seat

_NO_ENTRIES: Final[Entries] = MappingProxyType({})


def seat_parties(game: Game, plan: MatchPlan, sides: Sequence[int]) -> Sequence[int]:
    """The index of the party that plays each seat: by team when the plan has a party a team, else one a seat.

    Raises:
        BadSeats: the plan has neither as many parties as the game has teams, nor as seats.
    """
    spec = game.spec
    if sides and len(plan.parties) == len(spec.teams) and len(sides) == spec.seats:
        return sides
    if len(plan.parties) == spec.seats:
        return range(spec.seats)
    wanted = f"{len(spec.teams)} or {spec.seats}" if spec.teams else f"{spec.seats}"
    raise BadSeats(f"{spec.id} takes {wanted} agents, not {len(plan.parties)}")


def seat_entries(plan: MatchPlan, parties: Sequence[int]) -> Mapping[Seat, Json]:
    """The private input of each seat that brings one; `parties` is as `seat_parties` gives it."""
    brought = plan.parties
    if all(party.entry is None for party in brought):
        return _NO_ENTRIES
    found = {Seat(seat): brought[party].entry for seat, party in enumerate(parties)}
    return {seat: entry for seat, entry in found.items() if entry is not None}
