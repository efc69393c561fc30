"""The gRPC services: bytes and metadata in, bytes and status out; everything else happens in the parts they call."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, cast

import grpc
import grpc.aio
import structlog

from arena.core.errors import ArenaError, UnknownMatch
from arena.core.values import MatchId
from arena.server.border import Context, Gate, answered, fail, fail_on_bug, streamed
from arena.server.hall import Hall
from arena.server.live import LiveMatch
from arena.server.play import last_word
from arena.server.watch import Watchers, wanted
from arena.v1 import lobby_pb2, lobby_pb2_grpc, results_pb2, results_pb2_grpc
from arena.wire.entrance import check_game_id, read_options
from arena.wire.games import listing_message, spec_message

log = structlog.get_logger()


class _GrpcStream:
    """A server-side stream of raw batches."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def send(self, data: bytes) -> None:
        await self._context.write(data)

    async def receive(self) -> bytes | None:
        data = await self._context.read()
        return None if data is grpc.aio.EOF else data


def play_handler(hall: Hall) -> grpc.GenericRpcHandler:
    """PlayService over raw bytes, so that malformed ones are our own affair."""
    gate = Gate(hall)

    async def play(_: Any, context: Context) -> None:
        stream = _GrpcStream(context)
        try:
            principal = await gate.admit(context, "play")
            async with hall.guests.stay(principal):
                await hall.play.serve(stream, principal)
        except ArenaError as error:
            await stream.send(last_word(error))
            await fail(context, error)
        except Exception:
            log.exception("a stream failed")
            await fail_on_bug(context)

    method: Any = grpc.stream_stream_rpc_method_handler(cast(Any, play))  # the reader-writer form of grpc.aio
    return grpc.method_handlers_generic_handler("arena.v1.PlayService", {"Play": method})


class LobbyService(lobby_pb2_grpc.LobbyServiceServicer):
    """What can be played here, and with whom."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._gate = Gate(hall)

    @answered
    async def ListGames(  # noqa: N802 - named by the protocol
        self, request: lobby_pb2.ListGamesRequest, context: Context
    ) -> lobby_pb2.ListGamesResponse:
        """Every game on offer."""
        await self._gate.admit(context, "watch", "play")
        rows = await self._hall.games()
        return lobby_pb2.ListGamesResponse(games=map(listing_message, rows))

    @answered
    async def GetGame(  # noqa: N802 - named by the protocol
        self, request: lobby_pb2.GetGameRequest, context: Context
    ) -> lobby_pb2.GetGameResponse:
        """One game with options applied."""
        await self._gate.admit(context, "watch", "play")
        check_game_id(request.game)
        ref, spec = await self._hall.lobby.describe(request.game, read_options(request.options_json))
        return lobby_pb2.GetGameResponse(game=spec_message(spec, ref))

    @answered
    async def Challenge(  # noqa: N802 - named by the protocol
        self, request: lobby_pb2.ChallengeRequest, context: Context
    ) -> lobby_pb2.ChallengeResponse:
        """Have two waiting agents meet."""
        principal = await self._gate.admit(context, "play")
        check_game_id(request.game)
        ref, _ = await self._hall.lobby.describe(request.game, {})
        agents = request.agent, request.opponent
        self._hall.lobby.challenge(ref.rated_id, agents, request.idempotency_key, by=principal)
        return lobby_pb2.ChallengeResponse()


class ResultsService(results_pb2_grpc.ResultsServiceServicer):
    """Results, ladders and live matches."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._gate = Gate(hall)
        self._watchers = Watchers(hall.settings.max_watched)

    @answered
    async def ListMatches(  # noqa: N802 - named by the protocol
        self, request: results_pb2.ListMatchesRequest, context: Context
    ) -> results_pb2.ListMatchesResponse:
        """Matches that are live or in the ledger, newest first."""
        principal = await self._gate.admit(context, "watch")
        return await self._hall.results.matches(request, principal)

    @answered
    async def GetLadder(  # noqa: N802 - named by the protocol
        self, request: results_pb2.GetLadderRequest, context: Context
    ) -> results_pb2.GetLadderResponse:
        """The ladder of one rated game."""
        principal = await self._gate.admit(context, "watch")
        return await self._hall.results.ladder(request.game, request.system, principal)

    @answered
    async def GetPayoffs(  # noqa: N802 - named by the protocol
        self, request: results_pb2.GetPayoffsRequest, context: Context
    ) -> results_pb2.GetPayoffsResponse:
        """What every agent of a rated game earned against every other."""
        await self._gate.admit(context, "watch")
        return await self._hall.results.payoffs(request.game)

    @answered
    async def GetMetrics(  # noqa: N802 - named by the protocol
        self, request: results_pb2.GetMetricsRequest, context: Context
    ) -> results_pb2.GetMetricsResponse:
        """What one rated game measured of its seats."""
        await self._gate.admit(context, "watch")
        return await self._hall.results.metrics(request.game)

    @streamed
    async def GetProvenance(  # noqa: N802 - named by the protocol
        self, request: results_pb2.GetProvenanceRequest, context: Context
    ) -> AsyncGenerator[results_pb2.MoveProvenance]:
        """How the moves of a landed match came about, for the owners of its agents and for admins."""
        principal = await self._gate.admit(context, "watch")
        for message in await self._hall.results.provenance(request.match_id, principal):
            yield message

    @streamed
    async def WatchMatch(  # noqa: N802 - named by the protocol
        self, request: results_pb2.WatchMatchRequest, context: Context
    ) -> AsyncGenerator[results_pb2.WatchMatchResponse]:
        """A spectator's views of a live match."""
        principal = await self._gate.admit(context, "watch")
        with self._watchers.seat(principal):
            shown = self._hall.gallery.views(self._live(request.match_id).plan.match_id, wanted(request.wants))
            async with self._hall.guests.stay(principal), aclosing(shown) as views:
                async for view in views:
                    yield view

    def _live(self, match_id: str) -> LiveMatch:
        live = self._hall.arbiter.matches.get(MatchId(match_id))
        if live is None:
            raise UnknownMatch(f"match {match_id[:80]!r} is not live; `arena matches` lists those that are")
        return live
