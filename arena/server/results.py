"""ResultsService without its network: live matches, landed ones, how their moves came about, and ladders."""

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet

from arena.core.errors import BadRequest
from arena.core.values import SetId
from arena.ledger import Ledger, MadeMove, MatchLine
from arena.ledger.entries import seat_metrics
from arena.ledger.payoffs import payoff_sets
from arena.ledger.selection import Selection
from arena.ledger.spending import spending
from arena.rating import DEFAULT, SYSTEMS, Ladder
from arena.rating.metrics import MetricTally
from arena.rating.payoff import PayoffTally
from arena.server.arbiter import Arbiter
from arena.server.session import Principal
from arena.server.summaries import (
    is_admin,
    is_told,
    ladder_row,
    landed_summary,
    live_summary,
    metric_row,
    payoffs_message,
    provenance_message,
    tell_spending,
)
from arena.v1 import results_pb2 as pb

_PAGE = 100
_MAX_PAGE = 1000
_PAGE_TOKEN = re.compile(r"[0-9]{1,18}")


class Results:
    """Answers from the ledger, and from the matches under way. Ladders are kept, and grow as sets land.

    `unplayed` has sets that are not over although none of their matches may be live now.
    """

    def __init__(
        self, ledger: Ledger, arbiter: Arbiter, unplayed: Callable[[], AbstractSet[SetId]] = frozenset
    ) -> None:
        self._ledger = ledger
        self._arbiter = arbiter
        self._unplayed = unplayed
        self._ladders: dict[tuple[str, str], tuple[Ladder, int]] = {}
        self._tallies: dict[str, tuple[MetricTally, int]] = {}
        self._counting = asyncio.Lock()

    async def matches(self, request: pb.ListMatchesRequest, principal: Principal) -> pb.ListMatchesResponse:
        """Live matches first, then those in the ledger, newest first; an owner sees its own agents' faults."""
        if request.page_token and not _PAGE_TOKEN.fullmatch(request.page_token):
            raise BadRequest("page_token is not one that this server gave")
        limit = min(request.page_size or _PAGE, _MAX_PAGE)
        lines = await asyncio.to_thread(self._lines, request, principal, limit)
        found = [] if request.page_token else list(self._live(request, principal))
        found += self._landed(lines, request.agent, principal)
        token = str(lines[-1][0].number) if len(lines) == limit else ""
        return pb.ListMatchesResponse(matches=found, next_page_token=token)

    async def provenance(self, match_id: str, principal: Principal) -> Iterator[pb.MoveProvenance]:
        """How the moves of a landed match came about: of the caller's own agents, or for an admin of all.

        Raises:
            UnknownMatch: none of this id has landed.
            Forbidden: the caller has no agent in it.
        """
        owner = None if is_admin(principal) else principal.owner
        return map(provenance_message, await asyncio.to_thread(self._ledger.made_moves, match_id, owner))

    async def ladder(self, game: str, system: str, principal: Principal) -> pb.GetLadderResponse:
        """The ladder of a rated id, every finished set counted; an owner sees what its own agents spent."""
        system = system or DEFAULT
        if system not in SYSTEMS:
            raise BadRequest(f"unknown rating system {system!r}; there is {', '.join(sorted(SYSTEMS))}")
        # Shielded: a caller that hangs up stops waiting, but the count goes on, with the lock, until it is whole.
        rows, entry = await asyncio.shield(asyncio.ensure_future(self._counted(game, system)))
        if principal.owner:
            owner = None if is_admin(principal) else principal.owner
            tell_spending(rows, await asyncio.to_thread(lambda: list(spending(self._ledger, game, owner))))
        return pb.GetLadderResponse(game=game, system=system, rows=rows, as_of_entry=max(entry, 0))

    async def payoffs(self, game: str) -> pb.GetPayoffsResponse:
        """The payoffs of a rated id, over its finished sets."""
        return await asyncio.shield(asyncio.ensure_future(self._summed(game)))

    async def _summed(self, game: str) -> pb.GetPayoffsResponse:
        async with self._counting:
            tally = PayoffTally()
            await asyncio.to_thread(lambda: tally.update(payoff_sets(self._ledger, game)))
        return payoffs_message(tally)

    async def metrics(self, game: str) -> pb.GetMetricsResponse:
        """What a game measured of seats, every set of its ladder counted."""
        rows, entry = await asyncio.shield(asyncio.ensure_future(self._measured(game)))
        return pb.GetMetricsResponse(game=game, rows=rows, as_of_entry=max(entry, 0))

    async def _measured(self, game: str) -> tuple[list[pb.MetricRow], int]:
        async with self._counting:
            return await asyncio.to_thread(self._tallied, game)

    def _tallied(self, game: str) -> tuple[list[pb.MetricRow], int]:
        """The rows, with every set counted that has landed. A tally is kept only while it is whole."""
        kept = self._tallies.pop(game, None)
        tally, entry = kept if kept is not None else (MetricTally(), -1)
        for seat in seat_metrics(self._ledger, Selection(game=game, since=entry + 1)):
            tally.add(*seat)
            entry = seat.number
        if entry >= 0:
            self._tallies[game] = tally, entry
        return [*map(metric_row, tally.rows())], entry

    async def _counted(self, game: str, system: str) -> tuple[list[pb.LadderRow], int]:
        async with self._counting:
            return await asyncio.to_thread(self._grown, game, system)

    def _grown(self, game: str, system: str) -> tuple[list[pb.LadderRow], int]:
        """The rows, with every set counted that has landed. A ladder is kept only while it is whole."""
        kept = self._ladders.pop((game, system), None)
        ladder, entry = kept if kept is not None else (Ladder(system), -1)
        for finished in self._ledger.ladder_sets(game, after=entry):
            ladder.add(finished)
            entry = finished.number
        rows = [*map(ladder_row, ladder.rows())]
        if entry >= 0:
            self._ladders[game, system] = ladder, entry
        return rows, entry

    def _lines(
        self, request: pb.ListMatchesRequest, principal: Principal, limit: int
    ) -> list[tuple[MatchLine, Sequence[MadeMove]]]:
        """Matches of the ledger, each with the refusals that the caller may read."""
        lines = self._ledger.matches(
            game=request.game or None,
            agent=request.agent or None,
            owner=principal.owner if request.mine else None,
            before=int(request.page_token) if request.page_token else None,
            limit=limit,
        )
        if not principal.owner:
            return [(line, ()) for line in lines]
        owner = None if is_admin(principal) else principal.owner
        return [(line, self._ledger.refusals(line, owner)) for line in lines]

    def _landed(
        self, lines: Sequence[tuple[MatchLine, Sequence[MadeMove]]], agent: str, principal: Principal
    ) -> Iterator[pb.MatchSummary]:
        live_sets = {match.plan.set_id for match in self._arbiter.matches.values()} | self._unplayed()
        for line, refused in lines:
            summary = landed_summary(line, principal, live_sets, refused)
            if not agent or any(seat.agent == agent for seat in summary.seats):
                yield summary

    def _live(self, request: pb.ListMatchesRequest, principal: Principal) -> Iterator[pb.MatchSummary]:
        """Those asked for; who looks for an agent finds only what it may know of it."""
        for match in self._arbiter.matches.values():
            plan = match.plan
            if request.game and plan.game.rated_id != request.game:
                continue
            told = {party.agent for party in plan.parties if is_told(principal, party.owner)}
            if request.agent and request.agent not in told:
                continue
            if request.mine and all(party.owner != principal.owner for party in plan.parties):
                continue
            yield live_summary(match, principal)
