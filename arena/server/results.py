"""ResultsService without its network: live matches, landed ones and ladders as messages."""

import asyncio
import re
from collections.abc import Iterator

from arena.core.errors import BadRequest
from arena.ledger import Ledger, MatchLine
from arena.rating import DEFAULT, SYSTEMS, Ladder, LadderRow
from arena.server.arbiter import Arbiter
from arena.server.live import LiveMatch
from arena.server.session import Principal
from arena.v1 import play_pb2
from arena.v1 import results_pb2 as pb
from arena.wire.frames import CAUSES

_PAGE = 100
_MAX_PAGE = 1000
_PAGE_TOKEN = re.compile(r"[0-9]{1,18}")


class Results:
    """Answers from the ledger, and from the matches under way. Ladders are kept, and grow as sets land."""

    def __init__(self, ledger: Ledger, arbiter: Arbiter) -> None:
        self._ledger = ledger
        self._arbiter = arbiter
        self._ladders: dict[tuple[str, str], tuple[Ladder, int]] = {}
        self._counting = asyncio.Lock()

    async def matches(self, request: pb.ListMatchesRequest, principal: Principal) -> pb.ListMatchesResponse:
        """Live matches first, then those in the ledger, newest first; with `mine` an owner sees its own faults."""
        if request.page_token and not _PAGE_TOKEN.fullmatch(request.page_token):
            raise BadRequest("page_token is not one that this server gave")
        limit = min(request.page_size or _PAGE, _MAX_PAGE)
        lines = await asyncio.to_thread(
            self._ledger.matches,
            game=request.game or None,
            agent=request.agent or None,
            owner=principal.owner if request.mine else None,
            before=int(request.page_token) if request.page_token else None,
            limit=limit,
        )
        live = [] if request.page_token else list(self._live(request, principal))
        token = str(lines[-1].number) if len(lines) == limit else ""
        return pb.ListMatchesResponse(
            matches=live + [_landed(line, request.mine) for line in lines], next_page_token=token
        )

    async def ladder(self, game: str, system: str) -> pb.GetLadderResponse:
        """The ladder of a rated id, every finished set counted."""
        system = system or DEFAULT
        if system not in SYSTEMS:
            raise BadRequest(f"unknown rating system {system!r}; there is {', '.join(sorted(SYSTEMS))}")
        async with self._counting:
            ladder, entry = await asyncio.to_thread(self._grown, game, system)
        return pb.GetLadderResponse(
            game=game, system=system, rows=map(_ladder_row, ladder.rows()), as_of_entry=max(entry, 0)
        )

    def _grown(self, game: str, system: str) -> tuple[Ladder, int]:
        ladder, entry = self._ladders.get((game, system)) or (Ladder(system), -1)
        for finished in self._ledger.ladder_sets(game, after=entry):
            ladder.add(finished)
            entry = finished.number
        if entry >= 0:
            self._ladders[game, system] = ladder, entry
        return ladder, entry

    def _live(self, request: pb.ListMatchesRequest, principal: Principal) -> Iterator[pb.MatchSummary]:
        for match in self._arbiter.matches.values():
            plan = match.plan
            if request.game and plan.game.rated_id != request.game:
                continue
            if request.agent and all(party.agent != request.agent for party in plan.parties):
                continue
            if request.mine and all(party.owner != principal.owner for party in plan.parties):
                continue
            yield _underway(match)


def _underway(match: LiveMatch) -> pb.MatchSummary:
    """A live match does not tell who sits where: its agents play under seat numbers alone."""
    plan = match.plan
    return pb.MatchSummary(
        match_id=plan.match_id, set_id=plan.set_id, rated_id=plan.game.rated_id, live=True, rated=match.of.plan.rated
    )


def _landed(line: MatchLine, mine: bool) -> pb.MatchSummary:
    return pb.MatchSummary(
        match_id=line.match_id,
        set_id=line.set_id,
        rated_id=line.game,
        void=line.void,
        ended_ms=line.ended_ms,
        seats=[
            pb.SeatSummary(
                seat=seat.seat,
                agent=seat.agent,
                outcome=play_pb2.SeatOutcome(
                    seat=seat.seat,
                    rank=seat.rank,
                    score=seat.score,
                    cause=CAUSES[seat.cause],
                    role=seat.role,
                    team=seat.team,
                ),
                refusals=seat.refusals if mine else 0,
                defaults=seat.defaults,
            )
            for seat in line.seats
        ],
    )


def _ladder_row(row: LadderRow) -> pb.LadderRow:
    return pb.LadderRow(
        rank=row.rank,
        agent=row.agent,
        rating=row.rating,
        uncertainty=row.uncertainty or 0.0,
        elo=row.elo,
        matches=row.matches,
        wins=row.wins,
        draws=row.draws,
        losses=row.losses,
        error_share=row.error_share,
        clean_rating=row.clean_rating,
    )
