"""TournamentService: events that this server holds, for hosts and for those who look on."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from arena.core.errors import Forbidden
from arena.ledger.tournaments import StoredEvent
from arena.server.border import Context, Gate, answered, streamed
from arena.server.hall import Hall
from arena.server.session import Principal
from arena.server.standings import progress_message, report_message, summary_message
from arena.server.summaries import is_admin
from arena.server.watch import Watchers
from arena.v1 import tournament_pb2 as pb
from arena.v1 import tournament_pb2_grpc

_LOOK_SECONDS: Final = 0.25


class TournamentService(tournament_pb2_grpc.TournamentServiceServicer):
    """Submitted, stopped and gone on with by hosts alone: an event has agents run in the server's workers."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._gate = Gate(hall)
        self._watchers = Watchers(hall.settings.max_watched)

    @answered
    async def SubmitTournament(  # noqa: N802 - named by the protocol
        self, request: pb.SubmitTournamentRequest, context: Context
    ) -> pb.SubmitTournamentResponse:
        """Hold an event from now on."""
        check_host(await self._gate.admit(context, "play", "admin"))
        stored = await self._hall.events.submit(request.text, new=request.new)
        return pb.SubmitTournamentResponse(tournament=self._summary(stored))

    @answered
    async def ListTournaments(  # noqa: N802 - named by the protocol
        self, request: pb.ListTournamentsRequest, context: Context
    ) -> pb.ListTournamentsResponse:
        """The events of this server, oldest first."""
        await self._gate.admit(context, "watch", "play")
        lines = await self._hall.events.lines()
        return pb.ListTournamentsResponse(tournaments=[summary_message(*line) for line in lines])

    @answered
    async def GetTournament(  # noqa: N802 - named by the protocol
        self, request: pb.GetTournamentRequest, context: Context
    ) -> pb.GetTournamentResponse:
        """How an event stands."""
        await self._gate.admit(context, "watch", "play")
        return report_message(await self._hall.events.report(request.tournament))

    @streamed
    async def FollowTournament(  # noqa: N802 - named by the protocol
        self, request: pb.FollowTournamentRequest, context: Context
    ) -> AsyncGenerator[pb.FollowTournamentResponse]:
        """How far an event is, until it is held no longer."""
        principal = await self._gate.admit(context, "watch", "play")
        with self._watchers.seat(principal):
            async with self._hall.guests.stay(principal), aclosing(self._progress(request.tournament)) as told:
                async for progress in told:
                    yield progress

    async def _progress(self, tournament: str) -> AsyncGenerator[pb.FollowTournamentResponse]:
        held = self._hall.events.held(tournament)
        told = None
        while held is not None and held.running:
            if (now := held.progress) != told:
                yield progress_message(now)
                told = now
            await asyncio.sleep(_LOOK_SECONDS)
        report = await self._hall.events.report(tournament)
        yield pb.FollowTournamentResponse(state=report.state, matches=report.matches, sets=report.sets)

    @answered
    async def StopTournament(  # noqa: N802 - named by the protocol
        self, request: pb.StopTournamentRequest, context: Context
    ) -> pb.StopTournamentResponse:
        """Begin no further matches of an event."""
        check_host(await self._gate.admit(context, "play", "admin"))
        return pb.StopTournamentResponse(tournament=self._summary(await self._hall.events.stop(request.tournament)))

    @answered
    async def ResumeTournament(  # noqa: N802 - named by the protocol
        self, request: pb.ResumeTournamentRequest, context: Context
    ) -> pb.ResumeTournamentResponse:
        """Go on with an event that was stopped."""
        check_host(await self._gate.admit(context, "play", "admin"))
        stored = await self._hall.events.resume(request.tournament)
        return pb.ResumeTournamentResponse(tournament=self._summary(stored))

    def _summary(self, stored: StoredEvent) -> pb.TournamentSummary:
        events = self._hall.events
        return summary_message(stored, events.state_of(stored), self._hall.ledger.tournaments.settled(stored.id))


def check_host(caller: Principal) -> None:
    """Nothing, when the caller may hold events here: an admin, or anybody where no token is asked for.

    Raises:
        Forbidden: it may not.
    """
    if caller.owner and not is_admin(caller):
        raise Forbidden("only admins hold tournaments here; ask the host, who makes such tokens by --scope admin")
