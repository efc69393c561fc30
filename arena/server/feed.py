"""FeedService: finished trajectories for trainers, streamed from the ledger as they land."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from arena.core.errors import ArenaError
from arena.core.values import SetId
from arena.ledger.stream import Wanted, last_number
from arena.server.asked import Asked
from arena.server.border import Context, Gate, streamed
from arena.server.follower import Follower
from arena.server.hall import Hall
from arena.server.watch import Watchers
from arena.v1 import feed_pb2 as pb
from arena.v1 import feed_pb2_grpc


class FeedService(feed_pb2_grpc.FeedServiceServicer):
    """Followers, so many an owner."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._gate = Gate(hall)
        self._followers = Watchers(hall.settings.max_followers, "feeds may be followed")

    @streamed
    async def Follow(  # noqa: N802 - named by the protocol
        self, request: pb.FollowRequest, context: Context
    ) -> AsyncGenerator[pb.FollowResponse]:
        """Trajectories from a cursor on."""
        principal = await self._gate.admit(context, "watch")
        hall, asked = self._hall, Asked.of(request, principal)
        if request.game:
            await self._require_known(request.game)
        with self._followers.seat(principal):
            async with hall.guests.stay(principal):
                ends = request.until_now or bool(request.until)
                follower = Follower(hall.archive, hall.news, self._is_live, asked, ends=ends)
                await follower.begin(request.cursor, hall.settings.feed_window, request.until)
                async with aclosing(follower.messages()) as messages:
                    async for message in messages:
                        yield message

    async def _require_known(self, game: str) -> None:
        """Nobody is to wait for ever for a game whose name is mistaken; one that has gone may still be asked for."""
        try:
            await self._hall.lobby.describe(game, {})
        except ArenaError:
            archive = self._hall.archive
            if await archive.read(last_number, archive.ledger, Wanted(game=game, void=True)) < 0:
                raise

    def _is_live(self, set_id: SetId) -> bool:
        return self._hall.sets.is_live(set_id) or set_id in self._hall.events.unplayed()
